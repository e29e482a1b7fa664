import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createDueQueue } from './due-queue.ts'

it('hands out values by time and rank, whatever the order they came in', () => {
  const entry = fc.record({ time: fc.nat(20), rank: fc.nat(20) })
  fc.assert(fc.property(fc.array(entry), fc.array(entry), (first, second) => {
    const queue = createDueQueue<{ time: number; rank: number }>()
    const expected = (entries: typeof first): string[] => entries.map(({ time, rank }) => `${time}/${rank}`)
    const sorted = (entries: typeof first): typeof first => entries.toSorted((left, right) => left.time - right.time || left.rank - right.rank)
    for (const value of first) queue.push(value.time, value.rank, value)
    const half = Math.floor(first.length / 2)
    const taken = Array.from({ length: half }, () => queue.take()!.value)
    expect(expected(taken)).toEqual(expected(sorted(first).slice(0, half)))
    for (const value of second) queue.push(value.time, value.rank, value)
    const rest = sorted([...sorted(first).slice(half), ...second])
    for (const { time, rank } of rest) {
      expect(queue.nextTime()).toBe(time)
      expect(queue.take()!.value).toEqual({ time, rank })
    }
    expect([queue.nextTime(), queue.take()]).toEqual([Number.POSITIVE_INFINITY, undefined])
  }))
})
