import { type BrokerExecution, formatDecimal, ONE, parseBrokerDecimal, parseDecimal, type Units } from '@sluice/core'
import { expect } from 'vitest'
import { type ConformanceCase, notApplicable } from '../conformance-case.ts'
import type { BrokerSession } from './broker-session.ts'

function sum(executions: readonly BrokerExecution[]): string {
  return formatDecimal(executions.reduce((total, { lastQuantity }) => total + parseDecimal(lastQuantity), 0n))
}

function ids(executions: readonly BrokerExecution[]): string[] {
  return executions.map(({ executionId }) => executionId).toSorted()
}

async function deliveredFills(session: BrokerSession, brokerOrderId: string, total: string): Promise<readonly BrokerExecution[]> {
  await session.until(`fills of ${total} are delivered`, () => sum(session.executionsOf(brokerOrderId)) === total)
  await session.settle()
  return session.executionsOf(brokerOrderId)
}

async function positionOf(session: BrokerSession): Promise<Units> {
  const { positions } = await session.snapshot()
  if (positions.status === 'unavailable') return notApplicable(`positions are unavailable: ${positions.reason}`)
  const symbol = session.harness.market?.symbol ?? 'AAPL'
  return parseBrokerDecimal(positions.value.find((position) => position.symbol === symbol)?.quantity ?? '0')?.units ?? 0n
}

/** Executions, and what follows from them. */
export const fillCases: readonly ConformanceCase<BrokerSession>[] = [
  {
    id: 'B15',
    name: 'the executions of a filled order add up to its quantity, each with its own id, price, symbol and side',
    run: async (session) => {
      await session.connect()
      const { order, brokerOrderId } = await session.fill('buy')
      const quantity = order.terms.quantity ?? ''
      const fills = await deliveredFills(session, brokerOrderId, quantity)
      expect(sum(fills), 'delivered executions').toBe(quantity)
      expect(new Set(ids(fills)).size, 'execution ids are unique').toBe(fills.length)
      for (const fill of fills) {
        expect(fill).toMatchObject({ symbol: order.terms.symbol, side: 'buy' })
        expect(parseBrokerDecimal(fill.lastPrice)?.rounded).toBe(false)
      }
      expect(await session.lookup(order.clientOrderId)).toMatchObject({ kind: 'found', order: { status: 'filled', filledQuantity: quantity } })
    },
  },
  {
    id: 'B16',
    name: 'an execution has the same id on every channel: updates, look-up and snapshot',
    run: async (session) => {
      await session.connect()
      const { order, brokerOrderId } = await session.fill('buy')
      const delivered = ids(await deliveredFills(session, brokerOrderId, order.terms.quantity ?? ''))
      const answer = await session.lookup(order.clientOrderId)
      const listed = answer.kind === 'found' ? answer.order.executions : undefined
      if (listed !== undefined) expect(ids(listed)).toEqual(delivered)
      const { executions } = await session.snapshot()
      if (executions.status === 'present') expect(ids(executions.value.filter((execution) => execution.brokerOrderId === brokerOrderId))).toEqual(delivered)
    },
  },
  {
    id: 'B17',
    name: 'an order that fills in parts is reported part by part, and its filled quantity is the sum of its parts at every moment',
    run: async (session) => {
      const { market = {} } = session.harness
      if (market.trade === undefined && market.partial === undefined) notApplicable('the harness offers neither `market.trade` nor `market.partial`')
      await session.connect()
      const order = market.partial === undefined ? session.resting() : session.order('buy', market.partial('buy'))
      const { clientOrderId, terms } = order
      const brokerOrderId = await session.place(order)
      const trade = async (part: Units): Promise<void> => {
        if (market.partial === undefined) await session.drive(market.trade?.({ clientOrderId, brokerOrderId, terms }, formatDecimal(part)))
      }
      const quantity = parseDecimal(terms.quantity ?? '')
      const first = quantity > ONE ? ONE : quantity / 2n
      await trade(first)
      await session.until('the first part is delivered', () => session.executionsOf(brokerOrderId).length > 0)
      const partly = await session.found(clientOrderId, 'filled in part', ({ filledQuantity }) => filledQuantity !== '0')
      if (market.partial === undefined) expect(partly).toMatchObject({ status: 'partially_filled', filledQuantity: formatDecimal(first) })
      if (partly.executions !== undefined) expect(sum(partly.executions)).toBe(partly.filledQuantity)
      await trade(quantity - first)
      const fills = await deliveredFills(session, brokerOrderId, formatDecimal(quantity))
      expect(fills.length).toBeGreaterThan(1)
      expect(new Set(ids(fills)).size).toBe(fills.length)
      await session.found(clientOrderId, 'filled', ({ status }) => status === 'filled')
    },
  },
  {
    id: 'B18',
    name: 'the position is what the executions say',
    run: async (session) => {
      await session.connect()
      const before = await positionOf(session)
      await session.fill('buy')
      await session.fill('buy')
      const { order } = await session.fill('sell')
      await session.settle()
      expect(formatDecimal(await positionOf(session) - before)).toBe(order.terms.quantity)
      let net = 0n
      for (const update of session.updates) {
        if (update.kind === 'fill') net += parseDecimal(update.execution.lastQuantity) * (update.execution.side === 'buy' ? 1n : -1n)
      }
      expect(formatDecimal(net), 'delivered executions').toBe(order.terms.quantity)
    },
  },
  {
    id: 'B19',
    name: 'a snapshot since a cursor has every execution after it',
    run: async (session) => {
      await session.connect()
      await session.fill('buy')
      const { cursor, executions: all } = await session.snapshot()
      if (cursor === undefined) notApplicable('snapshots carry no cursor')
      if (all.status === 'unavailable') notApplicable(`executions are unavailable: ${all.reason}`)
      const { order, brokerOrderId } = await session.fill('buy')
      const delivered = await deliveredFills(session, brokerOrderId, order.terms.quantity ?? '')
      const { executions } = await session.snapshot(cursor)
      const since = executions.status === 'present' ? ids(executions.value) : []
      expect(since).toEqual(expect.arrayContaining(ids(delivered)))
      expect(new Set(since).size).toBe(since.length)
    },
  },
]
