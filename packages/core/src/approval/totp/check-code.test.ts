import { beforeEach, describe, expect, it, vi } from 'vitest'
import { checkCode } from './check-code.ts'
import { totp } from './totp.ts'

/** A library that finds everything right. */
const asked = vi.hoisted(() => ({ secrets: [] as unknown[] }))
vi.mock('otplib', () => ({
  verify: async ({ secret }: { readonly secret: unknown }) => {
    asked.secrets.push(secret)
    return { valid: true, delta: 0 }
  },
}))

const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
beforeEach(() => { asked.secrets.length = 0 })

describe('whatever the library makes of it', () => {
  it.each(['', '28708', '2870820', '28708a', ' 287082', '２８７０８２', 287_082, ['287082'], null, undefined])('%o is not a code, and the library is not asked', async (code) => {
    expect(await checkCode(SECRET, code as string, 59_000)).toBeUndefined()
    expect(asked.secrets).toEqual([])
  })

  it('six digits are, and it is asked', async () => {
    expect(await checkCode(SECRET, '287082', 59_000)).toBe(1)
    expect(asked.secrets).toEqual([SECRET])
  })

  it('a person without a secret is checked like any other, so that time does not tell who has one, and is never right', async () => {
    const provider = totp({ secretOf: (actor) => (actor === 'ada' ? SECRET : undefined) })
    expect(await provider.verify({ actor: 'eve', code: '287082', time: 59_000 })).toEqual({ valid: false })
    expect(asked.secrets).toEqual([expect.stringMatching(/^[A-Z2-7]{32}$/)])
    expect(await provider.verify({ actor: 'ada', code: '287082', time: 59_000 })).toMatchObject({ valid: true })
  })
})
