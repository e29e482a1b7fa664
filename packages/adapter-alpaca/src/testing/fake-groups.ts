import type { Units } from '@sluice/core'
import type { FakeOrder, FakeTerms } from './fake-order.ts'

/** What the legs of a group are made by. */
export interface LegMaker {
  readonly make: (terms: FakeTerms, parent: FakeOrder) => FakeOrder
  readonly newId: () => string
}

/** The exits that an entry brings along, held until it has filled; for an OCO the stop beside the limit, live at once. */
export function makeLegs(parent: FakeOrder, { make, newId }: LegMaker): FakeOrder[] {
  const { takeProfit, stopLoss, orderClass, asset, timeInForce, quantity } = parent
  if (orderClass === 'simple' || orderClass === 'mleg') return []
  const side = orderClass === 'oco' ? parent.side : parent.side === 'buy' ? 'sell' : 'buy'
  const leg = (type: FakeOrder['type'], limitPrice: Units | undefined, stopPrice: Units | undefined): FakeOrder => make({
    clientOrderId: newId(), asset, side, type, timeInForce, orderClass, extendedHours: false, quantity, notional: undefined, limitPrice, stopPrice,
    trailPrice: undefined, trailPercent: undefined, takeProfit: undefined, stopLoss: undefined, intent: side === 'sell' ? 'sell_to_close' : 'buy_to_close',
  }, parent)
  const legs: FakeOrder[] = []
  if (takeProfit !== undefined && orderClass !== 'oco') legs.push(leg('limit', takeProfit.limitPrice, undefined))
  if (stopLoss !== undefined) legs.push(leg(stopLoss.limitPrice === undefined ? 'stop' : 'stop_limit', stopLoss.limitPrice, stopLoss.stopPrice))
  return legs
}

/** The orders of a group of which only one may fill. */
export function rivalsOf(order: FakeOrder): FakeOrder[] {
  const { parent } = order
  if (order.orderClass === 'mleg') return []
  if (parent === undefined) return order.orderClass === 'oco' ? order.legs : []
  const group = parent.orderClass === 'oco' ? [parent, ...parent.legs] : parent.legs
  return group.filter((rival) => rival !== order)
}
