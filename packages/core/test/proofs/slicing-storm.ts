import { evaluate } from '../../src/guards/evaluate.ts'
import type { Guard } from '../../src/guards/guard.ts'
import { highValueApproval } from '../../src/guards/high-value-approval.ts'
import { formatDecimal } from '../../src/order/decimal.ts'
import type { EventDraft, StoredEvent } from '../../src/order/event.ts'
import type { OrderState } from '../../src/order/order.ts'
import { reduceOrder } from '../../src/order/reduce.ts'
import type { Side } from '../../src/order/request.ts'
import { replaceCandidate } from '../../src/pipeline/place/decide.ts'
import { createRandom, type Random } from '../../src/runtime/random.ts'
import { plainCodes } from '../support/codes.ts'
import { eventSource, type EventSource, makeExecution, makeIntent, NO_EVALUATION } from '../support/make-event.ts'
import { makeCandidate, makeSources, type Sources } from '../support/make-view.ts'

/** Whole money, so that the judge needs no decimals. */
const THRESHOLD = 10_000
/** For all symbols and sides together: reached by lanes that each stay below their own. */
const ACCOUNT_THRESHOLD = 18_000
const ACCOUNT = 'account'
const WINDOW = 60
const BID = 99
const ASK = 101
const SYMBOLS = ['AAPL', 'MSFT'] as const
const SIDES: readonly Side[] = ['buy', 'sell', 'sell_short']
const EPISODE = 2000

export interface SlicingResult {
  actions: number
  sent: number
  challenged: number
  amends: number
  approved: number
  /** Times the value sent without approval on one symbol and side within the window reached its threshold. */
  breaches: number
  /** Times that of the whole account reached its own. */
  accountBreaches: number
}

/** What one order holds, for the judge. */
interface Slice {
  readonly id: string
  readonly lane: string
  readonly side: Side
  quantity: number
  price: number
  filled: number
  approved: boolean
}

/** Everything sent without approval, one by one, summed anew each time. */
interface Judge {
  readonly sent: { readonly at: number; readonly lane: string; readonly value: number }[]
  readonly open: Slice[]
}

const worst = (side: Side, limit: number): number => Math.max(limit, side === 'buy' ? ASK : BID)
const laneOf = (symbol: string, side: Side): string => `${symbol} ${side === 'buy' ? 'buy' : 'sell'}`

function breached({ sent }: Judge, lane: string, now: number): boolean {
  let sum = 0
  for (let index = sent.length - 1; index >= 0; index -= 1) {
    const entry = sent[index]
    // Oldest first: what lies before has left the window as well.
    if (entry === undefined || entry.at <= now - WINDOW * 1000) break
    if (lane === ACCOUNT || entry.lane === lane) sum += entry.value
  }
  return sum >= (lane === ACCOUNT ? ACCOUNT_THRESHOLD : THRESHOLD)
}

class Slicer {
  readonly judge: Judge = { sent: [], open: [] }
  readonly states = new Map<string, OrderState>()
  readonly sources: Sources = makeSources()
  readonly source: EventSource = eventSource()
  readonly guard: Guard
  readonly random: Random
  readonly result: SlicingResult
  memory: unknown
  orders = 0

  constructor(seed: string, guard: Guard, result: SlicingResult) {
    this.random = createRandom(seed)
    this.guard = guard
    this.memory = structuredClone(guard.initial)
    this.result = result
    for (const symbol of SYMBOLS) this.sources.quote(symbol, String(BID), String(ASK))
  }

  tell(draft: EventDraft): void {
    this.source.now = this.sources.now
    const event: StoredEvent = this.source.of(draft)
    this.sources.ledger.apply(event)
    this.memory = this.guard.apply?.(this.memory, event)
    const { orderId } = event.data as { readonly orderId: string }
    this.states.set(orderId, reduceOrder(this.states.get(orderId), event))
  }

  ask(candidate: Parameters<typeof evaluate>[0]): 'allow' | 'reject' | 'challenge' {
    return evaluate(candidate, [this.guard], [this.memory], [], this.sources.view(), { killEpoch: 0, limits: 1 }).verdict
  }

  spend(lane: string, value: number): void {
    if (value <= 0) return
    this.judge.sent.push({ at: this.sources.now, lane, value })
    this.result.sent += 1
    if (breached(this.judge, lane, this.sources.now)) this.result.breaches += 1
    if (breached(this.judge, ACCOUNT, this.sources.now)) this.result.accountBreaches += 1
  }

  place(): void {
    const { random, result } = this
    const symbol = SYMBOLS[random.integer(SYMBOLS.length)] ?? 'AAPL'
    const side = SIDES[random.integer(SIDES.length)] ?? 'buy'
    // Mostly slices that stay below by themselves, some that are just at the edge.
    const quantity = random.integer(6) === 0 ? 90 + random.integer(15) : 1 + random.integer(40)
    const limit = 95 + random.integer(10)
    const id = `o${this.orders += 1}`
    const terms = { symbol, side, quantity: String(quantity), limitPrice: String(limit) }
    const verdict = this.ask(makeCandidate(terms, { orderId: id }))
    const approved = verdict === 'challenge'
    if (approved) result.challenged += 1
    // Every third challenge is answered; the others are not sent.
    if (approved && random.integer(3) > 0) return
    if (approved) result.approved += 1
    const price = worst(side, limit)
    const approval = { challengeId: id, digest: 'digest', actor: 'ann', method: 'plain' }
    this.tell({ type: 'order_pending_new', data: {
      orderId: id, intent: makeIntent(terms, { price: String(price) }), clientOrderId: id, submitBy: '', evaluation: NO_EVALUATION, ...(approved && { approval }),
    } })
    const slice = { id, lane: laneOf(symbol, side), side, quantity, price, filled: 0, approved }
    this.judge.open.push(slice)
    if (!approved) this.spend(slice.lane, quantity * price)
  }

  amend(slice: Slice): void {
    const state = this.states.get(slice.id)
    if (state === undefined) return
    const quantity = slice.filled + 1 + this.random.integer(80)
    const limit = 95 + this.random.integer(15)
    const changes = { quantity: String(quantity), limitPrice: String(limit) }
    if (this.ask(replaceCandidate(state, { ...state.terms, ...changes }, 'local')) !== 'allow') return
    this.result.amends += 1
    const price = worst(slice.side, limit)
    const before = (slice.quantity - slice.filled) * slice.price
    const data = { orderId: slice.id, clientOrderId: `${slice.id}r`, revision: 1, changes, submitBy: '', actor: 'local', evaluation: NO_EVALUATION }
    this.tell({ type: 'order_pending_replace', data: { ...data, reservation: { quantity: String(quantity), price: String(price) } } })
    this.spend(slice.lane, (quantity - slice.filled) * price - before)
    if (this.random.integer(4) === 0) return this.tell({ type: 'order_replace_refused', data: { orderId: slice.id, code: 'NO', message: 'no' } })
    this.tell({ type: 'order_replaced', data: { orderId: slice.id, clientOrderId: `${slice.id}r`, brokerOrderId: 'b', changes } })
    Object.assign(slice, { quantity, price })
  }

  fill(slice: Slice): void {
    const quantity = 1 + this.random.integer(slice.quantity - slice.filled)
    const execution = makeExecution({ executionId: `${slice.id}-${slice.filled}`, symbol: slice.lane.split(' ')[0] ?? '', side: slice.side, lastQuantity: String(quantity) })
    slice.filled += quantity
    this.tell({ type: slice.filled === slice.quantity ? 'order_filled' : 'order_partially_filled', data: { orderId: slice.id, execution, filledQuantity: '', averagePrice: '' } })
  }

  step(): void {
    const { random, judge, sources } = this
    this.result.actions += 1
    const index = random.integer(Math.max(1, judge.open.length))
    const slice = judge.open[index]
    const what = random.integer(10)
    if (what === 9) {
      sources.now += random.integer(random.integer(20) === 0 ? WINDOW * 1000 : 20_000)
      return
    }
    if (slice === undefined || what < 5) return this.place()
    if (what < 7) this.amend(slice)
    else if (what === 7) this.fill(slice)
    else {
      // Cancelled and placed again: what was counted stays counted.
      this.tell({ type: 'order_canceled', data: { orderId: slice.id, reason: 'requested' } })
      slice.filled = slice.quantity
      this.place()
    }
    if (slice.filled < slice.quantity) return
    judge.open.splice(judge.open.indexOf(slice), 1)
    this.states.delete(slice.id)
  }
}

/** What is taken out of the guard: its memory, so that each order is judged alone, or the threshold of the account, so that each lane is. */
export type SlicingPlant = 'memory' | 'account'

export function slicingStorm(seed: string, actions: number, plant?: SlicingPlant, progress?: (done: number) => void): SlicingResult {
  const result: SlicingResult = { actions: 0, sent: 0, challenged: 0, amends: 0, approved: 0, breaches: 0, accountBreaches: 0 }
  const textOf = (threshold: number): string => formatDecimal(BigInt(threshold) * 1_000_000_000n)
  const account = plant === 'account' ? {} : { accountAbove: textOf(ACCOUNT_THRESHOLD) }
  const real = highValueApproval({ above: textOf(THRESHOLD), ...account, window: WINDOW, approvals: plainCodes() }) as unknown as Guard
  const guard: Guard = plant === 'memory' ? { ...real, apply: (memory) => memory } : real
  for (let number = 0; result.actions < actions; number += 1) {
    const slicer = new Slicer(`${seed}/${number}`, guard, result)
    const until = Math.min(actions, result.actions + EPISODE)
    while (result.actions < until) slicer.step()
    progress?.(result.actions)
  }
  return result
}
