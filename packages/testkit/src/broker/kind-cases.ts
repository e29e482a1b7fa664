import { formatDecimal, parseDecimal } from '@sluice/core'
import { expect } from 'vitest'
import { type ConformanceCase, notApplicable } from '../conformance-case.ts'
import type { BrokerSession } from './broker-session.ts'

const OPEN = ['pending_new', 'new', 'partially_filled']

function deliveredSum(session: BrokerSession, clientOrderIds: readonly string[], brokerOrderIds: readonly string[]): bigint {
  return session.updates.reduce((sum, update) => {
    if (update.kind !== 'fill') return sum
    const { clientOrderId = '', brokerOrderId, lastQuantity } = update.execution
    return clientOrderIds.includes(clientOrderId) || brokerOrderIds.includes(brokerOrderId) ? sum + parseDecimal(lastQuantity) : sum
  }, 0n)
}

/** Kinds of orders, and changes of what has traded, where the broker can do them. */
export const kindCases: readonly ConformanceCase<BrokerSession>[] = [
  {
    id: 'B37',
    name: 'a replace of a partly filled order keeps what has traded: quantities are totals over all its ids',
    run: async (session) => {
      if (!session.adapter.capabilities.replace) notApplicable('replace is not declared')
      const { trade } = session.harness.market ?? {}
      if (trade === undefined) notApplicable('the harness does not offer `market.trade`')
      await session.connect()
      const order = session.resting()
      const { terms } = order
      const brokerOrderId = await session.place(order)
      const half = parseDecimal(terms.quantity ?? '') / 2n
      await session.drive(trade({ clientOrderId: order.clientOrderId, brokerOrderId, terms }, formatDecimal(half)))
      await session.found(order.clientOrderId, 'filled in part', ({ filledQuantity }) => filledQuantity === formatDecimal(half))
      const { clientOrderId, outcome } = await session.replace(order, brokerOrderId, session.harness.market?.replacement ?? { limitPrice: '2' })
      expect(outcome).toMatchObject({ kind: 'accepted' })
      const { quantity = '' } = terms
      const now = await session.found(clientOrderId, 'open', ({ status }) => status === 'partially_filled' || status === 'new')
      expect(now).toMatchObject({ clientOrderId, quantity, filledQuantity: formatDecimal(half) })
      const total = parseDecimal(quantity)
      await session.drive(trade({ clientOrderId, brokerOrderId: now.brokerOrderId, terms }, formatDecimal(total - half)))
      const ids = [order.clientOrderId, clientOrderId]
      await session.until('the whole quantity is delivered', () => deliveredSum(session, ids, [brokerOrderId, now.brokerOrderId]) === total)
      expect(await session.found(clientOrderId, 'filled', ({ status }) => status === 'filled')).toMatchObject({ filledQuantity: quantity })
      await session.settle()
      expect(formatDecimal(deliveredSum(session, ids, [brokerOrderId, now.brokerOrderId])), 'delivered executions').toBe(quantity)
    },
  },
  {
    id: 'B38',
    name: 'a trailing stop rests as one, by an amount and by a share, and can be cancelled',
    run: async (session) => {
      if (!session.adapter.capabilities.orderTypes.includes('trailing_stop')) notApplicable('trailing_stop is not declared')
      await session.connect()
      for (const trail of [{ trailAmount: '5' }, { trailPercent: '5' }]) {
        const order = session.order('buy', { type: 'trailing_stop', ...trail })
        const brokerOrderId = await session.place(order)
        const seen = await session.found(order.clientOrderId, 'open', ({ status }) => OPEN.includes(status))
        expect(seen).toMatchObject({ type: 'trailing_stop', side: 'buy', quantity: order.terms.quantity, filledQuantity: '0' })
        expect(await session.cancel(order, brokerOrderId)).toEqual({ kind: 'accepted' })
        await session.found(order.clientOrderId, 'canceled', ({ status }) => status === 'canceled')
      }
    },
  },
  {
    id: 'B39',
    name: 'the last fill of an order by money says that it is complete, the others do not',
    run: async (session) => {
      const { capabilities } = session.adapter
      const { market = {} } = session.harness
      if (!capabilities.notional) notApplicable('notional is not declared')
      await session.connect()
      const { quantity: _, ...marketable } = market.marketable?.('buy') ?? { type: 'market' as const }
      const order = session.order('buy', { ...marketable, notional: market.money ?? '250' })
      const brokerOrderId = await session.place(order)
      await session.found(order.clientOrderId, 'filled', ({ status }) => status === 'filled')
      const complete = (): boolean[] => session.updates.flatMap((update) =>
        (update.kind === 'fill' && session.names(update, order.clientOrderId, brokerOrderId) ? [update.complete === true] : []))
      await session.until('a complete fill is delivered', () => complete().includes(true))
      await session.settle()
      expect(complete().indexOf(true), 'only the last is complete').toBe(complete().length - 1)
    },
  },
]
