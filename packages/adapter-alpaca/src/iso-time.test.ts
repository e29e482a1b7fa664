import { expect, test } from 'vitest'
import { formatDate, formatSecond, newYorkOffset, parseTime, toMilliseconds } from './iso-time.ts'

test('times of every form that Alpaca writes are the same moment', () => {
  const moment = 1_767_623_400_000_000_000n
  expect(parseTime('2026-01-05T14:30:00Z')).toBe(moment)
  expect(parseTime('2026-01-05T09:30:00-05:00')).toBe(moment)
  expect(parseTime('2026-01-05T14:30:00.000000001Z')).toBe(moment + 1n)
  expect(parseTime('2026-01-05T14:30:00.5Z')).toBe(moment + 500_000_000n)
  expect(parseTime('2026-01-05')).toBe(moment - 14n * 3_600_000_000_000n - 1_800_000_000_000n)
  expect(parseTime('yesterday')).toBeUndefined()
})

test('reading agrees with the platform on every day of eighty years', () => {
  for (let time = Date.UTC(1999, 11, 31, 23, 59, 59, 7); time < Date.UTC(2080, 0, 1); time += 86_400_000) {
    const text = new Date(time).toISOString()
    expect(toMilliseconds(text)).toBe(time)
    expect(text.startsWith(`${formatSecond(time)}.`) && text.startsWith(`${formatDate(time)}T`)).toBe(true)
  }
})

test('New York is four or five hours behind, and changes in the night of a Sunday', () => {
  const hours = (time: string): number => newYorkOffset(Date.parse(time)) / 3_600_000
  expect(['2026-01-05T14:30:00Z', '2026-07-06T03:00:00Z', '2026-03-08T06:59:59Z', '2026-03-08T07:00:00Z', '2026-11-01T05:59:59Z', '2026-11-01T06:00:00Z'].map(hours)).toEqual([5, 4, 5, 4, 4, 5])
})
