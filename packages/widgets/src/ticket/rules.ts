import type { OrderRequest, OrderTerms, OrderType, Side, TimeInForce } from '@sluice/core'
import { t } from '../language/language.ts'
import { parseTime, toIso, toLocal } from '../runtime/timing.ts'

/** What a person has typed: every field a text, as it stands. */
export interface TicketDraft {
  readonly symbol: string
  readonly side: Side
  readonly type: OrderType
  /** Whether `amount` counts units or money. */
  readonly unit: 'quantity' | 'notional'
  readonly amount: string
  readonly limitPrice: string
  readonly stopPrice: string
  readonly trail: string
  readonly trailUnit: 'amount' | 'percent'
  readonly timeInForce: TimeInForce
  readonly expireAt: string
  readonly extendedHours: boolean
}

export type TicketField = 'symbol' | 'amount' | 'limitPrice' | 'stopPrice' | 'trail' | 'expireAt'

export const blank: TicketDraft = {
  symbol: '', side: 'buy', type: 'limit', unit: 'quantity', amount: '', limitPrice: '', stopPrice: '', trail: '', trailUnit: 'percent', timeInForce: 'day', expireAt: '', extendedHours: false,
}

/** The draft as it counts: nothing around its texts, its symbol in capitals. What a person is typing is not touched. */
export function cleaned(draft: TicketDraft): TicketDraft {
  const trimmed = Object.fromEntries(Object.entries(draft).map(([name, value]) => [name, typeof value === 'string' ? value.trim() : value])) as unknown as TicketDraft
  return { ...trimmed, symbol: trimmed.symbol.toUpperCase() }
}

/** A decimal as the service takes it: at most 12 digits before the point and 9 after it, more than zero. */
export function isPositiveDecimal(text: string): boolean {
  return /^(?:0|[1-9]\d{0,11})(?:\.\d{1,9})?$/.test(text) && /[1-9]/.test(text)
}

/** Which prices a type has. */
export const usesLimit = (type: OrderType): boolean => type === 'limit' || type === 'stop_limit'
export const usesStop = (type: OrderType): boolean => type === 'stop' || type === 'stop_limit'
export const usesTrail = (type: OrderType): boolean => type === 'trailing_stop'

/** An ISO 8601 time with a zone, of a local date and time as an input gives it; undefined when it is none, or none of this age. */
function expiryOf(text: string): string | undefined {
  const time = parseTime(text)
  return time >= 0 && time < 253e12 ? toIso(time) : undefined
}

/** What is wrong, by field: the rules of the service itself, so that it finds nothing more. Empty when the draft is an order. */
export function faultsOf(draft: TicketDraft): ReadonlyMap<TicketField, string> {
  const faults = new Map<TicketField, string>()
  const decimal = t('A positive number such as 187.50')
  if (!/^[A-Z0-9][A-Z0-9./-]{0,31}$/.test(draft.symbol)) faults.set('symbol', t('A symbol such as AAPL'))
  if (!isPositiveDecimal(draft.amount)) faults.set('amount', decimal)
  if (usesLimit(draft.type) && !isPositiveDecimal(draft.limitPrice)) faults.set('limitPrice', decimal)
  if (usesStop(draft.type) && !isPositiveDecimal(draft.stopPrice)) faults.set('stopPrice', decimal)
  if (usesTrail(draft.type) && !isPositiveDecimal(draft.trail)) faults.set('trail', decimal)
  if (draft.timeInForce === 'gtd' && expiryOf(draft.expireAt) === undefined) faults.set('expireAt', t('A date and a time'))
  return faults
}

/** The order that a draft without faults stands for: only the fields that its type has. */
export function requestOf(draft: TicketDraft): OrderRequest {
  const { symbol, side, type, timeInForce, limitPrice, stopPrice, trail } = draft
  const expireAt = timeInForce === 'gtd' ? expiryOf(draft.expireAt) : undefined
  return {
    symbol, side, type, timeInForce,
    [draft.unit]: draft.amount,
    ...(usesLimit(type) && { limitPrice }),
    ...(usesStop(type) && { stopPrice }),
    ...(usesTrail(type) && { [draft.trailUnit === 'amount' ? 'trailAmount' : 'trailPercent']: trail }),
    ...(expireAt !== undefined && { expireAt }),
    ...(draft.extendedHours && { extendedHours: true }),
  } as OrderRequest
}

/** What a person would have typed for such an order; what it does not say is blank. */
export function draftOf(request: Partial<OrderTerms>): TicketDraft {
  const { symbol, side, type, quantity, notional, limitPrice, stopPrice, trailAmount, trailPercent, timeInForce, expireAt, extendedHours } = request
  const said = {
    symbol, side, type, limitPrice, stopPrice, timeInForce, extendedHours,
    amount: quantity ?? notional, unit: notional === undefined ? undefined : 'notional',
    trail: trailPercent ?? trailAmount, trailUnit: trailAmount === undefined ? undefined : 'amount',
    expireAt: expireAt === undefined ? undefined : toLocal(parseTime(expireAt)),
  }
  return cleaned({ ...blank, ...Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined)) })
}
