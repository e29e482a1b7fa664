import type { OrderTerms } from '@sluice/core'
import type { WireEvent } from '../faults/hub.ts'
import type { LedgerOrder } from './independent-ledger.ts'
import type { Judge } from './judge.ts'
import { LIMITS } from './world.ts'

type Written = Extract<WireEvent, { kind: 'written' }>

/** Whether a scope of the kill switch covers an order. */
export function covers(scope: string, order: Pick<LedgerOrder, 'symbol' | 'strategy'>): boolean {
  return scope === 'global' || scope === 'account:main' || scope === 'broker:main' || scope === `symbol:${order.symbol}` || (order.strategy !== undefined && scope === `strategy:${order.strategy}`)
}

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
  let working = 0
  for (const order of judge.world.broker.truth.orders()) {
    const isOpen = order.status !== 'filled' && order.status !== 'canceled' && order.status !== 'expired' && order.status !== 'rejected'
    if (isOpen && order.symbol === symbol && (order.side === 'buy') === (side === 'buy')) working += Number(order.quantity ?? 0) - Number(order.filledQuantity)
  }
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
  const blind = silence > LIMITS.quoteMaximumAge + LIMITS.submitWithin + 600 && world.broker.quotesAreSilent()
  if (blind && terms.type === 'market' && !reduces) judge.violate('I9', `${name} left ${silence} ms after the last price`)
}

/** The least an order can be worth: what its limit says, or a price that no move of the plan goes below. */
const worthAtLeast = ({ quantity = '0', limitPrice, side, type }: OrderTerms): number =>
  Number(quantity) * (type === 'limit' && side === 'buy' ? Number(limitPrice) : 96)

const unapproved = new WeakMap<Judge, Map<string, { readonly at: number; readonly orderId: string; readonly value: number }[]>>()

function judgeApproval(judge: Judge, order: LedgerOrder, terms: OrderTerms, clientOrderId: string, name: string): void {
  if (order.clientOrderIds.get(clientOrderId)?.approved === true || order.purpose === 'flatten') return
  // Without prices nobody can say what an order is worth; one that reduces goes all the same (I9).
  if (judge.world.broker.quotesAreSilent()) return
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
  const added = command === 'new' ? Number(terms.quantity ?? 0) : Math.max(0, Number(terms.quantity ?? 0) - own)
  const worst = (side === 'buy' ? position : -position) + before + added
  const allowed = LIMITS.position + (judge.excused.get(order.symbol) ?? 0)
  const reduces = side === 'buy' ? position < 0 : position > 0
  if (worst > allowed && !reduces) judge.violate('I4', `${name} could make ${worst} ${order.symbol}, the limit is ${LIMITS.position}`)
}

function judgeOnce(judge: Judge, order: LedgerOrder): void {
  const booked = new Set(judge.bookedOf(order).map(({ brokerOrderId }) => brokerOrderId))
  if (booked.size > 1) judge.violate('I2', `${order.key} is at the broker ${booked.size} times`)
}
