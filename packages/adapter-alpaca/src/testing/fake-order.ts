import { divide, formatDecimal, multiply, ONE, type Units } from '@sluice/core'
import type { FakeAsset } from './fake-asset.ts'
import { trailStopOf } from './fake-trail.ts'

export type FakeSide = 'buy' | 'sell'
export type FakeOrderType = 'market' | 'limit' | 'stop' | 'stop_limit' | 'trailing_stop'
export type FakeOrderClass = 'simple' | 'bracket' | 'oco' | 'oto' | 'mleg'
export type FakeIntent = 'buy_to_open' | 'buy_to_close' | 'sell_to_open' | 'sell_to_close'
type FakeOrderStatus =
  | 'pending_new' | 'accepted' | 'new' | 'held' | 'partially_filled' | 'filled' | 'done_for_day' | 'canceled' | 'expired' | 'rejected' | 'replaced'
  | 'pending_cancel' | 'pending_replace' | 'suspended'

/** What fixes an order. */
export interface FakeTerms {
  readonly clientOrderId: string
  readonly asset: FakeAsset
  readonly side: FakeSide
  readonly type: FakeOrderType
  readonly timeInForce: string
  readonly orderClass: FakeOrderClass
  readonly extendedHours: boolean
  readonly quantity: Units | undefined
  readonly notional: Units | undefined
  readonly limitPrice: Units | undefined
  readonly stopPrice: Units | undefined
  readonly trailPrice: Units | undefined
  readonly trailPercent: Units | undefined
  readonly takeProfit: { readonly limitPrice: Units } | undefined
  readonly stopLoss: { readonly stopPrice: Units; readonly limitPrice: Units | undefined } | undefined
  /** What it does to the position; worked out where the request does not say. */
  readonly intent: FakeIntent | undefined
  /** Of a leg of a multi-leg order: how many for one of its parent. */
  readonly ratio?: Units
}

/** An order in the books of the fake. */
export interface FakeOrder extends FakeTerms {
  readonly id: string
  readonly createdAt: string
  readonly expiresAt: string
  status: FakeOrderStatus
  filled: Units
  /** Money paid or received. */
  filledValue: Units
  updatedAt: string
  filledAt?: string
  canceledAt?: string
  expiredAt?: string
  failedAt?: string
  replacedAt?: string
  replacedBy?: string
  replaces?: string
  legs: FakeOrder[]
  parent?: FakeOrder
  /** Until then look-ups answer 404, in ms of the fake's clock. */
  visibleFrom: number
  /** A stop whose price was reached, or an order by money that is used up. */
  triggered: boolean
  /** Of a trailing stop: the highest price since it began to work, the lowest for a buy. */
  highWater?: Units
}

const FINISHED: ReadonlySet<FakeOrderStatus> = new Set(['filled', 'canceled', 'expired', 'rejected', 'replaced'])

export function isFinishedOrder(order: FakeOrder): boolean {
  return FINISHED.has(order.status)
}

/** What may still trade; for an order by money at this price. */
export function leavesOf(order: FakeOrder, price: Units): Units {
  if (isFinishedOrder(order)) return 0n
  if (order.quantity !== undefined) return order.quantity - order.filled
  const rest = (order.notional ?? 0n) - order.filledValue
  return rest <= 0n || price <= 0n ? 0n : divide(rest, price, 'down')
}

const text = (units: Units | undefined): string | null => (units === undefined ? null : formatDecimal(units))

function averagePriceOf(order: FakeOrder): Units | undefined {
  return order.filled === 0n ? undefined : divide(order.filledValue, order.filled, 'down')
}

/** The order as REST and the stream show it. */
export function toWireOrder(order: FakeOrder, nested = false): Record<string, unknown> {
  // A multi-leg order has neither a symbol nor a side of its own, and its legs no type: they are written as empty texts.
  const isParent = order.orderClass === 'mleg' && order.parent === undefined
  const type = order.orderClass === 'mleg' && !isParent ? '' : order.type
  return {
    id: order.id, client_order_id: order.clientOrderId, created_at: order.createdAt, updated_at: order.updatedAt, submitted_at: order.createdAt,
    filled_at: order.filledAt ?? null, expired_at: order.expiredAt ?? null, canceled_at: order.canceledAt ?? null, failed_at: order.failedAt ?? null,
    replaced_at: order.replacedAt ?? null, replaced_by: order.replacedBy ?? null, replaces: order.replaces ?? null,
    expires_at: order.expiresAt, asset_id: order.asset.id, symbol: order.asset.symbol, asset_class: isParent ? '' : order.asset.class,
    notional: text(order.notional), qty: text(order.quantity), filled_qty: formatDecimal(order.filled), filled_avg_price: text(averagePriceOf(order)),
    order_class: order.orderClass === 'simple' ? '' : order.orderClass, order_type: type, type, side: isParent ? '' : order.side,
    ...(!isParent && { position_intent: order.intent ?? (order.side === 'buy' ? 'buy_to_open' : 'sell_to_close') }), ratio_qty: text(order.ratio),
    time_in_force: order.timeInForce, limit_price: text(order.limitPrice), stop_price: text(order.stopPrice ?? trailStopOf(order)), status: order.status,
    extended_hours: order.extendedHours, legs: nested && order.legs.length > 0 ? order.legs.map((leg) => toWireOrder(leg)) : null,
    trail_percent: text(order.trailPercent), trail_price: text(order.trailPrice), hwm: text(order.highWater), subtag: null, source: null,
  }
}

/** Three per cent above the ask, which Alpaca adds to what sells short, and four to buys at the market. */
const SHORT_MARGIN = ONE + 3n * ONE / 100n
const MARKET_MARGIN = ONE + ONE / 25n

/** Money that the rest of an opening order may still need, at its worst price. */
export function reservedBy(order: FakeOrder, ask: Units): Units {
  if (isFinishedOrder(order) || order.orderClass === 'mleg' || order.status === 'held') return 0n
  const factor = order.asset.class === 'us_option' ? 100n : 1n
  if (order.side === 'sell') {
    if (order.intent !== 'sell_to_open' || order.asset.class !== 'us_equity') return 0n
    const floor = multiply(ask, SHORT_MARGIN, 'up')
    return multiply(leavesOf(order, ask), order.limitPrice !== undefined && order.limitPrice > floor ? order.limitPrice : floor, 'up')
  }
  if (order.intent === 'buy_to_close') return 0n
  if (order.notional !== undefined) return order.notional - order.filledValue
  return multiply(leavesOf(order, ask), order.limitPrice ?? order.stopPrice ?? multiply(ask, MARKET_MARGIN, 'up'), 'up') * factor
}
