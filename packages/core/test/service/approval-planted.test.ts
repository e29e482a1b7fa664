import { describe, expect, it, vi } from 'vitest'
import type { Journal } from '../../src/journal/journal.ts'
import { approveAtOnce, approveChanged, TERM_CHANGES } from '../support/approval-attacks.ts'

// The attacks of `approval-binding.test.ts` on a service that lacks the check each of them is there for.
const planted = vi.hoisted(() => ({ digest: false }))

vi.mock('../../src/order/digest.ts', async (load) => {
  const actual = await load<typeof import('../../src/order/digest.ts')>()
  return { ...actual, digestOrder: (...parts: Parameters<typeof actual.digestOrder>) => (planted.digest ? 'always the same' : actual.digestOrder(...parts)) }
})

async function withoutDigest<Value>(attack: () => Promise<Value>): Promise<Value> {
  planted.digest = true
  try {
    return await attack()
  } finally {
    planted.digest = false
  }
}

describe('without the check of the digest', () => {
  it.each(TERM_CHANGES.map((change) => [JSON.stringify(change), change] as const))('nothing else takes an approved order for a changed one: %s', async (_, change) => {
    const attack = () => approveChanged((intent) => ({ ...intent, terms: { ...intent.terms, ...change } }))
    expect((await withoutDigest(attack)).ended).not.toBe('APPROVAL_MISMATCH')
    expect(await attack()).toEqual({ ended: 'APPROVAL_MISMATCH', sent: 0 })
  })

  it.each([{ symbol: 'MSFT' }, { side: 'sell' as const }, { quantity: '9' }, { limitPrice: '187.51' }, { timeInForce: 'gtc' as const }, { strategy: 'alpha' }])('the changed order reaches the broker: %j', async (change) => {
    expect((await withoutDigest(() => approveChanged((intent) => ({ ...intent, terms: { ...intent.terms, ...change } })))).sent).toBe(1)
  })

  it('so does one that another person has placed', async () => {
    const attack = () => approveChanged((intent) => ({ ...intent, actor: 'eve' }))
    expect([(await withoutDigest(attack)).sent, await attack()]).toEqual([1, { ended: 'APPROVAL_MISMATCH', sent: 0 }])
  })
})

describe('a counter of codes', () => {
  it('that does not count lets one code approve a hundred orders', async () => {
    const careless = (journal: Journal): Journal => ({ ...journal, advance: async (counter, to) => counter.startsWith('totp:') || journal.advance(counter, to) })
    expect(await approveAtOnce(100, careless)).toEqual({ passed: 100, sent: 100 })
  })

  it('that is read first and written later lets more than one pass', async () => {
    const racing = (journal: Journal): Journal => {
      const counters = new Map<string, number>()
      const second = Promise.withResolvers<void>()
      let readers = 0
      return { ...journal, advance: async (counter, to) => {
        if (!counter.startsWith('totp:')) return journal.advance(counter, to)
        const before = counters.get(counter) ?? 0
        if ((readers += 1) === 2) second.resolve()
        await second.promise
        counters.set(counter, to)
        return before < to
      } }
    }
    expect((await approveAtOnce(100, racing)).passed).toBeGreaterThan(1)
  })

  it('as it is lets exactly one pass', async () => {
    expect(await approveAtOnce(100)).toEqual({ passed: 1, sent: 1 })
  })
})
