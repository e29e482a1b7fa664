import { approveForSubmit } from '../broker/approved-order.ts'
import type { SubmitOutcome } from '../broker/broker-adapter.ts'
import { isVerdict, type OrderState, statusOf } from '../order/order.ts'
import { describeError } from '../runtime/errors.ts'
import type { AccountBook, Flight } from './account-book.ts'
import { applyBrokerOrder } from './apply-broker-order.ts'
import { linkOf, type PipelineContext } from './context.ts'
import { newCandidate } from './decide.ts'
import { createPermit } from './permit.ts'
import { resolveUnknown } from './resolve-unknown.ts'

/** Whether the broker's answer to the order itself is still awaited. */
export function awaitsNew(state: OrderState): boolean {
  return state.requests.some((request) => request.command === 'new')
}

/** What an adapter answers; a throw proves nothing. */
export async function ask(call: () => Promise<SubmitOutcome>): Promise<SubmitOutcome> {
  try {
    return await call()
  } catch (error) {
    return { kind: 'ambiguous', reason: describeError(error) }
  }
}

const current = (book: AccountBook, orderId: string): OrderState => book.orders.get(orderId) as OrderState

/** Nothing was written: the order ends as cancelled when the caller withdrew it, else as denied and open to a retry by its key. */
async function recordNotSent(book: AccountBook, orderId: string, reason: string): Promise<void> {
  if (book.cancelWishes.has(orderId)) return book.record([{ type: 'order_canceled', data: { orderId, reason: 'withdrawn' } }])
  const denial = { code: 'NOT_SENT', message: `the order was certainly not sent (${reason}); retry with the same key to attempt it again` }
  return book.record([{ type: 'order_denied', data: { orderId, denial } }])
}

/** Brings an order home that the broker certainly has. */
async function adopt(context: PipelineContext, book: AccountBook, orderId: string): Promise<void> {
  const state = current(book, orderId)
  const found = await linkOf(context, state.intent.broker).adapter.lookup(state.clientOrderId as string).catch(() => undefined)
  if (found?.kind === 'found') return applyBrokerOrder(context, book, orderId, found.order)
  return markUnknown(context, book, orderId, 'the broker knows the order but cannot show it')
}

async function markUnknown(context: PipelineContext, book: AccountBook, orderId: string, reason: string): Promise<void> {
  if (!awaitsNew(current(book, orderId))) return
  const recorded = book.record([{ type: 'order_unknown', data: { orderId, command: 'new', reason } }])
  context.alert({ code: 'UNKNOWN_ORDER', message: `the outcome of order ${orderId} is unknown: ${reason}` })
  void resolveUnknown(context, book, orderId)
  return recorded
}

async function settle(context: PipelineContext, book: AccountBook, orderId: string, outcome: SubmitOutcome, refusal: string | undefined): Promise<void> {
  // An update may have answered first: it is proof, and nothing that comes later can undo it.
  if (!awaitsNew(current(book, orderId))) {
    return outcome.kind === 'refused' ? adopt(context, book, orderId) : undefined
  }
  const { clientOrderId = '' } = current(book, orderId)
  switch (outcome.kind) {
    case 'accepted': return book.record([{ type: 'order_accepted', data: { orderId, clientOrderId, brokerOrderId: outcome.brokerOrderId } }])
    case 'refused': return book.record([{ type: 'order_rejected', data: { orderId, rejection: { code: outcome.code, message: outcome.message } } }])
    case 'not_sent': return recordNotSent(book, orderId, refusal ?? outcome.reason)
    case 'duplicate': return adopt(context, book, orderId)
    case 'ambiguous': return markUnknown(context, book, orderId, outcome.reason)
  }
}

/**
 * Sends a durable order and resolves at its first verdict. A late answer is still consumed: the deadline only ends the wait.
 */
export async function submitOrder(context: PipelineContext, book: AccountBook, orderId: string): Promise<OrderState> {
  const state = current(book, orderId)
  const { broker } = state.intent
  const clientOrderId = state.clientOrderId as string
  const flight: Flight = { orderId, written: false, answered: false }
  book.flights.set(orderId, flight)
  const candidate = newCandidate(context, { orderId, terms: state.terms, actor: state.intent.actor, broker, approved: state.approved })
  const watch = createPermit(context, book, flight, { candidate, submitBy: state.submitBy as string, killEpoch: context.kill.epoch })
  const approved = approveForSubmit({ orderId, clientOrderId, terms: state.terms, permit: watch.permit })

  const { adapter } = linkOf(context, broker)
  const finished = ask(() => adapter.submit(approved)).then(async (outcome) => {
    flight.answered = true
    await settle(context, book, orderId, outcome, watch.refusal())
  }).finally(() => {
    book.flights.delete(orderId)
    context.flightEnded()
  })
  let endWait = (): void => undefined
  const deadline = new Promise<void>((resolve) => { endWait = resolve })
  const timer = context.clock.setTimer(() => {
    // Also when it cannot be written down: the caller must not wait for a dead journal.
    void markUnknown(context, book, orderId, `no answer within ${context.timing.submitTimeout} ms`).catch(() => undefined).then(endWait)
  }, context.timing.submitTimeout)

  // Whatever comes first: the answer's own record, or an update that passes a verdict.
  const verdict = context.waitFor(orderId, (order) => isVerdict(statusOf(order)), Number.POSITIVE_INFINITY)
  finished.catch(() => undefined)
  try {
    await Promise.race([verdict, finished, deadline])
    if (!isVerdict(statusOf(current(book, orderId)))) await verdict
  } catch {
    // The order went out; that its answer could not be written down is the journal's alarm, not the order's end.
  } finally {
    timer.cancel()
  }
  return current(book, orderId)
}
