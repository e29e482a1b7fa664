/** Which way an order trades. `sell_short` opens or adds to a short position (FIX Side 54). */
export type Side = 'buy' | 'sell' | 'sell_short'
/** FIX OrdType 40. */
export type OrderType = 'market' | 'limit' | 'stop' | 'stop_limit' | 'trailing_stop'
/** FIX TimeInForce 59: day, good till cancel, good till date, immediate or cancel, fill or kill, at the opening, at the close. */
export type TimeInForce = 'day' | 'gtc' | 'gtd' | 'ioc' | 'fok' | 'opg' | 'cls'
/** Broker-native groups: an entry with both exits, two exits of which one fills, an entry with one exit. */
export type OrderClass = 'bracket' | 'oco' | 'oto'

/** What an exit of a group is for. */
export type LegRole = 'take_profit' | 'stop_loss'

export const SIDES: readonly Side[] = ['buy', 'sell', 'sell_short']
export const ORDER_TYPES: readonly OrderType[] = ['market', 'limit', 'stop', 'stop_limit', 'trailing_stop']
export const TIMES_IN_FORCE: readonly TimeInForce[] = ['day', 'gtc', 'gtd', 'ioc', 'fok', 'opg', 'cls']
export const ORDER_CLASSES: readonly OrderClass[] = ['bracket', 'oco', 'oto']
export const LEG_ROLES: readonly LegRole[] = ['take_profit', 'stop_loss']

/** The profit-taking exit of a group. */
export interface TakeProfit {
  readonly limitPrice: string
}

/** The protective exit of a group; with `limitPrice` it is a stop-limit order. */
export interface StopLoss {
  readonly stopPrice: string
  readonly limitPrice?: string
}

interface RequestCommon {
  /**
   * Unique per account for ever. The same key with the same order always answers with the same order; with another order it
   * is refused. Without one a key is generated, and then the call is not safe to retry.
   */
  readonly idempotencyKey?: string
  /** Default `'main'`. */
  readonly account?: string
  /** Names the algorithm behind the order, so that it can be limited and stopped alone. */
  readonly strategy?: string
  /** Upper case, as the broker names it, for example `'AAPL'` or `'BTC/USD'`. */
  readonly symbol: string
  readonly side: Side
  /** Units of the instrument. Exactly one of `quantity` and `notional`. */
  readonly quantity?: string
  /** Money to spend or raise, in the instrument's currency. Only where the broker takes it. */
  readonly notional?: string
  readonly timeInForce: TimeInForce
  /** When a `gtd` order ends: ISO 8601 with a zone. */
  readonly expireAt?: string
  /** Whether the order may trade outside the regular session. Default false. */
  readonly extendedHours?: boolean
  readonly orderClass?: OrderClass
  readonly takeProfit?: TakeProfit
  readonly stopLoss?: StopLoss
}

export interface MarketOrderRequest extends RequestCommon {
  readonly type: 'market'
}
export interface LimitOrderRequest extends RequestCommon {
  readonly type: 'limit'
  readonly limitPrice: string
}
export interface StopOrderRequest extends RequestCommon {
  readonly type: 'stop'
  readonly stopPrice: string
}
export interface StopLimitOrderRequest extends RequestCommon {
  readonly type: 'stop_limit'
  readonly limitPrice: string
  readonly stopPrice: string
}
/** Exactly one of `trailAmount` (price units) and `trailPercent` (`'1.5'` is 1.5 %). */
export interface TrailingStopOrderRequest extends RequestCommon {
  readonly type: 'trailing_stop'
  readonly trailAmount?: string
  readonly trailPercent?: string
}

/** What a caller asks for. All numbers are decimal strings: `'187.50'`, never `187.5`. */
export type OrderRequest =
  | MarketOrderRequest | LimitOrderRequest | StopOrderRequest | StopLimitOrderRequest | TrailingStopOrderRequest

/**
 * A request that passed the schema, flat and canonical: defaults filled in, decimals without needless zeros, `expireAt` in UTC.
 * Two requests mean the same order exactly when their terms are equal.
 */
export interface OrderTerms {
  readonly account: string
  readonly strategy?: string
  readonly symbol: string
  readonly side: Side
  readonly type: OrderType
  readonly quantity?: string
  readonly notional?: string
  readonly limitPrice?: string
  readonly stopPrice?: string
  readonly trailAmount?: string
  readonly trailPercent?: string
  readonly timeInForce: TimeInForce
  readonly expireAt?: string
  readonly extendedHours: boolean
  readonly orderClass?: OrderClass
  readonly takeProfit?: TakeProfit
  readonly stopLoss?: StopLoss
}

/** What `replaceOrder` may change; at least one field. A field that is absent keeps its value. */
export interface ReplaceRequest {
  /** The new total quantity, fills included. */
  readonly quantity?: string
  readonly limitPrice?: string
  readonly stopPrice?: string
  readonly trailAmount?: string
  readonly trailPercent?: string
  readonly timeInForce?: TimeInForce
}
