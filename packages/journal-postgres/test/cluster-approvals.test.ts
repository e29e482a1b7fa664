import { type ApprovalProvider, highValueApproval, maxPosition, type OrderRequest, type SimulatedBroker, simulatedBroker } from '@sluice/core'
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type ClusterNode, createClusterNode } from '../src/index.ts'
import { startPostgres } from '../src/testing/index.ts'
import { dropSchema, execute, newSchema } from './support/schemas.ts'

const server = await startPostgres()
afterAll(() => server?.stop())

const ACCOUNTS = Array.from({ length: 24 }, (_, index) => `account-${index}`)
const ATTEMPTS = 4

/** A code is its own step, so that every number works once. */
const codes: ApprovalProvider = {
  name: 'codes', verify: ({ actor, code }) => (/^\d{6}$/.test(code) ? { valid: true, counter: `codes:${actor}`, step: Number(code) } : { valid: false }),
}
const order = (account: string, overrides: Partial<OrderRequest> = {}): OrderRequest =>
  ({ account, symbol: 'AAPL', side: 'buy', type: 'limit', quantity: '2', limitPrice: '90', timeInForce: 'day', ...overrides }) as OrderRequest

describe.skipIf(server === undefined)('codes and limits in a cluster', () => {
  const url = server?.connectionString ?? ''
  let nodes: ClusterNode[] = []
  let schema: string
  let brokers: Map<string, SimulatedBroker>

  const brokerOf = (account: string): SimulatedBroker => {
    const broker = brokers.get(account) ?? simulatedBroker({ seed: account, latency: [0, 1], quotes: () => ({ bid: '99.9', ask: '100.1' }) })
    brokers.set(account, broker)
    return broker
  }
  const join = (name: string): Promise<ClusterNode> => createClusterNode({
    journal: { connectionString: url, schema, lease: 1000, connections: 4, name }, accounts: ACCOUNTS, forwardTimeout: 8000, approvals: codes, approverAttempts: ATTEMPTS,
    service: (account) => ({ broker: brokerOf(account), guards: [maxPosition({ quantity: '50' }), highValueApproval({ above: '1000', window: 1, approvals: codes })] }),
  })
  const owned = (): number => nodes.flatMap((node) => node.owned).length
  const notOf = (node: ClusterNode): string => ACCOUNTS.find((account) => !node.owned.includes(account)) as string

  beforeEach(async () => {
    schema = newSchema()
    brokers = new Map()
    nodes = await Promise.all(['one', 'two'].map(join))
    await vi.waitUntil(() => owned() === ACCOUNTS.length && nodes.every((node) => node.owned.length > 0))
  })
  afterEach(async () => {
    await Promise.all(nodes.map((node) => node.close()))
    await dropSchema(url, schema)
  })

  it('an order that needs a code is approved through a node that does not own the account; a code passes once in the cluster', async () => {
    const [one, two] = nodes as [ClusterNode, ClusterNode]
    const account = notOf(one)
    const challenged = await one.service.placeOrder(order(account, { quantity: '15' }))
    expect(challenged).toMatchObject({ status: 'pending_approval' })
    await expect(one.service.approveOrder(challenged.id, { actor: 'eve', code: 'wrong' })).rejects.toMatchObject({ code: 'APPROVAL_REFUSED', orderId: challenged.id, attemptsLeft: expect.any(Number) as number })
    expect(await one.service.approveOrder(challenged.id, { actor: 'ann', code: '000001' })).toMatchObject({ status: 'new' })

    const mine = one.owned[0] as string
    const second = await two.service.placeOrder(order(mine, { quantity: '15' }))
    await expect(two.service.approveOrder(second.id, { actor: 'ann', code: '000001' })).rejects.toMatchObject({ code: 'APPROVAL_REFUSED' })
    expect(await two.service.approveOrder(second.id, { actor: 'ann', code: '000002' })).toMatchObject({ status: 'new' })

    const small = await one.service.placeOrder(order(account, { limitPrice: '20' }))
    // A change that would need a code is refused, at whatever node, and the live order left alone.
    for (const { service } of nodes) await expect(service.replaceOrder(small.id, { quantity: '14', limitPrice: '91' })).rejects.toMatchObject({ code: 'REPLACE_DENIED', denial: { code: 'APPROVAL_REQUIRED' } })
    expect(await one.service.getOrderStatus(small.id)).toMatchObject({ quantity: '2', limitPrice: '20', status: 'new' })
  })

  it('wrong codes at several nodes, for orders and releases, lock a person everywhere; another one unlocks everywhere', async () => {
    const [one, two] = nodes as [ClusterNode, ClusterNode]
    const waiting = await Promise.all([notOf(one), notOf(two)].map((account) => one.service.placeOrder(order(account, { quantity: '15' }))))
    await one.service.killSwitch.engage({ scope: 'symbol:MSFT', level: 'no_new', reason: 'test' })
    await expect.poll(() => two.service.killSwitch.status().engaged.length).toBe(1)
    const wrong = [
      () => one.service.approveOrder(waiting[0]?.id ?? '', { actor: 'eve', code: 'x' }), () => two.service.approveOrder(waiting[1]?.id ?? '', { actor: 'eve', code: 'x' }),
      () => one.service.killSwitch.release({ scope: 'symbol:MSFT', actor: 'eve', code: 'x', reason: 'try' }), () => two.service.killSwitch.release({ scope: 'symbol:MSFT', actor: 'eve', code: 'x', reason: 'try' }),
    ]
    for (const attempt of wrong) await expect(attempt()).rejects.toMatchObject({ code: 'APPROVAL_REFUSED' })
    // Right, and too late.
    const locked = { code: 'APPROVAL_REFUSED', message: expect.stringContaining('eve is locked') as string }
    for (const { service } of nodes) {
      await expect(service.killSwitch.release({ scope: 'symbol:MSFT', actor: 'eve', code: '000009', reason: 'try' })).rejects.toMatchObject(locked)
      await expect(service.approveOrder(waiting[0]?.id ?? '', { actor: 'eve', code: '000010' })).rejects.toMatchObject(locked)
      await expect(service.unlockApprover('eve', { actor: 'eve', code: '000011' })).rejects.toMatchObject({ code: 'APPROVAL_REFUSED' })
    }
    expect(two.service.killSwitch.status().engaged).toHaveLength(1)
    await two.service.unlockApprover('eve', { actor: 'ann', code: '000001' })
    expect(await one.service.approveOrder(waiting[1]?.id ?? '', { actor: 'eve', code: '000012' })).toMatchObject({ status: 'new' })
    await one.service.killSwitch.release({ scope: 'symbol:MSFT', actor: 'eve', code: '000013', reason: 'over' })
    await expect.poll(() => two.service.killSwitch.status().engaged).toEqual([])
    const noted = await execute(url, `SELECT count(*)::int AS notes FROM ${schema}.events WHERE account = '*' AND type = 'approval_checked' AND data::json->>'step' = 'unlocked'`)
    expect(noted).toEqual([{ notes: 1 }])
  })

  it('a changed limit holds at every node, is written once for each account, and stays when an account moves', async () => {
    const [one, two] = nodes as [ClusterNode, ClusterNode]
    const [account, other] = [notOf(one), notOf(two)]
    expect(await one.service.limits.update({ guard: 'max-position', options: { quantity: '5' }, reason: 'earnings' })).toMatchObject({ tightened: ['max-position.quantity'], loosened: [] })
    for (const { service } of nodes) {
      for (const name of [account, other]) expect(await service.placeOrder(order(name, { quantity: '6' }))).toMatchObject({ status: 'denied', denial: { code: 'POSITION_LIMIT_EXCEEDED' } })
    }
    const written = await execute(url, `SELECT count(*)::int AS times FROM ${schema}.events WHERE type = 'limits_changed' AND data LIKE '%earnings%' GROUP BY account`)
    expect(written).toEqual(ACCOUNTS.map(() => ({ times: 1 })))
    await expect(two.service.limits.update({ guard: 'max-position', options: { quantity: '8' }, reason: 'calm' })).rejects.toMatchObject({ code: 'APPROVAL_REFUSED' })
    await expect(two.service.limits.update({ guard: 'no-such', options: {}, reason: 'x' })).rejects.toMatchObject({ code: 'ORDER_INVALID' })
    await nodes.shift()?.close()
    await expect.poll(owned).toBe(ACCOUNTS.length)
    expect(await two.service.placeOrder(order(other, { quantity: '6' }))).toMatchObject({ status: 'denied', denial: { code: 'POSITION_LIMIT_EXCEEDED' } })
    expect(await two.service.limits.update({ guard: 'max-position', options: { quantity: '8' }, reason: 'calm', actor: 'ann', code: '000001' })).toMatchObject({ loosened: ['max-position.quantity'] })
    expect(await two.service.placeOrder(order(other, { quantity: '6' }))).toMatchObject({ status: 'new' })
    await expect(two.service.limits.update({ guard: 'max-position', options: { quantity: '9' }, reason: 'calm', actor: 'ann', code: '000001' })).rejects.toMatchObject({ code: 'APPROVAL_REFUSED' })
  })
})
