import { createVirtualClock } from '@sluice/core/testing'
import { expect, test } from 'vitest'
import { createRateLimiter } from './request-rate.ts'

test('a burst passes, then so many a second and no more, for each principal by itself', async () => {
  const clock = createVirtualClock()
  const limiter = createRateLimiter({ perSecond: 10, burst: 5 }, clock)
  const passing = (principal: string, attempts: number): number =>
    Array.from({ length: attempts }, () => limiter.take(principal).allowed).filter(Boolean).length
  expect([passing('a', 9), passing('b', 2)]).toEqual([5, 2])
  await clock.advance(1000)
  expect(passing('a', 100)).toBe(5)
  let total = 0
  for (let step = 0; step < 100; step += 1) {
    await clock.advance(50)
    total += passing('a', 3)
  }
  expect(total).toBe(50)
})

test('the answer says how much is left and when to come back', async () => {
  const clock = createVirtualClock()
  const limiter = createRateLimiter({ perSecond: 2, burst: 4 }, clock)
  expect(limiter.take('a').headers).toEqual({ 'RateLimit-Policy': '"requests";q=4;w=2', RateLimit: '"requests";r=3;t=1' })
  for (let more = 0; more < 3; more += 1) limiter.take('a')
  const refused = limiter.take('a')
  expect(refused).toMatchObject({ allowed: false, headers: { RateLimit: '"requests";r=0;t=2' } })
  expect(refused.retryAfter).toBeCloseTo(500)
  await clock.advance(500)
  expect([limiter.take('a').allowed, limiter.take('a').allowed]).toEqual([true, false])
})

test('however many names there are, so many are remembered', () => {
  const clock = createVirtualClock()
  const limiter = createRateLimiter({ perSecond: 1000, burst: 1 }, clock)
  for (let index = 0; index < 100_000; index += 1) limiter.take(`name-${index}`)
  expect(limiter.size()).toBeLessThanOrEqual(20_001)
})
