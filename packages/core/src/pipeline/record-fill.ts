import type { BrokerExecution } from '../broker/broker-adapter.ts'
import { formatDecimal, maximum, minimum, parseBrokerDecimal, parseDecimal, type Units } from '../order/decimal.ts'
import type { EventDraft, Execution } from '../order/event.ts'
import { averagePriceOf, isFinished, type OrderState, quantityOf, statusOf } from '../order/order.ts'
import { type AccountBook, brokerKey } from './account-book.ts'

type Draft = EventDraft | (() => EventDraft)

function positionDraft(book: AccountBook, broker: string, symbol: string): () => EventDraft {
  return () => {
    const { quantity, averagePrice } = book.ledger.exposure(broker, symbol).position
    return { type: 'position_changed', data: { broker, symbol, quantity: formatDecimal(quantity), averagePrice: formatDecimal(averagePrice), source: 'fill' } }
  }
}

function fillDraft(state: OrderState, execution: Execution, replaced: Units): EventDraft {
  const quantity = parseDecimal(execution.lastQuantity)
  const filled = state.filled - replaced + quantity
  const total = quantityOf(state)
  const filledValue = state.filledValue + quantity * parseDecimal(execution.lastPrice)
  const average = averagePriceOf({ filled: state.filled + quantity, filledValue })
  const leaves = total === undefined ? undefined : isFinished(statusOf(state)) ? 0n : maximum(0n, total - filled)
  return {
    type: total !== undefined && filled >= total ? 'order_filled' : 'order_partially_filled',
    data: {
      orderId: state.id, execution, filledQuantity: formatDecimal(filled),
      ...(leaves !== undefined && { leavesQuantity: formatDecimal(leaves) }), averagePrice: formatDecimal(average ?? 0n),
    },
  }
}

/** A real execution takes the place of what was inferred in its stead before it adds anything (PROTOCOL D2). */
function consumeInferred(state: OrderState, quantity: Units): { readonly drafts: Draft[]; readonly consumed: Units } {
  const inferred = state.executions.find((known) => known.inferred === true)
  if (inferred === undefined) return { drafts: [], consumed: 0n }
  const held = parseDecimal(inferred.lastQuantity)
  const consumed = minimum(held, quantity)
  if (consumed === held) return { consumed, drafts: [{ type: 'execution_busted', data: { orderId: state.id, execution: inferred } }] }
  const rest: Execution = { ...inferred, lastQuantity: formatDecimal(held - consumed) }
  return { consumed, drafts: [{ type: 'execution_corrected', data: { orderId: state.id, previous: inferred, execution: rest } }] }
}

/** A broker's number, read tolerantly and written canonically. */
export function canonicalNumber(text: string): string {
  return formatDecimal(parseBrokerDecimal(text)?.units ?? 0n)
}

function toExecution(broker: string, execution: BrokerExecution): Execution {
  const { executionId, brokerOrderId, symbol, side, time } = execution
  return { executionId, broker, brokerOrderId, symbol, side, lastQuantity: canonicalNumber(execution.lastQuantity), lastPrice: canonicalNumber(execution.lastPrice), time }
}

/**
 * The events of one trade: none when it is already known. A fill is a fact in every state; one on a finished order is applied
 * and announced.
 */
export function fillDrafts(book: AccountBook, state: OrderState, reported: BrokerExecution): Draft[] {
  const { broker } = state.intent
  if (book.executions.has(brokerKey(broker, reported.executionId))) return []
  const execution = toExecution(broker, reported)
  const quantity = parseDecimal(execution.lastQuantity)
  const { drafts, consumed } = consumeInferred(state, quantity)
  const late = isFinished(statusOf(state)) && consumed < quantity
  drafts.push(fillDraft(state, execution, consumed), positionDraft(book, broker, execution.symbol))
  if (late) drafts.push({ type: 'anomaly_detected', data: { code: 'LATE_FILL', message: `execution ${execution.executionId} came after the order had ended`, orderId: state.id } })
  return drafts
}

/** What a cumulative quantity beyond the known executions proves: one execution with a deterministic id. */
export function inferredDrafts(book: AccountBook, state: OrderState, brokerOrderId: string, filledQuantity: string, averagePrice: string | undefined, time: string): Draft[] {
  const cumulative = parseBrokerDecimal(filledQuantity)?.units ?? 0n
  const missing = cumulative - state.filled
  if (missing <= 0n) return []
  const average = averagePrice === undefined ? 0n : (parseBrokerDecimal(averagePrice)?.units ?? 0n)
  const price = maximum(0n, (average * cumulative - state.filledValue) / missing)
  const { broker, terms } = state.intent
  const execution: Execution = {
    executionId: `inferred:${brokerOrderId}:${formatDecimal(cumulative)}`, broker, brokerOrderId, symbol: terms.symbol, side: terms.side,
    lastQuantity: formatDecimal(missing), lastPrice: formatDecimal(price), time, inferred: true,
  }
  return [fillDraft(state, execution, 0n), positionDraft(book, broker, terms.symbol)]
}
