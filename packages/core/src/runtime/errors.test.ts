import { describe, expect, it } from 'vitest'
import { describeError, SluiceError } from './errors.ts'
import { createIds } from './ids.ts'
import { createVirtualClock } from '../testing/virtual-clock.ts'

describe('SluiceError', () => {
  it('carries its code and details, and is not retryable unless it says so', () => {
    const cause = new Error('disk')
    expect(new SluiceError('BUSY', 'busy', { retryable: true, orderId: 'o', attemptsLeft: 2, cause })).toMatchObject({ name: 'SluiceError', code: 'BUSY', message: 'busy', retryable: true, orderId: 'o', attemptsLeft: 2, cause })
    expect(new SluiceError('CLOSED', 'closed')).toMatchObject({ retryable: false, issues: undefined, denial: undefined })
    expect('cause' in new SluiceError('CLOSED', 'closed')).toBe(false)
  })

  it('is recognised across copies of the package, and nothing else is', () => {
    const copy = Object.assign(new Error('copy'), { [Symbol.for('sluice.error')]: true })
    for (const value of [new SluiceError('BUSY', ''), copy]) expect(SluiceError.isInstance(value)).toBe(true)
    for (const value of [new Error('BUSY'), { code: 'BUSY' }, null, undefined, 'SluiceError', 5]) expect(SluiceError.isInstance(value)).toBe(false)
  })

  it('does not show its mark in JSON or among its keys', () => {
    expect(JSON.stringify(new SluiceError('BUSY', 'busy'))).not.toContain('sluice.error')
    expect(Object.keys(new SluiceError('BUSY', 'busy'))).not.toContain('sluice.error')
  })
})

describe('describeError', () => {
  it('has words for anything that can be thrown, and never throws itself', () => {
    const hostile = { get message() { throw new Error('again') }, toString() { throw new Error('again') } }
    expect([new Error('a'), 'b', 5, null, undefined, Symbol('c'), { toString: () => 'd' }].map(describeError)).toEqual(['a', 'b', '5', 'null', 'undefined', 'Symbol(c)', 'd'])
    expect([Object.create(null), hostile, Object.assign(new Error('x'), { message: undefined })].map(describeError)).toEqual(['something that cannot be described', 'something that cannot be described', 'undefined'])
  })
})

describe('createIds', () => {
  it('makes ids of UUID version 7 that carry the time and never repeat', async () => {
    const clock = createVirtualClock({ start: 0x0123456789ab })
    const ids = createIds(clock)
    const made = Array.from({ length: 5000 }, ids.next)
    expect(new Set(made).size).toBe(made.length)
    for (const id of made) expect(id).toMatch(/^01234567-89ab-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/)
    await clock.advance(1)
    expect(ids.next() > made.toSorted().at(-1)!).toBe(true)
    expect(new Set(made.map((id) => id.charAt(19)))).toEqual(new Set(['8', '9', 'a', 'b']))
  })
})
