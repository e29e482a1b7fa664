import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createVirtualClock } from '../testing/virtual-clock.ts'
import { fromIso, sleep, systemClock, toIso, utcInstant } from './clock.ts'

describe('times as text', () => {
  it('are ISO 8601 in UTC, and read back as what they say', () => {
    expect(toIso(0)).toBe('1970-01-01T00:00:00.000Z')
    for (const time of [0, 1, -1, 1_767_623_400_000, 1_767_623_400_000.7, -1.5]) {
      const text = toIso(time)
      expect([text, fromIso(text)]).toEqual([new Date(time).toISOString(), Date.parse(text)])
      toIso(5)
      expect(fromIso(text)).toBe(Date.parse(text))
    }
    expect(fromIso('2026-01-05T15:30:00+01:00')).toBe(Date.UTC(2026, 0, 5, 14, 30))
    expect([fromIso(''), fromIso('soon')]).toEqual([Number.NaN, Number.NaN])
    expect(() => toIso(Number.NaN)).toThrow(RangeError)
  })

  it('are the same text as the platform\'s own for every time it can write', () => {
    const limit = 8_640_000_000_000_000
    const times = fc.oneof(fc.integer({ min: -limit, max: limit }), fc.integer({ min: 1_700_000_000_000, max: 1_900_000_000_000 }), fc.constantFrom(limit, -limit, 0, -1, 86_399_999, 86_400_000, -86_400_000, -86_400_001))
    fc.assert(fc.property(times, (time) => { expect(toIso(time)).toBe(new Date(time).toISOString()) }), { numRuns: 1000 })
    for (const time of [limit + 86_400_000, Number.NaN, Number.POSITIVE_INFINITY]) expect(() => toIso(time)).toThrow(RangeError)
  })

  it('utcInstant counts months from one', () => { expect(utcInstant(2026, 1, 5, 14, 30)).toBe(Date.parse('2026-01-05T14:30:00Z')) })
})

describe('the host\'s clock', () => {
  beforeEach(() => { vi.useFakeTimers() })
  afterEach(() => { vi.useRealTimers() })

  it('fires once, unless it was called off', () => {
    const fired: string[] = []
    systemClock.setTimer(() => fired.push('a'), 10)
    const other = systemClock.setTimer(() => fired.push('b'), 10)
    other.cancel()
    other.cancel()
    vi.advanceTimersByTime(100)
    expect(fired).toEqual(['a'])
  })

  it('waits as long as it is told, also beyond what the platform counts in 31 bits', () => {
    const delay = 60 * 86_400_000
    const fired: string[] = []
    systemClock.setTimer(() => fired.push('a'), delay)
    const called = systemClock.setTimer(() => fired.push('b'), delay)
    const never = systemClock.setTimer(() => fired.push('c'), Number.POSITIVE_INFINITY)
    vi.advanceTimersByTime(delay - 1)
    expect(fired).toEqual([])
    called.cancel()
    vi.advanceTimersByTime(1)
    expect(fired).toEqual(['a'])
    vi.advanceTimersByTime(10 * delay)
    expect(fired).toEqual(['a'])
    never.cancel()
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('sleep', () => {
  it('ends after its time, at once when it is called off, and leaves no timer behind', async () => {
    const clock = createVirtualClock()
    const ended: string[] = []
    const abort = new AbortController()
    void sleep(clock, 10).then(() => ended.push('slept'))
    void sleep(clock, 1000, abort.signal).then(() => ended.push('aborted'))
    void sleep(clock, 1000, AbortSignal.abort()).then(() => ended.push('never began'))
    await clock.advance(10)
    expect(ended).toEqual(['never began', 'slept'])
    abort.abort()
    await clock.advance(0)
    expect([ended, clock.pending()]).toEqual([['never began', 'slept', 'aborted'], 0])
  })
})
