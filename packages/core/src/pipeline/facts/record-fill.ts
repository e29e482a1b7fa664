import type { BrokerExecution } from '../../broker/broker-adapter.ts'
import { formatDecimal, maximum, minimum, parseBrokerDecimal, parseSigned, type Units } from '../../order/decimal.ts'
import type { EventDraft, EventOf, Execution } from '../../order/event.ts'
import { averagePriceOf, isFinished, type OrderState, quantityOf, statusOf } from '../../order/order.ts'
import type { ReplaceRequest } from '../../order/request.ts'
import { executionName } from '../../order/order-names.ts'
import type { AccountBook } from '../book/account-book.ts'

type Draft = EventDraft | (() => EventDraft)

/** The position as it is after the drafts before this one. */
export function positionDraft(book: AccountBook, broker: string, symbol: string): () => EventDraft {
  return () => {
    const { quantity, averagePrice } = book.ledger.exposure(broker, symbol).position
    return { type: 'position_changed', data: { broker, symbol, quantity: formatDecimal(quantity), averagePrice: formatDecimal(averagePrice), source: 'fill' } }
  }
}

/**
 * What a trade on an order says of it: a function of the order before it, so that a replay comes to the same. Whether an order by money is
 * `complete` only the broker can say.
 */
export function fillOf(state: OrderState, execution: Execution, complete = false): EventDraft {
  const quantity = parseSigned(execution.lastQuantity)
  const filled = state.filled + quantity
  const total = quantityOf(state)
  const average = averagePriceOf({ filled, filledValue: state.filledValue + quantity * parseSigned(execution.lastPrice) })
  const leaves = total === undefined ? undefined : isFinished(statusOf(state)) ? 0n : maximum(0n, total - filled)
  return {
    type: (total === undefined ? complete : filled >= total) ? 'order_filled' : 'order_partially_filled',
    data: {
      orderId: state.id, execution, filledQuantity: formatDecimal(filled),
      ...(leaves !== undefined && { leavesQuantity: formatDecimal(leaves) }), averagePrice: formatDecimal(average ?? 0n),
    },
  }
}

/** A trade on the order as it is after the drafts before this one. */
function fillDraft(book: AccountBook, orderId: string, execution: Execution, complete = false): () => EventDraft {
  return () => fillOf(book.orders.get(orderId) as OrderState, execution, complete)
}

/**
 * The end of an order by money whose trades are all known already (PROTOCOL D7): an execution of nothing, since the word that it is filled
 * came without one.
 */
export function completeDrafts(state: OrderState, brokerOrderId: string, time: string): EventDraft[] {
  if (quantityOf(state) !== undefined || isFinished(statusOf(state)) || state.filled === 0n) return []
  const { broker, terms } = state.intent
  const execution: Execution = {
    executionId: `complete:${brokerOrderId}`, broker, brokerOrderId, symbol: terms.symbol, side: terms.side,
    lastQuantity: '0', lastPrice: formatDecimal(averagePriceOf(state) ?? 0n), time, inferred: true,
  }
  return [fillOf(state, execution, true)]
}

/** A real execution takes the place of what was inferred in its stead before it adds anything (PROTOCOL D2). */
function consumeInferred(state: OrderState, quantity: Units): { readonly drafts: Draft[]; readonly consumed: Units } {
  const drafts: Draft[] = []
  let consumed = 0n
  for (const inferred of state.executions) {
    const held = parseSigned(inferred.lastQuantity)
    if (inferred.inferred !== true || held === 0n || consumed === quantity) continue
    const taken = minimum(held, quantity - consumed)
    consumed += taken
    if (taken === held) drafts.push({ type: 'execution_busted', data: { orderId: state.id, execution: inferred } })
    else drafts.push({ type: 'execution_corrected', data: { orderId: state.id, previous: inferred, execution: { ...inferred, lastQuantity: formatDecimal(held - taken) } } })
  }
  return { drafts, consumed }
}

/**
 * A broker's number, read tolerantly.
 * @throws Error when it is none: it is never taken for zero, which would lose a trade or make a position flat.
 */
export function brokerUnits(text: string): Units {
  const parsed = parseBrokerDecimal(text)
  if (parsed === undefined) throw new Error(`the broker wrote ${JSON.stringify(text.slice(0, 32))} where a number belongs`)
  return parsed.units
}

/** A broker's number, written canonically. */
export function canonicalNumber(text: string): string {
  return formatDecimal(brokerUnits(text))
}

function toExecution(broker: string, execution: BrokerExecution): Execution {
  const { executionId, brokerOrderId, symbol, side, time } = execution
  if (brokerUnits(execution.lastQuantity) <= 0n) throw new Error(`execution ${executionId} trades nothing`)
  return { executionId, broker, brokerOrderId, symbol, side, lastQuantity: canonicalNumber(execution.lastQuantity), lastPrice: canonicalNumber(execution.lastPrice), time }
}

/**
 * The events of one trade: none when it is already known. A fill is a fact in every state; one on a finished order is applied
 * and announced.
 */
export function fillDrafts(book: AccountBook, state: OrderState, reported: BrokerExecution, complete = false): Draft[] {
  const { broker } = state.intent
  if (book.names.has(executionName(broker, reported.executionId))) return complete ? completeDrafts(state, reported.brokerOrderId, reported.time) : []
  const execution = toExecution(broker, reported)
  const quantity = parseSigned(execution.lastQuantity)
  const { drafts, consumed } = consumeInferred(state, quantity)
  const late = isFinished(statusOf(state)) && consumed < quantity
  drafts.push(fillDraft(book, state.id, execution, complete), positionDraft(book, broker, execution.symbol))
  // The bust came first: the trade is told, and reversed in the same append.
  if (book.busts.has(executionName(broker, execution.executionId))) {
    return [...drafts, { type: 'execution_busted', data: { orderId: state.id, execution } }, positionDraft(book, broker, execution.symbol)]
  }
  if (late) drafts.push({ type: 'anomaly_detected', data: { code: 'LATE_FILL', message: `execution ${execution.executionId} came after the order had ended`, orderId: state.id } })
  return drafts
}

/** What a filled order held that the ledger has forgotten: with a trade less it may trade again. An order by money is over by the broker's word. */
export function heldBefore(book: AccountBook, state: OrderState): Pick<EventOf<'execution_busted'>['data'], 'holds'> {
  const { id, reservation, filled, terminal, intent } = state
  if (terminal !== undefined || quantityOf(state) === undefined || book.ledger.remembers(id)) return {}
  return { holds: { reservation, filledQuantity: formatDecimal(filled), ...(intent.leg !== undefined && { parent: intent.leg.parentOrderId }) } }
}

/** The events of a correction: none when the trade stands like that already. One that comes before its trade takes its place. */
export function correctionDrafts(book: AccountBook, state: OrderState, executionId: string, reported: BrokerExecution): Draft[] {
  const { broker } = state.intent
  const previous = state.executions.find((known) => known.executionId === executionId)
  if (previous === undefined) return fillDrafts(book, state, { ...reported, executionId })
  const { lastQuantity, lastPrice } = toExecution(broker, reported)
  if (previous.lastQuantity === lastQuantity && previous.lastPrice === lastPrice) return []
  return [
    { type: 'execution_corrected', data: { orderId: state.id, previous, execution: { ...previous, lastQuantity, lastPrice }, ...heldBefore(book, state) } },
    positionDraft(book, broker, previous.symbol),
  ]
}

/** New terms as the broker wrote them. */
export function canonicalChanges(changes: ReplaceRequest): ReplaceRequest {
  const numbers = (['quantity', 'limitPrice', 'stopPrice', 'trailAmount', 'trailPercent'] as const).flatMap((key) => {
    const text = changes[key]
    return text === undefined ? [] : [[key, canonicalNumber(text)] as const]
  })
  return { ...changes, ...Object.fromEntries(numbers) }
}

/** What a cumulative quantity beyond the known executions proves: one execution with a deterministic id. */
export function inferredDrafts(book: AccountBook, state: OrderState, brokerOrderId: string, filledQuantity: string, averagePrice: string | undefined, time: string): Draft[] {
  const cumulative = brokerUnits(filledQuantity)
  const missing = cumulative - state.filled
  if (missing <= 0n) return []
  const average = averagePrice === undefined ? 0n : brokerUnits(averagePrice)
  const price = maximum(0n, (average * cumulative - state.filledValue) / missing)
  const { broker, terms } = state.intent
  const execution: Execution = {
    executionId: `inferred:${brokerOrderId}:${formatDecimal(cumulative)}`, broker, brokerOrderId, symbol: terms.symbol, side: terms.side,
    lastQuantity: formatDecimal(missing), lastPrice: formatDecimal(price), time, inferred: true,
  }
  return [fillDraft(book, state.id, execution), positionDraft(book, broker, terms.symbol)]
}
