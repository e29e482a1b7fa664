import type { OrderRequest } from '@sluice/core'
import { afterAll, describe, expect, it } from 'vitest'
import { lineProxy, startPostgres } from '../src/testing/index.ts'
import { type MortalNode, startNode } from './failover/mortal-node.ts'
import { createExchange, type Exchange } from './support/exchange.ts'
import { dropSchema, newSchema } from './support/schemas.ts'

const ACCOUNTS = Array.from({ length: 100 }, (_, index) => `account-${index}`)
const NODES = 3
const ORDERS = 1500
const CAPACITY = 30_000
const SLICE = 300
/** A process that is killed takes along what it has drawn and not used. */
const LOST = 2 * SLICE

const server = await startPostgres()
afterAll(() => server?.stop())

/** What has arrived at the exchange, in whole money: it knows nothing of budgets. */
const sentTo = (exchange: Exchange): number => exchange.arrivals.reduce((sum, { terms }) => sum + Number(terms.quantity) * Number(terms.limitPrice), 0)

const orderOf = (index: number): OrderRequest => ({
  account: ACCOUNTS[(index * 37) % ACCOUNTS.length] as string, symbol: 'AAPL', side: index % 3 === 0 ? 'sell_short' : 'buy', type: 'limit', quantity: String(1 + index % 4),
  limitPrice: String(10 + index % 7), timeInForce: 'day', idempotencyKey: `k${index}`,
})

describe.skipIf(server === undefined)('a limit shared by 100 accounts in three processes', () => {
  const url = server?.connectionString ?? ''

  /** @param scopeOf which budget a process draws from */
  const run = async (scopeOf: (index: number) => string): Promise<{ readonly sent: number; readonly denied: number }> => {
    const schema = newSchema()
    const exchange = createExchange()
    const proxy = await lineProxy(server?.port ?? 0, server?.host)
    const launch = (index: number, name: string): MortalNode => startNode({
      connectionString: url, schema, accounts: ACCOUNTS, lease: 1000, name, limit: { scope: scopeOf(index), capacity: String(CAPACITY), slice: String(SLICE) },
    }, proxy, exchange, () => undefined)
    const nodes = Array.from({ length: NODES }, (_, index) => launch(index, `node${index}`))
    await Promise.all(nodes.map((node) => node.ready()))
    let denied = 0
    // Callers who come again with the same key until they have an answer, wherever they get it.
    const place = async (index: number): Promise<void> => {
      for (let attempt = 0; ; attempt += 1) {
        const { status, code, error } = await (nodes[(index + attempt) % NODES] as MortalNode).place(orderOf(index))
        if (code === 'SHARED_LIMIT_EXCEEDED') denied += 1
        if (error === undefined && code !== 'NOT_SENT' && code !== 'GUARD_ERROR' && status !== 'unknown' && status !== 'pending_new') return
        await new Promise((resolve) => { setTimeout(resolve, 20) })
      }
    }
    let next = 0
    const caller = async (): Promise<void> => {
      while (next < ORDERS) {
        const index = next
        next += 1
        if (index === ORDERS / 5) {
          // In the middle of its work, with a slice in its hands; a fresh process takes its place.
          nodes[1]?.signal('SIGKILL')
          await nodes[1]?.exited()
          nodes[1] = launch(1, 'node1-again')
        }
        await place(index)
      }
    }
    await Promise.all(Array.from({ length: 60 }, caller))
    await Promise.all(nodes.map((node) => node.close()))
    await proxy.close()
    await dropSchema(url, schema)
    return { sent: sentTo(exchange), denied }
  }

  it('is used up and never exceeded by what is sent, also when a process dies with a part of it', { timeout: 120_000 }, async () => {
    const { sent, denied } = await run(() => 'firm')
    expect(sent).toBeLessThanOrEqual(CAPACITY)
    expect(sent).toBeGreaterThan(CAPACITY - LOST - NODES * SLICE)
    expect(denied).toBeGreaterThan(0)
  })

  it('is seen to be exceeded when every process keeps a budget of its own', { timeout: 120_000 }, async () => {
    const { sent } = await run((index) => `own-${index}`)
    expect(sent).toBeGreaterThan(CAPACITY)
  })
})
