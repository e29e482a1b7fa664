import { type ApprovedOrder, type ApprovedReplacement, approveForReplace, approveForSubmit, type Permit } from '../broker/approved-order.ts'
import type { AdapterContext, BrokerUpdate, CancelCommand } from '../broker/broker-adapter.ts'
import { applyChanges } from '../order/reduce.ts'
import type { OrderRequest, OrderTerms, ReplaceRequest } from '../order/request.ts'
import { type Clock, systemClock } from '../runtime/clock.ts'
import { type Logger, silentLogger } from '../runtime/logger.ts'

/** Any fields of a request. */
export type RequestOverrides = Partial<Omit<OrderTerms, 'account' | 'extendedHours'>> & {
  readonly idempotencyKey?: string
  readonly account?: string
  readonly extendedHours?: boolean
}

/** A valid request: ten AAPL to buy, at most at 187.50, for the day. A limit goes only with the types that have one. */
export function makeRequest(overrides: RequestOverrides = {}): OrderRequest {
  const type = overrides.type ?? 'limit'
  return {
    symbol: 'AAPL', side: 'buy', type, timeInForce: 'day',
    ...(overrides.notional === undefined && { quantity: '10' }),
    ...((type === 'limit' || type === 'stop_limit') && { limitPrice: '187.5' }),
    ...((type === 'stop' || type === 'stop_limit') && { stopPrice: '187.5' }),
    ...overrides,
  } as OrderRequest
}

/** The terms of `makeRequest`. */
export function makeTerms(overrides: Partial<OrderTerms> = {}): OrderTerms {
  return { account: 'main', extendedHours: false, ...(makeRequest(overrides) as Omit<OrderTerms, 'account' | 'extendedHours'>) }
}

export interface ApprovedOrderOverrides {
  readonly orderId?: string
  readonly clientOrderId?: string
  readonly terms?: Partial<OrderTerms>
  /** Default: always true. */
  readonly permit?: Permit
}

export function makeApprovedOrder(overrides: ApprovedOrderOverrides = {}): ApprovedOrder {
  const { orderId = 'order-1', clientOrderId = 'client-1', permit = () => true } = overrides
  return approveForSubmit({ orderId, clientOrderId, terms: makeTerms(overrides.terms), permit })
}

export interface ApprovedReplacementOverrides {
  /** Default: the order's id and `-r`. */
  readonly clientOrderId?: string
  /** Default: always true. */
  readonly permit?: Permit
}

/** The right to change an order that the broker has. */
export function makeApprovedReplacement(
  order: ApprovedOrder, brokerOrderId: string, changes: ReplaceRequest, overrides: ApprovedReplacementOverrides = {},
): ApprovedReplacement {
  const { clientOrderId = `${order.clientOrderId}-r`, permit = () => true } = overrides
  return approveForReplace({
    orderId: order.orderId, account: order.terms.account, clientOrderId, originalClientOrderId: order.clientOrderId, brokerOrderId,
    changes, terms: applyChanges(order.terms, changes), permit,
  })
}

/** A cancel of an order, by the broker's id where it is given. */
export function makeCancel(order: ApprovedOrder, brokerOrderId?: string): CancelCommand {
  const { orderId, clientOrderId, terms } = order
  return {
    orderId, account: terms.account, clientOrderId: `${clientOrderId}-c`, originalClientOrderId: clientOrderId, brokerOrderId,
    symbol: terms.symbol, side: terms.side,
  }
}

export interface ContextOverrides {
  /** Default: the system's. */
  readonly clock?: Clock
  /** Default: takes every update and does nothing. */
  readonly deliver?: (update: BrokerUpdate) => Promise<void>
  readonly signal?: AbortSignal
  readonly logger?: Logger
}

/** What the service would give an adapter. */
export function makeContext(overrides: ContextOverrides = {}): AdapterContext {
  const { clock = systemClock, deliver = () => Promise.resolve(), signal = new AbortController().signal, logger = silentLogger } = overrides
  return { clock, deliver, signal, logger }
}
