import { type ApprovalProvider, type GuardStatus, maxPosition, type Order, type OrderRequest, type StoredEvent } from '@sluice/core'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ClusterNode, type ClusterNodeOptions, createClusterNode } from '../src/index.ts'
import { lineProxy, startPostgres } from '../src/testing/index.ts'
import { createExchange, type Exchange, exchangeAdapter } from './support/exchange.ts'
import { dropSchema, execute, newSchema } from './support/schemas.ts'

const server = await startPostgres()
afterAll(() => server?.stop())

/** So many that none of three nodes is left without any: with twelve it happens at one start in forty. */
const ACCOUNTS = Array.from({ length: 36 }, (_, index) => `account-${index}`)
const resting = (account: string, overrides: Partial<OrderRequest> = {}): OrderRequest =>
  ({ account, symbol: 'AAPL', side: 'buy', type: 'limit', quantity: '1', limitPrice: '90', timeInForce: 'day', ...overrides }) as OrderRequest

const codes = (): ApprovalProvider => ({
  name: 'codes',
  verify: ({ code }) => (/^\d{6}$/.test(code) ? { valid: true, counter: 'codes', step: Number(code) } : { valid: false }),
})

describe.skipIf(server === undefined)('a cluster', () => {
  const connectionString = server?.connectionString ?? ''
  const nodes: ClusterNode[] = []
  let schema: string
  let exchange: Exchange

  const join = async (options: Partial<ClusterNodeOptions> = {}): Promise<ClusterNode> => {
    const node = await createClusterNode({
      journal: { connectionString, schema, lease: 1000, connections: 4, name: `node${nodes.length}` }, accounts: ACCOUNTS, forwardTimeout: 8000,
      service: (account) => ({ broker: exchangeAdapter({ line: exchange, account, listen: (listener) => exchange.listen(account, listener) }) }),
      ...options,
    })
    nodes.push(node)
    return node
  }
  const settled = async (): Promise<void> => {
    await expect.poll(() => [nodes.flatMap(({ owned }) => owned).length, Math.min(...nodes.map(({ owned }) => owned.length)) > 0]).toEqual([ACCOUNTS.length, true])
  }
  const start = async (count: number, options: Partial<ClusterNodeOptions> = {}): Promise<readonly ClusterNode[]> => {
    await Promise.all(Array.from({ length: count }, () => join(options)))
    await settled()
    return nodes
  }
  const foreign = (node: ClusterNode): string => ACCOUNTS.find((account) => !node.owned.includes(account)) as string

  beforeEach(() => {
    schema = newSchema()
    exchange = createExchange()
  })
  afterEach(async () => {
    await Promise.all(nodes.splice(0).map((node) => node.close()))
    await dropSchema(connectionString, schema)
  })

  it('shares the accounts among its nodes, each with one owner, and moves them when a node joins or leaves', async () => {
    await start(2)
    await join()
    await settled()
    expect(nodes.flatMap(({ owned }) => owned).toSorted()).toEqual(ACCOUNTS.toSorted())
    const leaving = nodes.shift() as ClusterNode
    const { member } = leaving
    await leaving.close()
    await settled()
    // One whose lease has run out on a busy machine joins anew, and its old row goes with the next sweep: what counts is who is in and who is out.
    const rows = await execute(connectionString, `SELECT member FROM ${schema}.members`) as unknown as readonly { readonly member: string }[]
    const members = rows.map((row) => row.member)
    expect(members).toEqual(expect.arrayContaining(nodes.map((node) => node.member)))
    expect(members).not.toContain(member)
  })

  it('answers at every node what the owner answers: orders, cancels, queries, replays and refusals', async () => {
    const [one] = await start(3) as [ClusterNode]
    const account = foreign(one)
    const owner = nodes.find(({ owned }) => owned.includes(account)) as ClusterNode
    const placed = await one.service.placeOrder(resting(account, { idempotencyKey: 'k' }))
    expect(placed).toMatchObject({ status: 'new', account })
    expect(await owner.service.getOrderStatus(placed.id)).toEqual(await one.service.getOrderStatus(placed.id))
    let replayed = 0
    const again = await Promise.all(nodes.map(({ service }) => service.placeOrder(resting(account, { idempotencyKey: 'k' }), { onReplay: () => { replayed += 1 } })))
    expect(again.map(({ id }) => id)).toEqual(nodes.map(() => placed.id))
    expect(replayed).toBe(3)
    for (const { service } of nodes) {
      await expect(service.placeOrder(resting(account, { idempotencyKey: 'k', quantity: '2' }))).rejects.toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' })
      await expect(service.placeOrder(resting(account, { quantity: 'many' }))).rejects.toMatchObject({ code: 'ORDER_INVALID', issues: [{ path: ['quantity'] }] })
      await expect(service.cancelOrder('no-such-order')).rejects.toMatchObject({ code: 'ORDER_NOT_FOUND' })
      expect((await service.listOrders({})).map(({ id }) => id)).toEqual([placed.id])
    }
    expect(await one.service.cancelOrder(placed.id)).toMatchObject({ status: 'canceled' })
    expect(exchange.arrivals).toHaveLength(1)
  })

  it('an order that comes after its time is refused at every node and never taken; a known key is answered all the same', async () => {
    const [one] = await start(2) as [ClusterNode]
    const account = foreign(one)
    const past = new Date(Date.now() - 1000).toISOString()
    for (const [index, { service }] of nodes.entries()) {
      await expect(service.placeOrder(resting(account, { idempotencyKey: `late-${index}` }), { notAfter: past })).rejects.toMatchObject({ code: 'TOO_LATE', retryable: false })
    }
    expect(exchange.arrivals).toEqual([])
    const inTime = new Date(Date.now() + 60_000).toISOString()
    const placed = await Promise.all(nodes.map(({ service }, index) => service.placeOrder(resting(account, { idempotencyKey: `in-time-${index}` }), { notAfter: inTime })))
    expect(placed.map(({ status }) => status)).toEqual(['new', 'new'])
    for (const [index, order] of placed.entries()) {
      const again = await Promise.all(nodes.map(({ service }) => service.placeOrder(resting(account, { idempotencyKey: `in-time-${index}` }), { notAfter: past })))
      expect(again.map(({ id }) => id)).toEqual([order.id, order.id])
    }
    expect(exchange.arrivals).toHaveLength(2)
  })

  it('tells the limits in force and their use at every node, for an account of another and for all together', async () => {
    await start(2, {
      service: (account) => ({
        broker: exchangeAdapter({ line: exchange, account, listen: (listener) => exchange.listen(account, listener) }), guards: [maxPosition({ quantity: '40' })],
      }),
    })
    const [one, two] = nodes as [ClusterNode, ClusterNode]
    const account = foreign(one)
    await two.service.placeOrder(resting(account, { quantity: '10' }))
    const told = await one.service.guards({ account })
    expect(told).toEqual(await two.service.guards({ account }))
    expect(told.find(({ name }) => name === 'max-position')).toMatchObject({ options: { quantity: '40' }, uses: [{ account, used: '10', maximum: '40' }] })
    await two.service.placeOrder(resting(one.owned[0] as string, { quantity: '30' }))
    const [everything, same] = await Promise.all(nodes.map(({ service }) => service.guards())) as [readonly GuardStatus[], readonly GuardStatus[]]
    expect(everything).toEqual(same)
    expect(new Set(everything.map(({ name }) => name)).size).toBe(everything.length)
    const uses = everything.find(({ name }) => name === 'max-position')?.uses.map((use) => `${use.account} ${use.used}`)
    expect(uses?.toSorted()).toEqual([`${account} 10`, `${one.owned[0]} 30`].toSorted())
  })

  it('streams every account at every node, in order, resumable from any place, across a change of owner', async () => {
    const [one] = await start(2) as [ClusterNode]
    const account = foreign(one)
    const owner = nodes.find(({ owned }) => owned.includes(account)) as ClusterNode
    const hot: StoredEvent[] = []
    one.service.on('event', (event) => { if (event.account === account) hot.push(event) })
    await expect.poll(async () => { await one.service.placeOrder(resting(account, { limitPrice: '100' })); return hot.length }).toBeGreaterThan(0)
    await owner.close()
    nodes.splice(nodes.indexOf(owner), 1)
    await settled()
    const last = await one.service.placeOrder(resting(account))
    const seen: number[] = []
    const stop = new AbortController()
    for await (const item of one.service.events({ account, signal: stop.signal })) {
      seen.push((item as StoredEvent).sequence)
      if (item.type === 'order_accepted' && item.data.orderId === last.id) break
    }
    expect(seen).toEqual(seen.map((_, index) => index + 1))
    await expect.poll(() => hot.map(({ sequence }) => sequence).at(-1)).toBe(seen.at(-1))
    const sequences = hot.map(({ sequence }) => sequence)
    expect(sequences).toEqual(sequences.map((_, index) => (sequences[0] ?? 0) + index))
    const reset = await one.service.events({ account, after: 10_000 })[Symbol.asyncIterator]().next()
    expect(reset.value).toMatchObject({ type: 'stream_reset', sequence: seen.at(-1) })
  })

  it.each([['working', false], ['dead', true]])('an engaged kill switch stops every node within a second, with NOTIFY %s', async (_, dead) => {
    const proxy = await lineProxy(server?.port ?? 0, server?.host, dead)
    await start(3, { journal: { connectionString: proxy.through(connectionString), schema, lease: 1000, connections: 4 } })
    const placing = new AbortController()
    const load = Promise.all(ACCOUNTS.map(async (account, index) => {
      while (!placing.signal.aborted) {
        await nodes[index % 3]?.service.placeOrder(resting(account)).catch(() => undefined)
        await new Promise((resolve) => { setTimeout(resolve, 5) })
      }
    }))
    await expect.poll(() => exchange.arrivals.length).toBeGreaterThan(30)
    const report = await nodes[0]?.service.killSwitch.engage({ level: 'no_new', reason: 'test' })
    const engagedAt = performance.now()
    expect(report?.durable).toBe(true)
    await new Promise((resolve) => { setTimeout(resolve, 2000) })
    placing.abort()
    await load
    expect(exchange.arrivals.filter(({ at }) => at > engagedAt + 1000)).toEqual([])
    for (const { service } of nodes) {
      expect(service.killSwitch.status().engaged).toMatchObject([{ scope: 'global', level: 'no_new' }])
      expect(await service.placeOrder(resting(ACCOUNTS[0] as string))).toMatchObject({ status: 'denied', denial: { code: 'KILL_SWITCH_ENGAGED' } })
    }
    await nodes[1]?.service.killSwitch.release({ reason: 'over' })
    await expect.poll(() => nodes.map(({ service }) => service.killSwitch.status().engaged.length)).toEqual([0, 0, 0])
    await expect.poll(async () => (await nodes[2]?.service.placeOrder(resting(ACCOUNTS[1] as string)))?.status).toBe('new')
    await Promise.all(nodes.splice(0).map((node) => node.close()))
    await proxy.close()
  })

  it('sends nothing while the kill state cannot be read', async () => {
    const [one] = await start(1) as [ClusterNode]
    await execute(connectionString, `INSERT INTO ${schema}.events VALUES ('*', 1, 0, '', 'kill_switch_changed', 'not JSON', NULL, '')`)
    await new Promise((resolve) => { setTimeout(resolve, 1500) })
    expect(await one.service.placeOrder(resting(one.owned[0] as string))).toMatchObject({ status: 'denied', denial: { code: 'NOT_SENT' } })
    expect(exchange.arrivals).toEqual([])
  })

  it('a code releases the kill switch once, at whatever node', async () => {
    await start(2, { approvals: codes() })
    const release = (index: number, code: string) => (nodes[index] as ClusterNode).service.killSwitch.release({ code, reason: 'looked at' })
    for (const { service } of nodes) await service.killSwitch.engage({ level: 'no_new', reason: 'one' })
    await expect.poll(() => nodes[1]?.service.killSwitch.status().engaged.length).toBe(1)
    const answers = await Promise.allSettled([0, 1, 0, 1].map((index) => release(index, '000001')))
    expect(answers.filter(({ status }) => status === 'fulfilled').length).toBeGreaterThanOrEqual(1)
    await nodes[0]?.service.killSwitch.engage({ level: 'no_new', reason: 'two' })
    await expect.poll(() => nodes[1]?.service.killSwitch.status().engaged.length).toBe(1)
    await expect(release(1, '000001')).rejects.toMatchObject({ code: 'APPROVAL_REFUSED' })
    await expect(release(0, 'wrong')).rejects.toMatchObject({ code: 'APPROVAL_REFUSED' })
    await release(1, '000002')
  })

  it('a limit that accounts share is never exceeded by what is sent', async () => {
    await start(3, {
      service: (account, shared) => ({
        broker: exchangeAdapter({ line: exchange, account, listen: (listener) => exchange.listen(account, listener) }),
        guards: [shared.limit({ scope: 'firm', capacity: '9000', slice: '450' })],
      }),
    })
    const placed: readonly Order[] = await Promise.all(Array.from({ length: 300 }, (_, index) => (nodes[index % 3] as ClusterNode).service.placeOrder(resting(ACCOUNTS[index % 12] as string))))
    const sent = exchange.arrivals.length * 90
    expect(sent).toBeLessThanOrEqual(9000)
    expect(sent).toBeGreaterThan(0)
    const [row] = await execute(connectionString, `SELECT drawn <= 9000 AS within FROM ${schema}.budgets`)
    expect(row).toEqual({ within: true })
    // On a busy machine some are too late to be sent; those are free again.
    expect(placed.flatMap((order) => (order.status === 'denied' && order.denial.code !== 'NOT_SENT' ? [order.denial.code] : []))).toContain('SHARED_LIMIT_EXCEEDED')
  })

  it.each([['is kept to by all nodes together', false], ['is seen to be passed where each node counts for itself', true]])('a rate that the accounts of one credential share %s', async (_, isPlanted) => {
    const [window, capacity, lasting] = [1500, 6, 6000]
    const serviceOf = (scope: string): ClusterNodeOptions['service'] => (account, shared) => ({
      broker: exchangeAdapter({ line: exchange, account, listen: (listener) => exchange.listen(account, listener) }),
      guards: [shared.limit({ scope, capacity: String(capacity), unit: 'orders', window, slice: '1' })],
    })
    await Promise.all([0, 1, 2].map((index) => join({ service: serviceOf(isPlanted ? `credential-${index}` : 'credential') })))
    await settled()
    const began = performance.now()
    await Promise.all(ACCOUNTS.map(async (account, index) => {
      while (performance.now() - began < lasting) {
        await nodes[index % 3]?.service.placeOrder(resting(account)).catch(() => undefined)
        await new Promise((resolve) => { setTimeout(resolve, 5) })
      }
    }))
    const last = exchange.arrivals.at(-1)?.at ?? began
    // Windows of the server's clock that the orders can have been counted in.
    const most = (Math.ceil((last - began) / window) + 1) * capacity
    if (isPlanted) expect(exchange.arrivals.length).toBeGreaterThan(most)
    else expect(exchange.arrivals.length).toBeLessThanOrEqual(most)
    // It begins anew: more has left than one window lets through.
    expect(exchange.arrivals.length).toBeGreaterThan(capacity)
  })
})
