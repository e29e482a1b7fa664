import { evaluate } from '../../src/guards/evaluate.ts'
import type { Guard } from '../../src/guards/guard.ts'
import { maxPosition } from '../../src/guards/max-position.ts'
import { ONE } from '../../src/order/decimal.ts'
import type { EventDraft, StoredEvent } from '../../src/order/event.ts'
import type { OrderState } from '../../src/order/order.ts'
import { reduceOrder } from '../../src/order/reduce.ts'
import { replaceCandidate } from '../../src/pipeline/place/decide.ts'
import { createLedger, type Ledger } from '../../src/risk/ledger.ts'
import { createRandom, type Random } from '../../src/runtime/random.ts'
import { eventSource, makeExecution, makeIntent, NO_EVALUATION } from '../support/make-event.ts'
import { makeCandidate, makeSources, type Sources } from '../support/make-view.ts'
import { createOracle, type Oracle } from './position-oracle.ts'

const LIMIT = 200
const IN_FLIGHT = 64
/** Orders after which everything ends, the account must be empty of reservations, and a new one begins. */
const EPISODE = 2000

/** How an order gets from the guards to its reservation: in one step, or with other orders in between, as most bots do it. */
export type Strategy = 'check-and-reserve' | 'check, then record'

export interface StormResult {
  orders: number
  accepted: number
  denied: number
  amends: number
  restarts: number
  /** Times an order or amend went out that could take the position over the limit, by the oracle. */
  breaches: number
  /** Units still reserved, or off the oracle's position, when every order had ended. */
  leaks: number
}

interface Work {
  readonly id: string
  /** A decision that was taken and not recorded yet; only the control has any. */
  record: (() => void) | undefined
}

/** One account with everything real but the broker: ledger, order states, guards. */
interface Desk {
  readonly oracle: Oracle
  readonly random: Random
  readonly result: StormResult
  readonly strategy: Strategy
  readonly guards: readonly Guard[]
  readonly states: Map<string, OrderState>
  readonly work: Work[]
  readonly history: StoredEvent[]
  sources: Sources
  tell(draft: EventDraft): void
}

const BASIS = { killEpoch: 0, limits: 1 }

function openDesk(seed: string, strategy: Strategy, result: StormResult): Desk {
  const source = eventSource()
  const desk: Desk = {
    oracle: createOracle(LIMIT), random: createRandom(seed), result, strategy, guards: [maxPosition({ quantity: String(LIMIT) })],
    states: new Map(), work: [], history: [], sources: quoted(createLedger()),
    tell: (draft) => {
      const event = source.of(draft)
      desk.history.push(event)
      desk.sources.ledger.apply(event)
      const { orderId } = event.data as { readonly orderId: string }
      desk.states.set(orderId, reduceOrder(desk.states.get(orderId), event))
    },
  }
  return desk
}

function quoted(ledger: Ledger): Sources {
  const sources = makeSources(ledger)
  sources.quote('AAPL', '99', '101')
  return sources
}

/** The process dies: everything in memory is made anew from the events. */
function restart(desk: Desk): void {
  const ledger = createLedger()
  desk.states.clear()
  for (const event of desk.history) {
    ledger.apply(event)
    const { orderId } = event.data as { readonly orderId: string }
    desk.states.set(orderId, reduceOrder(desk.states.get(orderId), event))
  }
  desk.sources = quoted(ledger)
  desk.result.restarts += 1
}

/** Reserves at once, or when the scheduler comes by again. */
function reserve(desk: Desk, work: Work, record: () => void): void {
  if (desk.strategy === 'check-and-reserve') record()
  else work.record = record
}

function place(desk: Desk, number: number): void {
  const { random, oracle, result } = desk
  const side = random.integer(2) === 0 ? 'buy' : 'sell'
  const quantity = 1 + random.integer(80)
  const id = `o${number}`
  const terms = { side, quantity: String(quantity) } as const
  result.orders += 1
  const { verdict } = evaluate(makeCandidate(terms, { orderId: id }), desk.guards, [], [], desk.sources.view(), BASIS)
  if (verdict !== 'allow') {
    result.denied += 1
    return
  }
  result.accepted += 1
  const work: Work = { id, record: undefined }
  desk.work.push(work)
  reserve(desk, work, () => {
    desk.tell({ type: 'order_pending_new', data: { orderId: id, intent: makeIntent(terms), clientOrderId: id, submitBy: '', evaluation: NO_EVALUATION } })
    oracle.sent(id, side, quantity)
    if (oracle.breached()) result.breaches += 1
  })
}

function amend(desk: Desk, work: Work): void {
  const { random, oracle, result } = desk
  const state = desk.states.get(work.id)
  const known = oracle.order(work.id)
  if (state === undefined || known === undefined || known.asked !== undefined) return
  const quantity = known.filled + 1 + random.integer(80)
  const candidate = replaceCandidate(state, { ...state.terms, quantity: String(quantity) }, 'local')
  if (evaluate(candidate, desk.guards, [], [], desk.sources.view(), BASIS).verdict !== 'allow') return
  result.amends += 1
  reserve(desk, work, () => {
    const data = { orderId: work.id, clientOrderId: `${work.id}r`, revision: 1, changes: { quantity: String(quantity) }, submitBy: '', actor: 'local', evaluation: NO_EVALUATION }
    desk.tell({ type: 'order_pending_replace', data: { ...data, reservation: { quantity: String(quantity), price: '100' } } })
    oracle.asked(work.id, quantity)
    if (oracle.breached()) result.breaches += 1
  })
}

/** The broker answers an amend: yes, no, or not at all for now. */
function answer(desk: Desk, { id }: Work, asked: number): void {
  const what = desk.random.integer(3)
  if (what === 0) return desk.tell({ type: 'order_unknown', data: { orderId: id, command: 'replace', reason: 'timeout' } })
  const accepted = what === 1
  desk.tell(accepted
    ? { type: 'order_replaced', data: { orderId: id, clientOrderId: `${id}r`, brokerOrderId: 'b', changes: { quantity: String(asked) } } }
    : { type: 'order_replace_refused', data: { orderId: id, code: 'NO', message: 'no' } })
  desk.oracle.answered(id, accepted)
}

function fill(desk: Desk, { id }: Work): void {
  const { random, oracle } = desk
  const order = oracle.order(id)
  // The broker fills by what it has: the terms before an amend it has not taken.
  const left = order === undefined ? 0 : order.quantity - order.filled
  if (order === undefined || left <= 0) return
  const quantity = random.integer(3) === 0 ? left : 1 + random.integer(left)
  oracle.filled(id, quantity)
  const execution = makeExecution({ executionId: `${id}-${order.filled}`, lastQuantity: String(quantity), side: order.side })
  const complete = oracle.order(id) === undefined
  desk.tell({ type: complete ? 'order_filled' : 'order_partially_filled', data: { orderId: id, execution, filledQuantity: '', averagePrice: '' } })
}

const ENDS = [
  (orderId: string): EventDraft => ({ type: 'order_canceled', data: { orderId, reason: 'broker' } }),
  (orderId: string): EventDraft => ({ type: 'order_expired', data: { orderId } }),
  (orderId: string): EventDraft => ({ type: 'order_rejected', data: { orderId, rejection: { code: 'NO', message: 'no' } } }),
  (orderId: string): EventDraft => ({ type: 'order_denied', data: { orderId, denial: { code: 'NOT_SENT', message: 'never sent' } } }),
] as const

function end(desk: Desk, { id }: Work): void {
  const untouched = desk.oracle.order(id)?.filled === 0
  const draft = ENDS[desk.random.integer(untouched ? ENDS.length : 2)]
  if (draft === undefined) return
  desk.oracle.ended(id)
  desk.tell(draft(id))
}

/** Something happens to one order that is on its way. */
function step(desk: Desk): void {
  const { random, work, oracle } = desk
  const index = random.integer(work.length)
  const one = work[index]
  if (one === undefined) return
  if (one.record !== undefined) {
    const { record } = one
    one.record = undefined
    return record()
  }
  const order = oracle.order(one.id)
  if (order === undefined) {
    work[index] = work.at(-1) as Work
    work.pop()
    desk.states.delete(one.id)
    return
  }
  if (order.asked !== undefined && random.integer(2) === 0) return answer(desk, one, order.asked)
  const what = random.integer(12)
  if (what === 0) desk.tell({ type: 'order_unknown', data: { orderId: one.id, command: 'new', reason: 'timeout' } })
  else if (what < 3) end(desk, one)
  else if (what < 6) amend(desk, one)
  else fill(desk, one)
}

function leftOver({ sources: { ledger }, oracle }: Desk): number {
  const { workingBuy, workingSell, position } = ledger.exposure('main', 'AAPL')
  const off = position.quantity - BigInt(oracle.position) * ONE
  return Number((workingBuy + workingSell + (off < 0n ? -off : off)) / ONE) + ledger.openOrders
}

function episode(seed: string, strategy: Strategy, orders: number, result: StormResult): void {
  const desk = openDesk(seed, strategy, result)
  let placed = 0
  while (placed < orders || desk.work.length > 0) {
    if (placed < orders && desk.work.length < IN_FLIGHT && desk.random.integer(3) === 0) {
      place(desk, placed)
      placed += 1
    } else if (placed < orders && desk.work.every(({ record }) => record === undefined) && desk.random.integer(orders * 2) === 0) restart(desk)
    else if (desk.work.length > 0) step(desk)
  }
  result.leaks += leftOver(desk)
}

/** Random orders on one account, up to 64 of them at once: fills, partials, timeouts, amends, ends and restarts in any order. */
export function orderStorm(seed: string, orders: number, strategy: Strategy, progress?: (done: number) => void): StormResult {
  const result: StormResult = { orders: 0, accepted: 0, denied: 0, amends: 0, restarts: 0, breaches: 0, leaks: 0 }
  for (let number = 0; result.orders < orders; number += 1) {
    episode(`${seed}/${number}`, strategy, Math.min(EPISODE, orders - result.orders), result)
    progress?.(result.orders)
  }
  return result
}
