import { approveForSubmit } from '../../broker/approved-order.ts'
import type { SubmitOutcome } from '../../broker/broker-adapter.ts'
import { isVerdict, type OrderState, statusOf } from '../../order/order.ts'
import type { OrderCandidate } from '../../risk/order-candidate.ts'
import { describeError } from '../../runtime/errors.ts'
import type { AccountBook, Flight } from '../book/account-book.ts'
import { applyBrokerOrder } from '../facts/apply-broker-order.ts'
import { linkOf, type PipelineContext } from '../context.ts'
import { newCandidate } from './decide.ts'
import { lookUpOrder } from '../look-up/look-up.ts'
import { createPermit, type PermitWatch } from './permit.ts'
import { neverSent, resolveUnknown } from '../look-up/resolve-unknown.ts'
import { waitBriefly } from '../wait-durable.ts'

/** Whether the broker's answer to the order itself is still awaited. */
function awaitsNew(state: OrderState): boolean {
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

/** Brings an order home that the broker certainly has. */
async function adopt(context: PipelineContext, book: AccountBook, orderId: string): Promise<void> {
  const found = await lookUpOrder(context, book, current(book, orderId))
  if (found.kind === 'found') return applyBrokerOrder(context, book, orderId, found.order)
  return markUnknown(context, book, orderId, 'the broker knows the order but cannot show it')
}

async function markUnknown(context: PipelineContext, book: AccountBook, orderId: string, reason: string): Promise<void> {
  if (!current(book, orderId).requests.some((request) => request.command === 'new' && request.certainty === 'pending')) return
  const recorded = book.record([{ type: 'order_unknown', data: { orderId, command: 'new', reason } }])
  context.alert({ code: 'UNKNOWN_ORDER', message: `the outcome of order ${orderId} is unknown: ${reason}` })
  void resolveUnknown(context, book, orderId)
  return recorded
}

async function settle(context: PipelineContext, book: AccountBook, orderId: string, outcome: SubmitOutcome, watch: PermitWatch): Promise<void> {
  // An update may have answered first: it is proof, and nothing that comes later can undo it.
  if (!awaitsNew(current(book, orderId))) {
    return outcome.kind === 'refused' ? adopt(context, book, orderId) : undefined
  }
  const { clientOrderId = '' } = current(book, orderId)
  switch (outcome.kind) {
    case 'accepted': return book.record([{ type: 'order_accepted', data: { orderId, clientOrderId, brokerOrderId: outcome.brokerOrderId } }])
    case 'refused': return book.record([{ type: 'order_rejected', data: { orderId, rejection: { code: outcome.code, message: outcome.message } } }])
    case 'not_sent': return book.record([neverSent(book, orderId, `the order was certainly not sent (${watch.refusal() ?? outcome.reason})`, watch.evaluation())])
    case 'duplicate': return adopt(context, book, orderId)
    case 'ambiguous': return markUnknown(context, book, orderId, outcome.reason)
  }
}

/** The adapter will say no more of it: what waited for its answer is taken up again. */
export function endFlight(context: PipelineContext, book: AccountBook, name: string, flight: Flight): void {
  flight.ended = true
  if (book.flights.get(name) === flight) book.flights.delete(name)
  context.flightEnded()
}

/** What the guards saw when they allowed the order: should anything be engaged since, they run again in the permit. */
export interface DecidedOn {
  readonly epoch: number
  readonly facts: readonly unknown[]
}

/**
 * Sends a durable order and resolves at its first verdict. A late answer is still consumed: the deadline only ends the wait.
 */
export async function submitOrder(context: PipelineContext, book: AccountBook, orderId: string, decided: DecidedOn): Promise<OrderState> {
  const { intent, clientOrderId = '', submitBy = '', terms, approved } = current(book, orderId)
  const flight: Flight = { written: false, ended: false }
  book.flights.set(orderId, flight)
  const candidate = (): OrderCandidate => newCandidate(context, { orderId, terms, actor: intent.actor, broker: intent.broker, approved, purpose: intent.purpose })
  const watch = createPermit(context, book, flight, { orderId, broker: intent.broker, candidate, submitBy, ...decided })
  const order = approveForSubmit({ orderId, clientOrderId, terms, permit: watch.permit })
  const { adapter } = linkOf(context, intent.broker)

  const answer = async (): Promise<void> => {
    const outcome = await ask(() => adapter.submit(order))
    try {
      await settle(context, book, orderId, outcome, watch)
    } finally {
      endFlight(context, book, orderId, flight)
    }
  }

  // Whatever comes first: the answer and its record, an update that is a verdict, or the deadline. That a verdict could not be
  // written down is the journal's alarm, not the order's end.
  await new Promise<void>((resolve) => {
    const late = `no answer within ${context.timing.submitTimeout} ms`
    // A verdict on something else, such as a cancel of unknown fate, does not end the wait for this answer.
    const timer = context.clock.setTimer(() => {
      flight.ended = true
      context.flightEnded()
      void waitBriefly(context, markUnknown(context, book, orderId, late)).then(resolve)
    }, context.timing.submitTimeout)
    const verdict = context.waitFor(orderId, (state) => isVerdict(statusOf(state)), Number.POSITIVE_INFINITY)
    verdict.then(() => { resolve() }, () => { resolve() })
    const answered = (): void => {
      // Memory may have let a finished order go by then.
      const state = book.orders.get(orderId)
      if (state === undefined || !awaitsNew(state)) timer.cancel()
      if (state === undefined || isVerdict(statusOf(state))) resolve()
    }
    answer().then(answered, () => {
      timer.cancel()
      resolve()
    })
  })
  return current(book, orderId)
}
