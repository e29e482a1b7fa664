import { expect, it } from 'vitest'
import { createVirtualClock } from './virtual-clock.ts'

it('fires timers in the order of time, each at its own time', async () => {
  const clock = createVirtualClock({ start: 1000 })
  const fired: string[] = []
  for (const delay of [30, 10, 20, 10]) clock.setTimer(() => fired.push(`${delay} at ${clock.now()} ${clock.monotonic()}`), delay)
  await clock.advance(25)
  expect(fired).toEqual(['10 at 1010 10', '10 at 1010 10', '20 at 1020 20'])
  expect([clock.now(), clock.pending()]).toEqual([1025, 1])
})

it('lets long chains of promises settle before the next timer, and timers set by them fire in their turn', async () => {
  const clock = createVirtualClock()
  const story: string[] = []
  clock.setTimer(() => void (async () => {
    for (let hop = 0; hop < 500; hop += 1) await Promise.resolve()
    story.push('settled')
    clock.setTimer(() => story.push('nested'), 5)
  })(), 10)
  clock.setTimer(() => story.push('second'), 11)
  await clock.advance(20)
  expect(story).toEqual(['settled', 'second', 'nested'])
})

it('does not fire what was cancelled', async () => {
  const clock = createVirtualClock({ start: '2026-01-05T00:00:00Z' })
  const timer = clock.setTimer(() => expect.unreachable(), 1)
  timer.cancel()
  timer.cancel()
  await clock.advance(10)
  expect([clock.pending(), new Date(clock.now()).toISOString()]).toEqual([0, '2026-01-05T00:00:00.010Z'])
})
