import { approveForReplace } from '../../broker/approved-order.ts'
import type { SubmitOutcome } from '../../broker/broker-adapter.ts'
import type { OrderState, OutstandingRequest } from '../../order/order.ts'
import type { OrderTerms, ReplaceRequest } from '../../order/request.ts'
import type { OrderCandidate } from '../../risk/order-candidate.ts'
import { SluiceError } from '../../runtime/errors.ts'
import type { AccountBook, Flight } from '../book/account-book.ts'
import { linkOf, type PipelineContext } from '../context.ts'
import { createPermit } from '../place/permit.ts'
import { resolveUnknown } from '../look-up/resolve-unknown.ts'
import { ask, endFlight } from '../place/submit.ts'
import { waitBriefly } from '../wait-durable.ts'

const current = (book: AccountBook, orderId: string): OrderState => book.orders.get(orderId) as OrderState

const outstanding = (book: AccountBook, orderId: string, clientOrderId: string): OutstandingRequest | undefined =>
  current(book, orderId).requests.find((request) => request.command === 'replace' && request.clientOrderId === clientOrderId)

/** The new terms may be in force or not: the worse of both counts until the broker shows which. */
async function markUnknown(context: PipelineContext, book: AccountBook, orderId: string, clientOrderId: string, reason: string): Promise<void> {
  if (outstanding(book, orderId, clientOrderId)?.certainty !== 'pending') return
  const recorded = book.record([{ type: 'order_unknown', data: { orderId, command: 'replace', reason } }])
  void resolveUnknown(context, book, orderId)
  return recorded
}

/** Our record of the broker's answer to a replace. */
async function settle(context: PipelineContext, book: AccountBook, orderId: string, sent: { readonly clientOrderId: string; readonly changes: ReplaceRequest }, outcome: SubmitOutcome): Promise<void> {
  if (outstanding(book, orderId, sent.clientOrderId) === undefined) return
  switch (outcome.kind) {
    case 'accepted': return book.record([{ type: 'order_replaced', data: { orderId, ...sent, brokerOrderId: outcome.brokerOrderId } }])
    case 'refused': return book.record([{ type: 'order_replace_refused', data: { orderId, code: outcome.code, message: outcome.message } }])
    case 'not_sent': return book.record([{ type: 'order_replace_refused', data: { orderId, code: 'NOT_SENT', message: outcome.reason } }])
    case 'duplicate': return markUnknown(context, book, orderId, sent.clientOrderId, 'the broker has seen this change before')
    case 'ambiguous': return markUnknown(context, book, orderId, sent.clientOrderId, outcome.reason)
  }
}

/** A replace that passed the guards and is durable. */
export interface DurableReplace {
  readonly state: OrderState
  readonly candidate: OrderCandidate
  readonly clientOrderId: string
  readonly submitBy: string
  readonly epoch: number
  readonly facts: readonly unknown[]
  readonly terms: OrderTerms
  readonly changes: ReplaceRequest
}

/** Sends a durable replace and resolves when its outcome is known, or unknown after the deadline. */
export async function sendReplacement(context: PipelineContext, book: AccountBook, orderId: string, replace: DurableReplace): Promise<OrderState> {
  const { state, candidate, clientOrderId, submitBy, epoch, facts, terms, changes } = replace
  const flight: Flight = { written: false, ended: false }
  book.flights.set(clientOrderId, flight)
  const watch = createPermit(context, book, flight, { orderId, broker: candidate.broker, candidate: () => candidate, submitBy, epoch, facts })
  const { adapter } = linkOf(context, state.intent.broker)
  const replacement = approveForReplace({
    orderId, account: book.account, clientOrderId, originalClientOrderId: state.clientOrderId as string,
    brokerOrderId: state.brokerOrderId as string, changes, terms, permit: watch.permit,
  })
  const answer = async (): Promise<void> => {
    const outcome = await ask(() => adapter.replace(replacement))
    try {
      await settle(context, book, orderId, { clientOrderId, changes }, outcome)
    } finally {
      endFlight(context, book, clientOrderId, flight)
    }
  }
  const isAnswered = (): boolean => outstanding(book, orderId, clientOrderId)?.certainty !== 'pending'
  await new Promise<void>((resolve) => {
    const timer = context.clock.setTimer(() => {
      flight.ended = true
      context.flightEnded()
      void waitBriefly(context, markUnknown(context, book, orderId, clientOrderId, `no answer within ${context.timing.submitTimeout} ms`)).then(end)
    }, context.timing.submitTimeout)
    const end = (): void => {
      timer.cancel()
      resolve()
    }
    context.waitFor(orderId, isAnswered, Number.POSITIVE_INFINITY).then(end, end)
    answer().then(() => { if (isAnswered()) end() }, end)
  })
  const after = current(book, orderId)
  const link = after.chain.find((entry) => entry.clientOrderId === clientOrderId)
  if (link?.state === 'refused') throw new SluiceError('REPLACE_REFUSED', `the change was not made (${watch.refusal() ?? 'the broker refused it'}); the live order is untouched`, { orderId })
  return after
}
