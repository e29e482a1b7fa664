import { type ApprovedOrder, type ApprovedReplacement, type CancelCommand, formatDecimal, type OrderTerms, parseDecimal } from '@sluice/core'
import type { FixVersion } from '../codec/dictionary/dictionary.ts'
import type { Field, FieldList } from '../codec/encoder.ts'
import type { FieldReader } from '../codec/message-view.ts'
import { formatTimestamp } from '../codec/timestamp.ts'
import { SIDE_CODES, sideOf, TIME_CODES, timeInForceOf, TYPE_CODES, typeOf } from './order-codes.ts'

/** What every order message of a session carries. */
export interface OrderSettings {
  readonly version: FixVersion
  /** Account 1 at the broker; undefined leaves it out. */
  readonly account: string | undefined
  /** More fields of each new order and replace. */
  readonly orderFields: (terms: OrderTerms) => FieldList
  /** How a trailing stop is said, in place of the standard's way. */
  readonly trailingFields: ((terms: OrderTerms) => FieldList) | undefined
}

/** A limit, stop or trailing order's kind and prices; undefined when the version has no words for it. */
export function trailingFieldsOf({ version, trailingFields }: Pick<OrderSettings, 'version' | 'trailingFields'>, terms: OrderTerms): FieldList | undefined {
  const { trailAmount, trailPercent } = terms
  if (trailingFields !== undefined) return trailingFields(terms)
  // A pegged order with ExecInst `a`: 4.2 has neither.
  if (version === '4.2') return undefined
  if (trailAmount !== undefined) return [[40, 'P'], [18, 'a'], [211, trailAmount], [836, 0]]
  // PegOffsetType 1: basis points.
  return trailPercent === undefined ? undefined : [[40, 'P'], [18, 'a'], [211, parseDecimal(trailPercent) * 100n], [836, 1]]
}

function stamp(time: number): Field {
  return [60, formatTimestamp(time)]
}

function termsFields(settings: OrderSettings, terms: OrderTerms, time: number): Field[] {
  const { symbol, side, type, quantity, notional, limitPrice, stopPrice, timeInForce, expireAt } = terms
  const fields: Field[] = [[21, '1'], [55, symbol], [54, SIDE_CODES[side]], stamp(time)]
  if (settings.account !== undefined) fields.unshift([1, settings.account])
  if (quantity !== undefined) fields.push([38, quantity])
  else if (notional !== undefined) fields.push([152, notional])
  if (type === 'trailing_stop') fields.push(...trailingFieldsOf(settings, terms) ?? [])
  else fields.push([40, TYPE_CODES[type] ?? ''])
  if (limitPrice !== undefined) fields.push([44, limitPrice])
  if (stopPrice !== undefined) fields.push([99, stopPrice])
  fields.push([59, TIME_CODES[timeInForce]])
  // `2026-11-22T17:00:00.000Z` is `20261122-17:00:00.000` here.
  if (timeInForce === 'gtd' && expireAt !== undefined) fields.push([126, expireAt.replaceAll('-', '').replace('T', '-').replace('Z', '')])
  fields.push(...settings.orderFields(terms))
  return fields
}

/** NewOrderSingle D. */
export function newOrderFields(settings: OrderSettings, { clientOrderId, terms }: ApprovedOrder, time: number): FieldList {
  return [[11, clientOrderId], ...termsFields(settings, terms, time)]
}

/** OrderCancelReplaceRequest G. */
export function replaceFields(settings: OrderSettings, replacement: ApprovedReplacement, time: number): FieldList {
  const { clientOrderId, originalClientOrderId, brokerOrderId, terms } = replacement
  return [[41, originalClientOrderId], [11, clientOrderId], [37, brokerOrderId], ...termsFields(settings, terms, time)]
}

/** OrderCancelRequest F. */
export function cancelFields(settings: OrderSettings, command: CancelCommand, { quantity, notional }: Pick<OrderTerms, 'quantity' | 'notional'>, time: number): FieldList {
  const { clientOrderId, originalClientOrderId, brokerOrderId, symbol, side } = command
  const fields: Field[] = [[41, originalClientOrderId], [11, clientOrderId]]
  if (brokerOrderId !== undefined) fields.push([37, brokerOrderId])
  if (settings.account !== undefined) fields.push([1, settings.account])
  fields.push([55, symbol], [54, SIDE_CODES[side]], stamp(time))
  if (quantity !== undefined) fields.push([38, quantity])
  else if (notional !== undefined) fields.push([152, notional])
  return fields
}

/** OrderMassCancelRequest q for all orders of the session. */
export function massCancelFields(clientOrderId: string, time: number): FieldList {
  return [[11, clientOrderId], [530, '7'], stamp(time)]
}

/** OrderStatusRequest H. */
export function statusFields(settings: OrderSettings, order: Pick<OrderTerms, 'symbol' | 'side'> & { readonly clientOrderId: string; readonly brokerOrderId: string | undefined }): FieldList {
  const fields: Field[] = [[11, order.clientOrderId]]
  if (order.brokerOrderId !== undefined) fields.unshift([37, order.brokerOrderId])
  if (settings.account !== undefined) fields.push([1, settings.account])
  fields.push([55, order.symbol], [54, SIDE_CODES[order.side]])
  return fields
}

/** The terms that an order message of ours has: how a restarted process knows what it sent. */
export function termsOf(message: FieldReader): OrderTerms | undefined {
  const [symbol, side, type] = [message.text(55), sideOf(message.text(54)), typeOf(message.text(40))]
  if (symbol === undefined || side === undefined || type === undefined) return undefined
  const decimal = (tag: number): string | undefined => {
    const units = message.units(tag)
    return units === undefined ? undefined : formatDecimal(units)
  }
  const [quantity, notional, limitPrice, stopPrice, trailAmount] = [decimal(38), decimal(152), decimal(44), decimal(99), message.text(836) === '1' ? undefined : decimal(211)]
  return {
    account: 'main', symbol, side, type, timeInForce: timeInForceOf(message.text(59)) ?? 'day', extendedHours: false,
    ...(quantity !== undefined && { quantity }), ...(notional !== undefined && { notional }), ...(type === 'trailing_stop' && trailAmount !== undefined && { trailAmount }),
    ...(limitPrice !== undefined && { limitPrice }), ...(stopPrice !== undefined && { stopPrice }),
  }
}
