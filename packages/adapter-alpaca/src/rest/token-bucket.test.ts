import { createVirtualClock } from '@sluice/core/testing'
import { expect, test } from 'vitest'
import { createTokenBucket } from './token-bucket.ts'

const headers = (values: Record<string, string>): Headers => new Headers(values)

test('orders leave the reserve to rescues', async () => {
  const bucket = createTokenBucket({ clock: createVirtualClock(), perMinute: 60, reserve: 20 })
  for (let count = 0; count < 40; count += 1) expect(await bucket.take('order', 0)).toBe(true)
  expect(await bucket.take('order', 0)).toBe(false)
  for (let count = 0; count < 20; count += 1) expect(await bucket.take('rescue', 0)).toBe(true)
})

test('an order waits for its turn as long as it may, and orders keep their order', async () => {
  const clock = createVirtualClock()
  const bucket = createTokenBucket({ clock, perMinute: 60, reserve: 0 })
  bucket.learn(200, headers({ 'x-ratelimit-remaining': '0' }))
  const done: string[] = []
  const first = bucket.take('order', 2000).then((taken) => done.push(`first ${String(taken)}`))
  const second = bucket.take('order', 1500).then((taken) => done.push(`second ${String(taken)}`))
  const third = bucket.take('order', 2500).then((taken) => done.push(`third ${String(taken)}`))
  await clock.advance(1000)
  expect(done).toEqual(['first true', 'second false'])
  await clock.advance(1000)
  await Promise.all([first, second, third])
  expect(done).toEqual(['first true', 'second false', 'third true'])
})

test('a rescue goes after a second at the latest, whatever was answered', async () => {
  const clock = createVirtualClock()
  const bucket = createTokenBucket({ clock, perMinute: 200, reserve: 20 })
  bucket.learn(429, headers({ 'retry-after': '30' }))
  let gone = false
  void bucket.take('rescue', 0).then(() => { gone = true })
  await clock.advance(999)
  expect(gone).toBe(false)
  await clock.advance(1)
  expect(gone).toBe(true)
  expect(await bucket.take('order', 29_000 - 1)).toBe(false)
})

test('it learns the limit from the headers, and the wait from the reset', async () => {
  const clock = createVirtualClock()
  const bucket = createTokenBucket({ clock, perMinute: 200, reserve: 20 })
  bucket.learn(200, headers({ 'x-ratelimit-limit': '1000', 'x-ratelimit-remaining': '21' }))
  expect(await bucket.take('order', 0)).toBe(true)
  expect(await bucket.take('order', 0)).toBe(false)
  bucket.learn(429, headers({ 'x-ratelimit-reset': String(Math.ceil(clock.now() / 1000) + 5) }))
  expect(await bucket.take('order', 4000)).toBe(false)
  const late = bucket.take('order', 8000)
  await clock.advance(8000)
  expect(await late).toBe(true)
})
