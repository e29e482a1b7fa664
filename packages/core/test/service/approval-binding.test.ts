import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { simulatedBroker } from '../../src/broker/simulated/simulated-broker.ts'
import { highValueApproval } from '../../src/guards/high-value-approval.ts'
import { sqliteJournal } from '../../src/journal/sqlite/index.ts'
import { createExecutionService } from '../../src/service/create-execution-service.ts'
import { makeRequest } from '../../src/testing/index.ts'
import { approveChanged, TERM_CHANGES } from '../support/approval-attacks.ts'
import { plainCodes } from '../support/codes.ts'
import { createWorld } from '../support/world.ts'

const guards = () => [highValueApproval({ above: '1000', approvals: plainCodes() })]

describe('I6: an order that was changed after its challenge is not sent', () => {
  it.each(TERM_CHANGES.map((change) => [JSON.stringify(change), change] as const))('in the journal, by %s', async (_, change) => {
    expect(await approveChanged((intent) => ({ ...intent, terms: { ...intent.terms, ...change } }))).toEqual({ ended: 'APPROVAL_MISMATCH', sent: 0 })
  })

  it('in the journal, to another placer', async () => {
    expect(await approveChanged((intent) => ({ ...intent, actor: 'eve' }))).toEqual({ ended: 'APPROVAL_MISMATCH', sent: 0 })
  })

  it.each([{ quantity: '11' }, { limitPrice: '187.6' }, { timeInForce: 'gtc' as const }, { side: 'sell' as const }, { symbol: 'MSFT' }, { strategy: 'alpha' }])('by its own key, with %j', async (change) => {
    const world = createWorld()
    const { service, broker } = await world.start({ guards: guards() })
    const order = await world.until(service.placeOrder(makeRequest({ idempotencyKey: 'one', limitPrice: '187.5' })))
    await world.until(service.approveOrder(order.id, { code: 'zqcanary-code-1' }))
    await expect(service.placeOrder(makeRequest({ idempotencyKey: 'one', limitPrice: '187.5', ...change }))).rejects.toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' })
    expect(broker.orders()).toHaveLength(1)
  })

  it('by a replace that raises it: that needs its own order and code', async () => {
    const world = createWorld()
    const { service } = await world.start({ guards: guards() })
    const order = await world.until(service.placeOrder(makeRequest({ limitPrice: '90', quantity: '12' })))
    expect(await world.until(service.approveOrder(order.id, { code: 'zqcanary-code-1' }))).toMatchObject({ status: 'new' })
    await expect(service.replaceOrder(order.id, { quantity: '23' })).rejects.toMatchObject({ code: 'REPLACE_DENIED', denial: { code: 'APPROVAL_REQUIRED' } })
    expect(await service.getOrderStatus(order.id)).toMatchObject({ quantity: '12' })
  })
})

it('I6: of a hundred approvals with one code at once, on a durable journal, exactly one passes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-approvals-'))
  try {
    const journal = sqliteJournal(join(folder, 'orders.db'))
    const broker = simulatedBroker({ latency: [0, 0] })
    const service = await createExecutionService({ broker, journal, guards: guards(), maximumChallenges: 100, approverAttempts: 1000 })
    const orders = await Promise.all(Array.from({ length: 100 }, (_, number) => service.placeOrder(makeRequest({ symbol: `S${number}`, limitPrice: '9', quantity: '120' }))))
    expect(orders.every(({ status }) => status === 'pending_approval')).toBe(true)
    const results = await Promise.allSettled(orders.map(({ id }) => service.approveOrder(id, { code: 'zqcanary-code-1' })))
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(broker.orders()).toHaveLength(1)
    await service.close()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
