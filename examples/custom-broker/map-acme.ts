// What Acme says, in Sluice's words, and the other way round.
import {
  type BrokerExecution, type BrokerOrder, type BrokerPosition, type BrokerUpdate, formatDecimal, ONE, type OrderTerms, parseDecimal,
} from '@sluice/core'
import type { AcmeEvent, AcmeFill, AcmeOrder } from './acme-venue.ts'

export function toAcme(terms: OrderTerms): object {
  const { symbol, side, type, quantity, limitPrice, timeInForce } = terms
  return { symbol, side, type, quantity, limit: limitPrice ?? null, duration: timeInForce }
}

export function toExecution({ orderId, clientId, symbol, side }: AcmeOrder, { fillId, quantity, price, time }: AcmeFill): BrokerExecution {
  return { executionId: fillId, brokerOrderId: orderId, clientOrderId: clientId, symbol, side, lastQuantity: quantity, lastPrice: price, time }
}

export function toBrokerOrder(order: AcmeOrder): BrokerOrder {
  const { clientId, orderId, symbol, side, type, quantity, limit, duration, filled, state, fills, createdAt, updatedAt } = order
  return {
    clientOrderId: clientId, brokerOrderId: orderId, symbol, side, type, quantity, notional: undefined, limitPrice: limit ?? undefined, stopPrice: undefined,
    timeInForce: duration, status: state === 'open' ? (filled === '0' ? 'new' : 'partially_filled') : state, filledQuantity: filled,
    // All fills of an order have one price here.
    averagePrice: fills[0]?.price, executions: fills.map((fill) => toExecution(order, fill)), createdAt, updatedAt,
  }
}

export function toUpdate({ sequence, kind, order }: AcmeEvent): BrokerUpdate {
  const cursor = String(sequence)
  const fill = order.fills.at(-1)
  if (kind === 'filled' && fill !== undefined) return { kind: 'fill', execution: toExecution(order, fill), cursor }
  const reference = { clientOrderId: order.clientId, brokerOrderId: order.orderId, cursor }
  return kind === 'canceled' ? { kind: 'canceled', ...reference } : { kind: 'accepted', ...reference }
}

/** What the fills add up to. */
export function toPositions(orders: readonly AcmeOrder[]): readonly BrokerPosition[] {
  const held = new Map<string, { readonly quantity: bigint; readonly cost: bigint }>()
  for (const order of orders) {
    for (const fill of order.fills) {
      const { quantity, cost } = held.get(order.symbol) ?? { quantity: 0n, cost: 0n }
      const traded = parseDecimal(fill.quantity) * (order.side === 'buy' ? 1n : -1n)
      held.set(order.symbol, { quantity: quantity + traded, cost: cost + (traded * parseDecimal(fill.price)) / ONE })
    }
  }
  return [...held].filter(([, { quantity }]) => quantity !== 0n).map(([symbol, { quantity, cost }]) => ({
    symbol, quantity: formatDecimal(quantity), averagePrice: formatDecimal((cost * ONE) / quantity),
  }))
}
