import { formatDecimal, ONE, parseDecimal, type Units } from '../../order/decimal.ts'
import type { LegRole, OrderTerms } from '../../order/request.ts'
import { fromIso, toIso } from '../../runtime/clock.ts'
import { hashText } from '../../runtime/random.ts'
import type { BrokerExecution, BrokerOrder, BrokerOrderStatus } from '../broker-adapter.ts'

/** How much of an order may open or enlarge a position, and the price buying power is held at for that. */
export interface OrderExposure {
  readonly opening: Units
  readonly heldPrice: Units
}

/** An order in the books. A replace gives it new terms and one more client id; its broker id stays. */
export interface SimulatedOrder {
  readonly sequence: number
  readonly brokerOrderId: string
  /** Every client id it was ever known by; the last one is in force. */
  clientOrderIds: readonly string[]
  terms: OrderTerms
  /** `held`: an exit that waits for its entry to fill. */
  status: 'held' | 'working' | 'filled' | 'canceled' | 'expired'
  /** Of an exit: the broker id of its order, and what it is for. */
  readonly leg: { readonly parent: string; readonly role: LegRole } | undefined
  /** Whether its stop price was reached; true from the start without one. */
  triggered: boolean
  filled: Units
  /** Sum of quantity × price, scaled 1e18. */
  filledValue: bigint
  readonly executions: BrokerExecution[]
  exposure: OrderExposure
  /** When it may trade next, in ms since the epoch. */
  matchAt: number
  expiresAt: number | undefined
  readonly createdAt: number
  updatedAt: number
  // derived from the terms and ids
  readonly key: number
  /** 0 for an order by money. */
  quantity: Units
  /** What an order by money spends or raises, scaled 1e18. */
  money: bigint | undefined
  limit: Units | undefined
  /** Of a trailing stop: where it stands now. */
  stop: Units | undefined
}

export type Direction = 1n | -1n

export function directionOf(order: { readonly terms: Pick<OrderTerms, 'side'> }): Direction {
  return order.terms.side === 'buy' ? 1n : -1n
}

/** What may still trade; of an order by money, as much as its rest buys at the price it is held at. */
export function leavesOf(order: SimulatedOrder): Units {
  if (order.status !== 'working') return 0n
  if (order.money === undefined) return order.quantity - order.filled
  return unitsFor(order.money - order.filledValue, order.exposure.heldPrice, 1n)
}

/** The lots that money buys at a price. */
export function unitsFor(money: bigint, price: Units, lot: Units): Units {
  return price <= 0n || money <= 0n ? 0n : (money / price / lot) * lot
}

/** The numbers of the terms. Terms come from `parse-request`, so their decimals are canonical. */
export function numbersOf(terms: OrderTerms): Pick<SimulatedOrder, 'quantity' | 'money' | 'limit' | 'stop'> {
  const parse = (text: string | undefined): Units | undefined => (text === undefined ? undefined : parseDecimal(text))
  const money = parse(terms.notional)
  return { quantity: parse(terms.quantity) ?? 0n, money: money === undefined ? undefined : money * ONE, limit: parse(terms.limitPrice), stop: parse(terms.stopPrice) }
}

/** Whether the order's stop price follows the market. */
export const isTrailing = ({ terms }: Pick<SimulatedOrder, 'terms'>): boolean => terms.type === 'trailing_stop'

/** When an order for the opening or the close trades: the sessions of the simulated market are the days of UTC. */
export function auctionOf({ timeInForce }: OrderTerms, time: number, interval: number): number | undefined {
  if (timeInForce === 'opg') return endOfDay(time)
  if (timeInForce !== 'cls') return undefined
  const close = endOfDay(time) - interval
  return close > time ? close : close + DAY
}

const DAY = 86_400_000

export function startOfDay(time: number): number {
  return Math.floor(time / DAY) * DAY
}

export function endOfDay(time: number): number {
  return startOfDay(time) + DAY
}

/** When an order with these terms ends by itself; undefined when it does not. */
export function expiryOf(terms: OrderTerms, time: number): number | undefined {
  if (terms.timeInForce === 'day') return endOfDay(time)
  return terms.timeInForce === 'gtd' && terms.expireAt !== undefined ? fromIso(terms.expireAt) : undefined
}

export interface NewOrder extends Pick<SimulatedOrder, 'sequence' | 'brokerOrderId' | 'terms' | 'exposure'> {
  readonly clientOrderId: string
  readonly time: number
  readonly leg: SimulatedOrder['leg']
  readonly status: 'held' | 'working'
}

export function newOrder({ sequence, brokerOrderId, clientOrderId, terms, exposure, time, leg, status }: NewOrder): SimulatedOrder {
  return {
    sequence, brokerOrderId, clientOrderIds: [clientOrderId], terms, leg, status, triggered: terms.stopPrice === undefined && terms.type !== 'trailing_stop',
    filled: 0n, filledValue: 0n, executions: [], exposure, matchAt: time, expiresAt: expiryOf(terms, time),
    createdAt: time, updatedAt: time, key: hashText(clientOrderId), ...numbersOf(terms),
  }
}

function statusOf(order: SimulatedOrder): BrokerOrderStatus {
  if (order.status === 'held') return 'suspended'
  if (order.status !== 'working') return order.status
  return order.filled > 0n ? 'partially_filled' : 'new'
}

/** The order in a broker's words. */
export function toBrokerOrder(order: SimulatedOrder): BrokerOrder {
  const { terms } = order
  return {
    clientOrderId: order.clientOrderIds.at(-1),
    brokerOrderId: order.brokerOrderId,
    symbol: terms.symbol,
    side: terms.side,
    type: terms.type,
    quantity: terms.quantity,
    notional: terms.notional,
    limitPrice: terms.limitPrice,
    stopPrice: isTrailing(order) && order.stop !== undefined ? formatDecimal(order.stop) : terms.stopPrice,
    timeInForce: terms.timeInForce,
    status: statusOf(order),
    filledQuantity: formatDecimal(order.filled),
    averagePrice: order.filled > 0n ? formatDecimal(order.filledValue / order.filled) : undefined,
    executions: [...order.executions],
    ...(order.leg !== undefined && { leg: { parentBrokerOrderId: order.leg.parent, role: order.leg.role } }),
    createdAt: toIso(order.createdAt),
    updatedAt: toIso(order.updatedAt),
  }
}

/** What the store keeps of an order: its executions have entries of their own, the rest follows from its terms. */
interface StoredOrder extends Omit<SimulatedOrder, 'filled' | 'filledValue' | 'exposure' | 'executions' | 'key' | 'quantity' | 'money' | 'limit' | 'stop'> {
  /** Where a trailing stop stands. */
  readonly trailed?: string
  readonly filled: string
  readonly filledValue: string
  readonly opening: string
  readonly heldPrice: string
}

export function encodeOrder(order: SimulatedOrder): string {
  const { sequence, brokerOrderId, clientOrderIds, terms, leg, status, triggered, matchAt, expiresAt, createdAt, updatedAt } = order
  const stored: StoredOrder = {
    sequence, brokerOrderId, clientOrderIds, terms, leg, status, triggered, matchAt, expiresAt, createdAt, updatedAt,
    filled: String(order.filled), filledValue: String(order.filledValue),
    opening: String(order.exposure.opening), heldPrice: String(order.exposure.heldPrice),
    ...(isTrailing(order) && order.stop !== undefined && { trailed: String(order.stop) }),
  }
  return JSON.stringify(stored)
}

export function decodeOrder(text: string): SimulatedOrder {
  const { filled, filledValue, opening, heldPrice, trailed, ...stored } = JSON.parse(text) as StoredOrder
  return {
    ...stored, leg: stored.leg, expiresAt: stored.expiresAt, filled: BigInt(filled), filledValue: BigInt(filledValue), executions: [],
    exposure: { opening: BigInt(opening), heldPrice: BigInt(heldPrice) },
    key: hashText(stored.clientOrderIds[0] ?? ''), ...numbersOf(stored.terms), ...(trailed !== undefined && { stop: BigInt(trailed) }),
  }
}
