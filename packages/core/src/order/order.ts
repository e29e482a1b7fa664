import { formatDecimal, maximum, parseDecimal, type Units } from './decimal.ts'
import type { Challenge, Denial, Execution, OrderCommand, OrderIntent, Rejection, Reservation } from './event.ts'
import type { LegRole, OrderTerms, ReplaceRequest } from './request.ts'

/** Where an order stands. `denied` is our guards' word, `rejected` the broker's. */
export type OrderStatus =
  | 'pending_approval' | 'pending_new' | 'new' | 'partially_filled' | 'filled' | 'pending_cancel' | 'pending_replace'
  | 'canceled' | 'denied' | 'rejected' | 'expired' | 'done_for_day' | 'suspended' | 'unknown'

interface OrderCommon extends OrderTerms {
  readonly id: string
  readonly idempotencyKey: string
  /** Who placed it. */
  readonly actor: string
  /** `external`: it was not placed here; the broker shows it. It counts, and it can be cancelled. Absent for our own. */
  readonly source?: 'external'
  /** The id the broker sees (FIX ClOrdID 11); absent until the order is on its way. */
  readonly clientOrderId?: string
  /** FIX OrderID 37. */
  readonly brokerOrderId?: string
  /** Key of the broker in `brokers`. */
  readonly broker: string
  /** The order this one is an exit of, and which; the broker opened it. */
  readonly parentOrderId?: string
  readonly role?: LegRole
  /** FIX CumQty 14. */
  readonly filledQuantity: string
  /** FIX LeavesQty 151: what may still trade. Absent for a notional order, `0` once it is finished. */
  readonly leavesQuantity?: string
  /** FIX AvgPx 6; absent before the first fill. */
  readonly averagePrice?: string
  /** Grows with every event of the order. */
  readonly version: number
  readonly createdAt: string
  readonly updatedAt: string
}

export interface DeniedOrder extends OrderCommon { readonly status: 'denied'; readonly denial: Denial }
export interface RejectedOrder extends OrderCommon { readonly status: 'rejected'; readonly rejection: Rejection }
export interface PendingApprovalOrder extends OrderCommon { readonly status: 'pending_approval'; readonly challenge: Challenge }
export interface LiveOrder extends OrderCommon { readonly status: Exclude<OrderStatus, 'denied' | 'rejected' | 'pending_approval'> }

/** An order as callers see it, narrowed by `status`. A snapshot: it does not change; ask again or follow the events. */
export type Order = DeniedOrder | RejectedOrder | PendingApprovalOrder | LiveOrder

/** One client id the broker knows the order by; a replace adds a link, an order ends only with its last one. */
export interface ChainLink {
  readonly clientOrderId: string
  readonly brokerOrderId?: string
  readonly state: 'pending' | 'live' | 'replaced' | 'refused'
}

/** A command whose answer is outstanding. */
export interface OutstandingRequest {
  readonly command: OrderCommand
  readonly clientOrderId: string
  readonly certainty: 'pending' | 'unknown'
  /** A cancel that has not gone out: it waits until the broker is known to have the order. */
  readonly waits?: true
  /** The new terms, for a replace. */
  readonly changes?: ReplaceRequest
  /** What the new terms would hold, for a replace. */
  readonly reservation?: Reservation
}

/** Why an order can trade no more; `filled` only for an order by money, others show it by their quantity. */
type TerminalReason = 'canceled' | 'rejected' | 'expired' | 'denied' | 'filled'

/**
 * An order inside Sluice, on two axes. The working axis holds facts (`executions`, `terminal`) and never regresses; the request
 * axis holds what was asked and not yet answered. The shown status is derived from both.
 */
export interface OrderState {
  readonly id: string
  readonly intent: OrderIntent
  /** The terms in force, after the replaces the broker confirmed. */
  readonly terms: OrderTerms
  readonly reservation: Reservation
  readonly chain: readonly ChainLink[]
  readonly clientOrderId: string | undefined
  readonly brokerOrderId: string | undefined
  readonly submitBy: string | undefined
  // the working axis
  readonly executions: readonly Execution[]
  readonly filled: Units
  /** Sum of quantity × price, scaled 1e18. */
  readonly filledValue: bigint
  readonly terminal: TerminalReason | undefined
  readonly phase: 'working' | 'suspended' | 'done_for_day'
  // the request axis
  readonly requests: readonly OutstandingRequest[]
  readonly challenge: Challenge | undefined
  readonly approved: boolean
  readonly denial: Denial | undefined
  readonly rejection: Rejection | undefined
  readonly version: number
  readonly createdAt: string
  readonly updatedAt: string
}

/** The order's total quantity; undefined for a notional order. */
export function quantityOf(state: OrderState): Units | undefined {
  return state.terms.quantity === undefined ? undefined : parseDecimal(state.terms.quantity)
}

/** Whether a replace without an answer may have left more to trade than the terms in force do. */
function mayGrow(state: OrderState): boolean {
  return state.requests.some(({ changes }) => changes?.quantity !== undefined && parseDecimal(changes.quantity) > state.filled)
}

/** The status people see, from both axes. Facts come first, then what is unknown, then what is pending. */
export function statusOf(state: OrderState): OrderStatus {
  // Most orders are looked at before they trade: only then is there something to read.
  const quantity = state.filled > 0n ? quantityOf(state) : undefined
  if (quantity !== undefined && state.filled >= quantity && !mayGrow(state)) return 'filled'
  if (state.terminal !== undefined) return state.terminal
  if (state.challenge !== undefined) return 'pending_approval'
  const { requests } = state
  if (requests.length > 0) {
    if (requests.some((request) => request.certainty === 'unknown')) return 'unknown'
    if (requests.some((request) => request.command === 'new')) return 'pending_new'
    return requests.some((request) => request.command === 'cancel') ? 'pending_cancel' : 'pending_replace'
  }
  if (state.phase !== 'working') return state.phase
  return state.filled > 0n ? 'partially_filled' : 'new'
}

/** Whether an order with this status can trade no more. */
export function isFinished(status: OrderStatus): boolean {
  return status === 'filled' || status === 'canceled' || status === 'denied' || status === 'rejected' || status === 'expired'
}

/** The first answers `placeOrder` resolves with: everything but an order still on its way. */
export function isVerdict(status: OrderStatus): boolean {
  return status !== 'pending_new'
}

/** Whether an order ended because it was never sent: by proof, or by the word of whoever said that it was not. */
export function endedUnsent(state: OrderState): boolean {
  const { terminal, brokerOrderId, executions, chain, clientOrderId } = state
  if ((terminal !== 'denied' && terminal !== 'canceled') || brokerOrderId !== undefined || executions.length > 0) return false
  return chain.some((link) => link.clientOrderId === clientOrderId && link.state === 'refused')
}

/** Whether an order was placed elsewhere on the same broker account. */
export function isExternal({ intent }: Pick<OrderState, 'intent'>): boolean {
  return intent.source === 'external'
}

/** What may still trade: total minus filled, nothing once finished; undefined for a notional order. */
export function leavesOf(state: OrderState): Units | undefined {
  const quantity = quantityOf(state)
  if (isFinished(statusOf(state))) return 0n
  return quantity === undefined ? undefined : maximum(0n, quantity - state.filled)
}

/** Average price of all live executions, rounded towards zero at 1e-9; undefined before the first. */
export function averagePriceOf(state: Pick<OrderState, 'filled' | 'filledValue'>): Units | undefined {
  return state.filled > 0n ? state.filledValue / state.filled : undefined
}

/** The order as callers see it. */
export function toOrder(state: OrderState): Order {
  const status = statusOf(state)
  const leaves = leavesOf(state)
  const average = averagePriceOf(state)
  const common = {
    ...state.terms,
    id: state.id,
    idempotencyKey: state.intent.idempotencyKey,
    actor: state.intent.actor,
    ...(state.intent.source !== undefined && { source: state.intent.source }),
    ...(state.clientOrderId !== undefined && { clientOrderId: state.clientOrderId }),
    ...(state.brokerOrderId !== undefined && { brokerOrderId: state.brokerOrderId }),
    broker: state.intent.broker,
    ...state.intent.leg,
    filledQuantity: formatDecimal(state.filled),
    ...(leaves !== undefined && { leavesQuantity: formatDecimal(leaves) }),
    ...(average !== undefined && { averagePrice: formatDecimal(average) }),
    version: state.version,
    createdAt: state.createdAt,
    updatedAt: state.updatedAt,
  }
  if (status === 'denied') return { ...common, status, denial: state.denial ?? { code: 'DENIED', message: 'denied' } }
  if (status === 'rejected') return { ...common, status, rejection: state.rejection ?? { code: 'REJECTED', message: 'rejected' } }
  if (status === 'pending_approval' && state.challenge !== undefined) return { ...common, status, challenge: state.challenge }
  return { ...common, status } as Order
}

/** The id of a leg: what binds it twice finds it there. */
export function legIdOf(parentOrderId: string, role: LegRole): string {
  return `${parentOrderId}-${role}`
}
