import type { Decision, Guard, Trip } from '../../src/guards/guard.ts'
import { parseDecimal } from '../../src/order/decimal.ts'
import type { EventDraft, Json, KillScope, StoredEvent } from '../../src/order/event.ts'
import type { OrderTerms } from '../../src/order/request.ts'
import { InputMissing } from '../../src/risk/input-missing.ts'
import type { OrderCandidate } from '../../src/risk/order-candidate.ts'
import { eventSource, makeExecution, makeIntent, NO_EVALUATION } from './make-event.ts'
import { makeCandidate, makeSources, type Sources } from './make-view.ts'

const approval = { challengeId: 'c', digest: 'd', actor: 'ada', method: 'totp' }

/** One guard on an account in memory: what it is asked, and what happens to the account's orders. */
export interface GuardDesk {
  readonly sources: Sources
  /** Lets so many milliseconds pass, on both clocks; quotes come in anew. */
  pass(milliseconds: number): void
  ask(terms?: Partial<OrderTerms>, overrides?: Partial<OrderCandidate>): Decision
  /** The code of what it answers: `allow`, a denial's or challenge's code, or `missing x`. */
  code(terms?: Partial<OrderTerms>, overrides?: Partial<OrderCandidate>): string
  tell(draft: EventDraft): void
  /** Sends an order, whatever the guard says. */
  send(orderId: string, terms?: Partial<OrderTerms>, how?: { readonly approved?: boolean; readonly price?: string; readonly multiplier?: string }): void
  replace(orderId: string, changes: { readonly quantity?: string; readonly limitPrice?: string }): void
  fill(orderId: string, quantity: string, price?: string, how?: { readonly last?: boolean; readonly side?: OrderTerms['side']; readonly symbol?: string }): void
  cancel(orderId: string): void
  /** What the guard remembers. */
  memory(): unknown
  trip(): Trip | undefined
  /** Journals the note the guard wants taken, when it does. */
  note(): Json | undefined
  release(scope: KillScope): void
  /** The same guard, its memory made anew from the history. */
  restart(): GuardDesk
}

const asGuard = (guard: unknown): Guard => guard as Guard

/** A desk at 99 to 101 in AAPL and MSFT. */
export function guardDesk(made: unknown, sources: Sources = makeSources(), history: readonly StoredEvent[] = []): GuardDesk {
  const guard = asGuard(made)
  const source = eventSource(sources.now)
  const events: StoredEvent[] = [...history]
  let state = structuredClone(guard.initial)
  for (const event of history) state = guard.apply?.(state, event) ?? state
  const quote = (): void => { for (const symbol of ['AAPL', 'MSFT']) sources.quote(symbol, '99', '101') }
  if (history.length === 0) quote()

  const desk: GuardDesk = {
    sources,
    pass: (milliseconds) => {
      sources.now += milliseconds
      sources.monotonic += milliseconds
      quote()
    },
    ask: (terms, overrides) => guard.check(makeCandidate({ limitPrice: '100', ...terms }, overrides), { view: sources.view().view, state, facts: undefined }),
    code: (terms, overrides) => {
      try {
        const decision = desk.ask(terms, overrides)
        return decision.verdict === 'allow' ? 'allow' : decision.code
      } catch (error) {
        if (error instanceof InputMissing) return `missing ${error.input}`
        throw error
      }
    },
    tell: (draft) => {
      source.now = sources.now
      const event = source.of(draft)
      events.push(event)
      sources.ledger.apply(event)
      state = guard.apply?.(state, event) ?? state
    },
    send: (orderId, terms = {}, { approved = false, price, multiplier } = {}) => {
      const intent = makeIntent({ limitPrice: '100', ...terms }, { price: price ?? terms.limitPrice ?? '100', ...(multiplier !== undefined && { multiplier }) })
      desk.tell({ type: 'order_pending_new', data: { orderId, intent, clientOrderId: orderId, submitBy: '', evaluation: NO_EVALUATION, ...(approved && { approval }) } })
    },
    replace: (orderId, changes) => {
      const reservation = { quantity: changes.quantity ?? '10', price: changes.limitPrice ?? '100' }
      desk.tell({ type: 'order_pending_replace', data: { orderId, clientOrderId: 'r', revision: 1, changes, reservation, submitBy: '', actor: '', evaluation: NO_EVALUATION } })
    },
    fill: (orderId, quantity, price = '100', { last = false, side = 'buy', symbol = 'AAPL' } = {}) => {
      const execution = makeExecution({ lastQuantity: quantity, lastPrice: price, side, symbol })
      desk.tell({ type: last ? 'order_filled' : 'order_partially_filled', data: { orderId, execution, filledQuantity: quantity, averagePrice: price } })
    },
    cancel: (orderId) => { desk.tell({ type: 'order_canceled', data: { orderId, reason: 'requested' } }) },
    memory: () => state,
    trip: () => guard.trip?.({ view: sources.view().view, state }),
    note: () => {
      const note = guard.note?.({ view: sources.view().view, state })
      if (note !== undefined) desk.tell({ type: 'guard_noted', data: { guard: guard.name, note } })
      return note
    },
    release: (scope) => {
      const note = guard.released?.(scope, { account: 'main', state })
      if (note !== undefined) desk.tell({ type: 'guard_noted', data: { guard: guard.name, note } })
    },
    restart: () => guardDesk(made, sources, events),
  }
  return desk
}

/** A whole number of units. */
export const units = (quantity: string): bigint => parseDecimal(quantity)
