import { describe, expect, it } from 'vitest'
import type { BrokerAdapter } from '../../src/broker/broker-adapter.ts'
import type { Journal, Lease } from '../../src/journal/journal.ts'
import { makeRequest } from '../../src/testing/index.ts'
import { createWorld, lastingJournal } from '../support/world.ts'

/** A journal whose leases say what a test wants. */
function leasing(inner: Journal, lease: Pick<Lease, 'isLive' | 'precededUntil'>): Journal {
  return { ...inner, claim: async (account) => ({ ...await inner.claim(account), ...lease }) }
}

const resting = makeRequest({ limitPrice: '90' })

describe('an account that may get another owner', () => {
  it('writes no order while its lease is not confirmed, and writes it when it is again', async () => {
    const world = createWorld()
    let live = true
    const running = await world.start({ journal: leasing(lastingJournal(), { isLive: () => live }) })
    live = false
    const key = { idempotencyKey: 'k' }
    expect(await world.until(running.service.placeOrder({ ...resting, ...key }))).toMatchObject({ status: 'denied', denial: { code: 'NOT_SENT', message: expect.stringContaining('ownership') } })
    expect(running.broker.orders()).toEqual([])
    live = true
    expect(await world.until(running.service.placeOrder({ ...resting, ...key }))).toMatchObject({ status: 'new' })
    expect(running.broker.orders()).toHaveLength(1)
  })

  it('takes no "not found" for proof as long as the owner before could still send', async () => {
    const world = createWorld()
    const journal = lastingJournal()
    /** The owner before is paused between its intent and its write. */
    const paused = (inner: BrokerAdapter): BrokerAdapter => ({ ...inner, submit: () => new Promise(() => undefined) })
    const first = await world.start({ journal, wrap: paused })
    void first.service.placeOrder({ ...resting, idempotencyKey: 'k' })
    await world.clock.advance(10)
    const second = await world.start({ journal: leasing(journal, { precededUntil: world.clock.monotonic() + 20_000 }) })
    const status = async (): Promise<string | undefined> => (await second.service.listOrders())[0]?.status
    expect(await status()).toBe('unknown')
    await world.clock.advance(19_000)
    expect(await status()).toBe('unknown')
    await world.clock.advance(60_000)
    expect(await status()).toBe('denied')
  })
})
