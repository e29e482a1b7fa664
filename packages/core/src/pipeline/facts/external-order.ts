import type { BrokerOrder, CommandOutcome } from '../../broker/broker-adapter.ts'
import { clientOrderIdOf } from '../../order/digest.ts'
import { formatDecimal, maximum } from '../../order/decimal.ts'
import type { Order, OrderStatus } from '../../order/order.ts'
import type { OrderTerms } from '../../order/request.ts'
import { type Clock, sleep } from '../../runtime/clock.ts'
import { describeError } from '../../runtime/errors.ts'
import type { BrokerLink } from '../context.ts'
import { brokerUnits } from './record-fill.ts'

const PREFIX = 'external:'

/** The id under which an order that was not placed here is shown and cancelled. */
export function externalOrderId(broker: string, brokerOrderId: string): string {
  return `${PREFIX}${broker}:${brokerOrderId}`
}

/** The broker and its order behind such an id; undefined for an id of our own. */
export function readExternalOrderId(orderId: string): { readonly broker: string; readonly brokerOrderId: string } | undefined {
  if (!orderId.startsWith(PREFIX)) return undefined
  const [broker = '', ...rest] = orderId.slice(PREFIX.length).split(':')
  const brokerOrderId = rest.join(':')
  return broker === '' || brokerOrderId === '' ? undefined : { broker, brokerOrderId }
}

/** A chain's old link stands for the change that is under way. */
export const shownStatus = (status: BrokerOrder['status']): OrderStatus => (status === 'replaced' ? 'pending_replace' : status)

export function termsOf(account: string, order: BrokerOrder): OrderTerms {
  const { symbol, side, type, quantity, notional, limitPrice, stopPrice, timeInForce } = order
  return {
    account, symbol, side, type, timeInForce, extendedHours: false, ...(quantity !== undefined && { quantity }), ...(notional !== undefined && { notional }),
    ...(limitPrice !== undefined && { limitPrice }), ...(stopPrice !== undefined && { stopPrice }),
  }
}

/** An order as the broker shows it, in the form of our own. */
export function toExternalOrder({ name, account }: Pick<BrokerLink, 'name' | 'account'>, order: BrokerOrder): Order {
  const { brokerOrderId, clientOrderId, quantity, filledQuantity, averagePrice, createdAt, updatedAt, rejection } = order
  const status = shownStatus(order.status)
  const common = {
    ...termsOf(account, order), id: externalOrderId(name, brokerOrderId), idempotencyKey: clientOrderId ?? brokerOrderId, actor: 'external', source: 'external' as const,
    ...(clientOrderId !== undefined && { clientOrderId }), brokerOrderId, broker: name, filledQuantity,
    ...(quantity !== undefined && { leavesQuantity: formatDecimal(maximum(0n, brokerUnits(quantity) - brokerUnits(filledQuantity))) }),
    ...(averagePrice !== undefined && { averagePrice }), version: 1, createdAt, updatedAt,
  }
  if (status === 'rejected') return { ...common, status, rejection: rejection ?? { code: 'REJECTED', message: 'the broker rejected the order' } }
  // The broker knows neither our denials nor our challenges.
  return { ...common, status: status as Exclude<OrderStatus, 'denied' | 'rejected' | 'pending_approval'> }
}

/** What cancelling at a broker needs beside the order. */
export interface ExternalCancel {
  readonly tag: string
  readonly clock: Clock
  readonly signal: AbortSignal
  /** How long the broker may take to answer, in ms. */
  readonly timeout: number
  /** Another attempt gets another id. */
  readonly attempt: number
}

/** Asks the broker to cancel an order that no book of ours answers for. Its answer proves nothing: a listing does. */
export async function cancelExternal(link: BrokerLink, order: BrokerOrder, { tag, clock, signal, timeout, attempt }: ExternalCancel): Promise<CommandOutcome> {
  const { brokerOrderId, clientOrderId, symbol, side } = order
  const { clientOrderId: format } = link.adapter.capabilities
  const silent = sleep(clock, timeout, signal).then((): CommandOutcome => ({ kind: 'ambiguous', reason: `no answer within ${timeout} ms` }))
  try {
    return await Promise.race([
      link.adapter.cancel({
        orderId: externalOrderId(link.name, brokerOrderId), account: link.account, brokerOrderId, symbol, side,
        clientOrderId: clientOrderIdOf(tag, `${link.account}/external-cancel`, brokerOrderId, attempt, format), originalClientOrderId: clientOrderId ?? brokerOrderId,
      }),
      silent,
    ])
  } catch (error) {
    return { kind: 'ambiguous', reason: describeError(error) }
  }
}

/** What a broker shows as open. */
export async function listBrokerOrders({ name, adapter }: BrokerLink, clock: Clock, timeout: number, signal: AbortSignal): Promise<readonly BrokerOrder[]> {
  const late = sleep(clock, timeout, signal).then((): never => { throw new Error(`${name} does not list its orders within ${timeout} ms`) })
  const { openOrders } = await Promise.race([adapter.snapshot(), late])
  if (openOrders.status === 'unavailable') throw new Error(`${name} does not list its orders: ${openOrders.reason}`)
  return openOrders.value
}
