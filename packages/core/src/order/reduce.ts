import { formatDecimal, maximum, parseSigned } from './decimal.ts'
import type { EventOf, Execution, OrderCommand, OrderIntent, Reservation, StoredEvent } from './event.ts'
import { historyOrderIdOf, orderIdOf } from './order-of-event.ts'
import { type ChainLink, isFinished, type OrderState, type OutstandingRequest, statusOf } from './order.ts'
import type { OrderTerms, ReplaceRequest } from './request.ts'

type Change = Partial<OrderState>

function firstState(id: string, intent: OrderIntent, time: string): OrderState {
  return {
    id, intent, terms: intent.terms, reservation: intent.reservation, chain: [],
    clientOrderId: undefined, brokerOrderId: undefined, submitBy: undefined,
    executions: [], filled: 0n, filledValue: 0n, terminal: undefined, phase: 'working',
    requests: [], challenge: undefined, approved: false, denial: undefined, rejection: undefined,
    version: 0, createdAt: time, updatedAt: time,
  }
}

function without(requests: readonly OutstandingRequest[], command: OrderCommand): readonly OutstandingRequest[] {
  return requests.filter((request) => request.command !== command)
}

function link(chain: readonly ChainLink[], clientOrderId: string, change: Partial<ChainLink>): readonly ChainLink[] {
  if (!chain.some((entry) => entry.clientOrderId === clientOrderId)) {
    return [...chain, { clientOrderId, state: 'pending', ...change }]
  }
  return chain.map((entry) => (entry.clientOrderId === clientOrderId ? { ...entry, ...change } : entry))
}

/** The terms after a confirmed replace. */
export function applyChanges(terms: OrderTerms, changes: ReplaceRequest): OrderTerms {
  const present = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined))
  return { ...terms, ...present }
}

/** Sums over the executions that stand, from scratch: used when one is reversed or corrected. */
function total(executions: readonly Execution[]): Change {
  let filled = 0n
  let filledValue = 0n
  for (const { lastQuantity, lastPrice } of executions) {
    const quantity = parseSigned(lastQuantity)
    filled += quantity
    filledValue += quantity * parseSigned(lastPrice)
  }
  return { executions, filled, filledValue }
}

function applyFill(state: OrderState, execution: Execution): Change {
  // An execution counts once, whatever brought it twice.
  if (state.executions.some((known) => known.executionId === execution.executionId)) return {}
  const quantity = parseSigned(execution.lastQuantity)
  return {
    executions: [...state.executions, execution],
    filled: state.filled + quantity,
    filledValue: state.filledValue + quantity * parseSigned(execution.lastPrice),
    // A fill proves that the broker took the order, and that it trades again.
    requests: without(state.requests, 'new'),
    phase: 'working',
    brokerOrderId: state.brokerOrderId ?? execution.brokerOrderId,
  }
}

/** A terminal fact closes what may still trade; it never deletes a fill, and the first terminal reason stands. */
function finish(state: OrderState, terminal: NonNullable<OrderState['terminal']>, reason: Change = {}): Change {
  const closed: Change = { requests: [], challenge: undefined, phase: 'working' }
  return state.terminal === undefined ? { ...closed, ...reason, terminal } : closed
}

/** It never came to the broker: its id stands for nothing there. */
function unsent(state: OrderState, reason: Change = {}): Change {
  return { ...reason, chain: state.chain.map((entry) => (entry.state === 'pending' ? { ...entry, state: 'refused' as const } : entry)) }
}

/** How much money has bought shows only by the broker's word that it is used up. */
function complete(state: OrderState): Change {
  return state.terms.quantity === undefined ? finish(state, 'filled') : {}
}

/** What an order holds by a confirmed replace: what its decision reserved, or the worse price where nobody asked for it. */
export function reservationAfter(held: Reservation, asked: Reservation | undefined, changes: ReplaceRequest): Reservation {
  if (asked !== undefined) return { ...asked, quantity: changes.quantity ?? asked.quantity }
  const { quantity = held.quantity, limitPrice } = changes
  const price = limitPrice === undefined ? held.price : formatDecimal(maximum(parseSigned(held.price), parseSigned(limitPrice)))
  return { quantity, price }
}

function replaced(state: OrderState, { clientOrderId, brokerOrderId, changes }: EventOf<'order_replaced'>['data']): Change {
  const retired = state.chain.map((entry) => (entry.state === 'live' ? { ...entry, state: 'replaced' as const } : entry))
  const named: Change = {
    clientOrderId, brokerOrderId, chain: link(retired, clientOrderId, { brokerOrderId, state: 'live' }),
    requests: without(state.requests, 'replace'),
  }
  const asked = state.requests.find((request) => request.command === 'replace')?.reservation
  const next: Change = { ...named, terms: applyChanges(state.terms, changes), reservation: reservationAfter(state.reservation, asked, changes) }
  // What has ended stays as it ended: new terms must not bring it back.
  const revives = isFinished(statusOf(state)) && !isFinished(statusOf({ ...state, ...next }))
  return revives ? named : next
}

/** What was asked and has no answer; of an order that was accepted and is no longer shown, all that is left of it. */
function unknown(state: OrderState, command: OrderCommand): Change {
  const { requests, clientOrderId } = state
  const isOutstanding = requests.some((request) => request.command === command)
  if (isOutstanding) return { requests: requests.map((request) => (request.command === command ? { ...request, certainty: 'unknown' as const } : request)) }
  if (command !== 'new' || clientOrderId === undefined || isFinished(statusOf(state))) return {}
  return { requests: [...requests, { command, clientOrderId, certainty: 'unknown' }] }
}

function change(state: OrderState, event: StoredEvent): Change {
  switch (event.type) {
    case 'order_denied': {
      const { denial, intent } = event.data
      // Another attempt of an order that was never sent, denied for its own reason.
      return state.terminal === 'denied' && intent !== undefined ? { denial } : finish(state, 'denied', unsent(state, { denial }))
    }
    case 'order_pending_approval': return {
      challenge: event.data.challenge,
      // Another attempt of an order that was never sent needs an approval of its own.
      ...(state.terminal === 'denied' && { terminal: undefined, denial: undefined, approved: false }),
    }
    case 'order_pending_new': {
      const { clientOrderId, submitBy, approval, intent } = event.data
      return {
        intent, reservation: intent.reservation,
        // Another attempt after a proven NOT_SENT reopens the same order; no other end is ever undone.
        ...(state.terminal === 'denied' && { terminal: undefined, denial: undefined }),
        challenge: undefined,
        approved: approval !== undefined,
        clientOrderId, submitBy, chain: link(state.chain, clientOrderId, { state: 'pending' }),
        requests: [...without(state.requests, 'new'), { command: 'new', clientOrderId, certainty: 'pending' }],
      }
    }
    case 'order_accepted': {
      const { clientOrderId, brokerOrderId, again } = event.data
      return {
        ...(again === true && { terminal: undefined, denial: undefined }),
        brokerOrderId, clientOrderId: state.clientOrderId ?? clientOrderId, phase: 'working',
        chain: link(state.chain, clientOrderId, { brokerOrderId, state: 'live' }),
        requests: without(state.requests, 'new'),
      }
    }
    case 'order_rejected': return finish(state, 'rejected', { rejection: event.data.rejection })
    case 'order_partially_filled': return applyFill(state, event.data.execution)
    case 'order_filled': return { ...applyFill(state, event.data.execution), ...complete(state) }
    case 'order_pending_cancel': return {
      requests: [...without(state.requests, 'cancel'), {
        command: 'cancel', clientOrderId: event.data.clientOrderId, certainty: 'pending', ...(event.data.waits === true && { waits: true }),
      }],
    }
    case 'order_cancel_refused': return { requests: without(state.requests, 'cancel') }
    case 'order_canceled': return finish(state, 'canceled', event.data.reason === 'withdrawn' ? unsent(state) : {})
    case 'order_expired': return finish(state, 'expired')
    case 'order_pending_replace': {
      const { clientOrderId, changes, reservation } = event.data
      return {
        chain: link(state.chain, clientOrderId, { state: 'pending' }),
        requests: [...without(state.requests, 'replace'), { command: 'replace', clientOrderId, certainty: 'pending', changes, reservation }],
      }
    }
    case 'order_replaced': return replaced(state, event.data)
    case 'order_replace_refused': {
      const refused = state.requests.find((request) => request.command === 'replace')?.clientOrderId
      return {
        requests: without(state.requests, 'replace'),
        chain: state.chain.map((entry) => (entry.clientOrderId === refused ? { ...entry, state: 'refused' as const } : entry)),
      }
    }
    case 'order_suspended': return { phase: event.data.phase }
    case 'order_unknown': return unknown(state, event.data.command)
    case 'execution_busted': return total(state.executions.filter((known) => known.executionId !== event.data.execution.executionId))
    case 'execution_corrected': return total(state.executions.map((known) => (known.executionId === event.data.previous.executionId ? event.data.execution : known)))
    case 'position_changed':
    case 'limit_warning':
    case 'kill_switch_changed':
    case 'session_rolled':
    case 'limits_changed':
    case 'guard_noted':
    case 'approval_checked':
    case 'order_replace_denied':
    case 'anomaly_detected': return {}
  }
}

/**
 * The next state of an order. Pure: the same events always give the same state.
 * @throws Error when the first event of an order carries no intent: the history is damaged.
 */
export function reduceOrder(state: OrderState | undefined, event: StoredEvent): OrderState {
  const id = orderIdOf(event)
  if (id === undefined) throw new Error(`event ${event.id} (${event.type}) is about no order`)
  const intent = 'intent' in event.data ? event.data.intent : undefined
  const before = state ?? (intent === undefined ? undefined : firstState(id, intent, event.time))
  if (before === undefined) throw new Error(`event ${event.id} (${event.type}) is the first of order ${id} and carries no intent`)
  return { ...before, ...change(before, event), version: before.version + 1, updatedAt: event.time }
}

/** The order that its events tell; undefined when there are none. Events that only name it are passed over. */
export function reduceHistory(events: readonly StoredEvent[]): OrderState | undefined {
  return events.reduce<OrderState | undefined>((state, event) => (historyOrderIdOf(event) === undefined ? state : reduceOrder(state, event)), undefined)
}
