import { generate } from 'otplib'
import { describe, expect, it } from 'vitest'
import type { ApprovalVerdict } from '../approval-provider.ts'
import { totp } from './totp.ts'

/** `12345678901234567890`, the secret of RFC 6238 appendix B. */
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
const STEP = 30_000

const provider = totp({ secretOf: (actor) => (actor === 'ada' ? SECRET : undefined) })
const verify = async (code: unknown, time: number, actor = 'ada'): Promise<ApprovalVerdict> => provider.verify({ actor, code: code as string, time })
const codeAt = (time: number): Promise<string> => generate({ secret: SECRET, strategy: 'totp', epoch: Math.floor(time / 1000), period: 30 })

describe('a right code', () => {
  // Appendix B of RFC 6238 has eight digits; six-digit codes are their last six.
  it.each([[59, '287082'], [1_111_111_109, '081804'], [1_111_111_111, '050471'], [1_234_567_890, '005924'], [2_000_000_000, '279037'], [20_000_000_000, '353130']])('of RFC 6238 at %s is %s', async (seconds, code) => {
    expect(await verify(code, seconds * 1000)).toEqual({ valid: true, counter: 'totp:ada', step: Math.floor(seconds / 30) })
  })

  it('is right in its own step and the next, always as the step it was made for, and in no other', async () => {
    const start = 58_900_000 * STEP
    const step = start / STEP
    const code = await codeAt(start)
    const right = { valid: true, counter: 'totp:ada', step }
    for (const time of [start, start + 1, start + 29_999, start + STEP, start + STEP + 29_999]) expect(await verify(code, time)).toEqual(right)
    for (const time of [start - 1, start - STEP, start + 2 * STEP, start + 3 * STEP]) expect(await verify(code, time)).toEqual({ valid: false })
  })

  it('of the step before and of this one are two different steps, so that each can be spent once', async () => {
    const now = 58_900_000 * STEP + 12_345
    const verdicts = await Promise.all([now - STEP, now].map(async (time) => verify(await codeAt(time), now)))
    expect(verdicts.map((verdict) => verdict.valid && verdict.step)).toEqual([58_899_999, 58_900_000])
  })

  it('takes the secret from a promise too', async () => {
    const slow = totp({ secretOf: async () => SECRET })
    expect(await slow.verify({ actor: 'bob', code: '287082', time: 59_000 })).toMatchObject({ valid: true, counter: 'totp:bob' })
  })
})

describe('anything else is wrong, and nothing throws', () => {
  it.each([
    '', '0', '28708', '2870820', '287083', ' 287082', '287082 ', '287082\n', '287 082', '28708２', '２８７０８２', '٢٨٧٠٨٢', '-87082', '+87082', '0x1234', '1e0005', '28708a', '......', 'null',
    '9'.repeat(1_000_000), null, undefined, 287_082, 287_082n, {}, [], ['287082'], Symbol('287082'), { toString: () => '287082' }, true, Number.NaN,
  ])('code %o', async (code) => { expect(await verify(code, 59_000)).toEqual({ valid: false }) })

  it.each<[string, (actor: string) => unknown]>([
    ['missing', () => undefined], ['null', () => null], ['empty', () => ''], ['short', () => 'GEZDGNBV'], ['not base 32', () => '1890!?'.repeat(8)], ['spaced', () => 'GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ'],
    ['a number', () => 5], ['thrown at', () => { throw new Error('no vault') }], ['rejected', () => Promise.reject(new Error('no vault'))],
  ])('a secret that is %s', async (_what, secretOf) => {
    const odd = totp({ secretOf: secretOf as (actor: string) => string })
    const verdict = await odd.verify({ actor: 'ada', code: '287082', time: 59_000 })
    // What the library cannot read is wrong; it must never be right by accident.
    expect(verdict).toEqual({ valid: false })
  })

  it('a person without a secret', async () => { expect(await verify('287082', 59_000, 'eve')).toEqual({ valid: false }) })

  it.each([Number.NaN, -1, Number.POSITIVE_INFINITY, -1e20])('a time of %s', async (time) => { expect(await verify('287082', time)).toEqual({ valid: false }) })
})
