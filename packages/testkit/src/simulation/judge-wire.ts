import type { OrderTerms } from '@sluice/core'
import type { WireEvent } from '../faults/hub.ts'
import type { LedgerOrder } from './independent-ledger.ts'
import type { Judge } from './judge.ts'
import { LIMITS } from './world.ts'

type Written = Extract<WireEvent, { kind: 'written' }>

/** Whether a scope of the kill switch covers an order. */
export function covers(scope: string, order: Pick<LedgerOrder, 'symbol' | 'strategy' | 'broker'>): boolean {
  return scope === 'global' || scope === 'account:main' || scope === `broker:${order.broker}` || scope === `symbol:${order.symbol}` || (order.strategy !== undefined && scope === `strategy:${order.strategy}`)
}

/** Quantities are decimals of nine places; the judge reckons with floats. */
export const isSame = (left: number, right: number): boolean => Math.abs(left - right) < 1e-6

/** Held now by the broker's books: positive is long. */
export function positionOf(judge: Judge, symbol: string): number {
  let position = 0
  for (const execution of judge.world.broker.truth.executions()) {
    if (execution.symbol === symbol) position += Number(execution.lastQuantity) * (execution.side === 'buy' ? 1 : -1)
  }
  return position
}

/** What orders at the broker may still trade on one side. */
function workingOf(judge: Judge, symbol: string, side: 'buy' | 'sell'): number {
  const orders = judge.world.broker.truth.orders()
  const parents = new Set(orders.flatMap(({ leg }) => (leg === undefined ? [] : [leg.parentBrokerOrderId])))
  let working = 0
  /** Of a group one exit trades; of an OCO its order is one of them. */
  const groups = new Map<string, number>()
  for (const order of orders) {
    // An exit that is held waits for its entry, and closes what that opens.
    const isOpen = order.status !== 'filled' && order.status !== 'canceled' && order.status !== 'expired' && order.status !== 'rejected' && !(order.leg !== undefined && order.status === 'suspended')
    if (!isOpen || order.symbol !== symbol || (order.side === 'buy') !== (side === 'buy')) continue
    const leaves = Math.max(0, Number(order.quantity ?? 0) - Number(order.filledQuantity))
    const group = order.leg?.parentBrokerOrderId ?? (parents.has(order.brokerOrderId) ? order.brokerOrderId : undefined)
    if (group === undefined) working += leaves
    else groups.set(group, Math.max(groups.get(group) ?? 0, leaves))
  }
  for (const leaves of groups.values()) working += leaves
  return working
}

/** Every byte of a new order or of new terms passes here, in the tick in which it leaves. */
export function judgeWrite(judge: Judge, event: Written): void {
  const { ledger, world } = judge
  const { command, clientOrderId, originalClientOrderId } = event
  if (command === 'cancel') {
    judge.cancelsWritten.set(originalClientOrderId, world.time.elapsed())
    return
  }
  const order = ledger.byClientOrderId(clientOrderId)
  const terms = event.terms as OrderTerms
  const name = `${command} ${order?.key ?? clientOrderId}`
  if (order === undefined) {
    judge.violate('I1', `${name} left without a durable intent`)
    return
  }
  judgeGate(judge, event, order, terms, name)
  if (command === 'new') judgeApproval(judge, order, terms, clientOrderId, name)
  judgeExposure(judge, order, terms, command, name)
  // Two orders at the broker show a moment later, when it has answered.
  world.time.clock.setTimer(() => { judgeOnce(judge, order) }, 1000)
}

/** Kill switch, journal, connection, prices. */
function judgeGate(judge: Judge, event: Written, order: LedgerOrder, terms: OrderTerms, name: string): void {
  const { world } = judge
  const process = world.process
  for (const [scope, { level }] of judge.engaged) {
    const forbids = level === 'no_new' || level === 'cancel_all' || (level === 'flatten' && order.purpose !== 'flatten')
    if (forbids && covers(scope, order) && order.purpose !== 'flatten') judge.violate('I5', `${name} left while ${level} was engaged for ${scope}`)
  }
  if (process?.journal.state === 'failed') judge.violate('I10', `${name} left after the journal had failed`)
  const connection = judge.connections.get(event.line)
  if (connection !== undefined && connection !== 'ready') judge.violate('I9', `${name} left while the stream was ${connection}`)
  const silence = world.time.elapsed() - judge.silentSince
  const position = positionOf(judge, order.symbol)
  const reduces = terms.side === 'buy' ? position < 0 : position > 0
  judgeLoss(judge, order, reduces, name)
  const blind = silence > LIMITS.quoteMaximumAge + LIMITS.submitWithin + 600 && world.broker.quotesAreSilent(order.symbol)
  if (blind && terms.type === 'market' && !reduces) judge.violate('I9', `${name} left ${silence} ms after the last price`)
}

/** What the day has made by the broker's books, at the worse side of the prices now. */
function profitOf(judge: Judge): number {
  let profit = 0
  const held = new Map<string, number>()
  for (const { symbol, side, lastQuantity, lastPrice } of judge.world.broker.truth.executions()) {
    const quantity = Number(lastQuantity) * (side === 'buy' ? 1 : -1)
    profit -= quantity * Number(lastPrice)
    held.set(symbol, (held.get(symbol) ?? 0) + quantity)
  }
  for (const [symbol, quantity] of held) profit += quantity * ((judge.world.prices.get(symbol) ?? 100) - Math.sign(quantity) * 0.05)
  return profit
}

/** Since when the books and prices of a run have been as they are, and what they make. */
const profits = new WeakMap<Judge, { readonly profit: number; readonly since: number }>()

/** Once the day has lost its limit, and everybody has had time to see it, only what reduces goes out. */
function judgeLoss(judge: Judge, order: LedgerOrder, reduces: boolean, name: string): void {
  const { loss } = judge.plan.world
  if (loss === undefined || judge.excused.size > 0) return
  const profit = profitOf(judge)
  const now = judge.world.time.elapsed()
  const known = profits.get(judge)
  const since = known !== undefined && isSame(known.profit, profit) ? known.since : now
  profits.set(judge, { profit, since })
  if (-profit >= loss && now - since > LOSS_SEEN && !reduces && order.purpose !== 'flatten' && !judge.world.broker.quotesAreSilent(order.symbol)) judge.violate('I4', `${name} left although the day has lost ${(-profit).toFixed(2)}, the limit is ${loss}`)
}

/** How long a trade or a price may be on its way, in ms. */
const LOSS_SEEN = 2500

/** The least an order can be worth: what its limit says, or a price that no move of the plan goes below. */
const worthAtLeast = ({ quantity = '0', notional, limitPrice, side, type }: OrderTerms): number =>
  notional !== undefined ? Number(notional) :
  Number(quantity) * (type === 'limit' && side === 'buy' ? Number(limitPrice) : 96)

const unapproved = new WeakMap<Judge, Map<string, { readonly at: number; readonly orderId: string; readonly value: number }[]>>()

function judgeApproval(judge: Judge, order: LedgerOrder, terms: OrderTerms, clientOrderId: string, name: string): void {
  if (order.clientOrderIds.get(clientOrderId)?.approved === true || order.purpose === 'flatten') return
  // Without prices nobody can say what an order is worth; one that reduces goes all the same (I9).
  if (judge.world.broker.quotesAreSilent(terms.symbol)) return
  const value = worthAtLeast(terms)
  if (value >= LIMITS.approvalAbove * 1.02) judge.violate('I6', `${name}, worth ${value}, left without an approval`)
  const now = judge.world.time.elapsed()
  const lanes = unapproved.get(judge) ?? new Map<string, { at: number; orderId: string; value: number }[]>()
  unapproved.set(judge, lanes)
  const lane = (lanes.get(`${terms.symbol} ${terms.side}`) ?? []).filter(({ at, orderId }) => at > judge.jumpedAt && now - at < LIMITS.approvalWindow / 2 && orderId !== order.id)
  lane.push({ at: now, orderId: order.id, value })
  lanes.set(`${terms.symbol} ${terms.side}`, lane)
  const sum = lane.reduce((total, entry) => total + entry.value, 0)
  if (sum >= LIMITS.approvalAbove * 1.05) judge.violate('I6', `${name} makes ${sum} without an approval in half a window`)
}

/** What the broker's books would become at worst, had this order its way. */
function judgeExposure(judge: Judge, order: LedgerOrder, terms: OrderTerms, command: 'new' | 'replace', name: string): void {
  if (order.purpose === 'flatten') return
  const side = terms.side === 'buy' ? 'buy' : 'sell'
  const position = positionOf(judge, order.symbol)
  const before = workingOf(judge, order.symbol, side)
  const own = judge.bookedOf(order).reduce((sum, { quantity = '0' }) => sum + Number(quantity), 0)
  // What money buys at the dearest price of the plan: the service has to count more.
  const added = command === 'new' ? Number(terms.quantity ?? Number(terms.notional ?? 0) / 104) : Math.max(0, Number(terms.quantity ?? 0) - own)
  const worst = (side === 'buy' ? position : -position) + before + added
  const limit = judge.positionLimit()
  const allowed = limit + (judge.excused.get(order.symbol) ?? 0)
  const reduces = side === 'buy' ? position < 0 : position > 0
  if (worst > allowed + 1e-6 && !reduces) judge.violate('I4', `${name} could make ${worst} ${order.symbol}, the limit is ${limit}`)
}

function judgeOnce(judge: Judge, order: LedgerOrder): void {
  const booked = new Set(judge.bookedOf(order).map(({ brokerOrderId }) => brokerOrderId))
  if (booked.size > 1) judge.violate('I2', `${order.key} is at the broker ${booked.size} times`)
}
