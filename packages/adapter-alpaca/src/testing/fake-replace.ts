import type { FakeBooks, FakeChanges } from './fake-books.ts'
import type { FakeMatching } from './fake-matching.ts'
import type { FakeOrder, FakeTerms } from './fake-order.ts'
import { badRequest, forbidden, unprocessable } from './fake-refusal.ts'
import { checkPrices } from './fake-rules.ts'

const NOT_YET: readonly string[] = ['accepted', 'pending_new', 'pending_cancel', 'pending_replace', 'held']

function changedTerms(order: FakeOrder, changes: FakeChanges): FakeTerms {
  const rest = (order.quantity ?? 0n) - order.filled
  if (changes.quantity !== undefined && changes.quantity <= order.filled) throw unprocessable('qty must be > filled_qty')
  // The quantity of a change counts what was traded; the new order works what is left of it.
  const quantity = changes.quantity === undefined ? rest : changes.quantity - order.filled
  const { clientOrderId, limitPrice = order.limitPrice, stopPrice = order.stopPrice, timeInForce = order.timeInForce, trail } = changes
  if (trail === undefined && quantity === rest && limitPrice === order.limitPrice && stopPrice === order.stopPrice && timeInForce === order.timeInForce) {
    throw forbidden('order parameters are not changed')
  }
  const { asset, side, type, orderClass, extendedHours, intent, notional, takeProfit, stopLoss } = order
  const byPercent = order.trailPercent !== undefined
  return {
    clientOrderId, asset, side, type, orderClass, extendedHours, intent, notional, takeProfit, stopLoss, timeInForce, quantity, limitPrice, stopPrice,
    trailPrice: byPercent ? undefined : trail ?? order.trailPrice, trailPercent: byPercent ? trail ?? order.trailPercent : undefined,
  }
}

/**
 * A change makes a new order with an id of its own, for what is left of the old one. What the old one trades before the change
 * takes effect makes an end of the new one.
 * @throws FakeRefusal
 */
export function replaceOrder(books: FakeBooks, { match }: Pick<FakeMatching, 'match'>, order: FakeOrder, changes: FakeChanges): FakeOrder {
  const { cancelDelay, clientIds, end, later, make, replacedShows, stamp, tell } = books
  if (order.orderClass === 'mleg') throw forbidden('replace mleg order is disabled')
  if (NOT_YET.includes(order.status)) throw unprocessable(`cannot replace order in ${order.status} status`)
  if (order.notional !== undefined) throw unprocessable('notional orders cannot be replaced')
  if (clientIds.has(changes.clientOrderId)) throw badRequest('client_order_id must be unique')
  const terms = changedTerms(order, changes)
  checkPrices(terms)
  const filledBefore = order.filled
  const successor = make(terms, 'pending_new')
  successor.replaces = order.id
  if (order.highWater !== undefined) successor.highWater = order.highWater
  order.status = 'pending_replace'
  tell(order, 'pending_replace')
  later(cancelDelay, () => {
    if (order.status !== 'pending_replace' || order.filled !== filledBefore) {
      if (order.status === 'pending_replace') order.status = order.filled > 0n ? 'partially_filled' : 'new'
      end(successor, 'rejected')
      tell(order, 'order_replace_rejected', { reason: 'TOO_LATE_TO_CANCEL' })
      match(order)
      return
    }
    order.status = 'replaced'
    order.replacedAt = stamp()
    order.replacedBy = successor.id
    successor.status = 'new'
    tell(replacedShows === 'old' ? order : successor, 'replaced')
    tell(successor, 'new')
    match(successor)
  })
  return successor
}
