import { approveForReplace } from '../broker/approved-order.ts'
import type { SubmitOutcome } from '../broker/broker-adapter.ts'
import type { OrderState } from '../order/order.ts'
import type { OrderTerms, ReplaceRequest } from '../order/request.ts'
import type { OrderCandidate } from '../risk/order-candidate.ts'
import { SluiceError } from '../runtime/errors.ts'
import type { AccountBook } from './account-book.ts'
import { applyBrokerOrder } from './apply-broker-order.ts'
import { linkOf, type PipelineContext } from './context.ts'
import { createPermit } from './permit.ts'
import { ask } from './submit.ts'

const current = (book: AccountBook, orderId: string): OrderState => book.orders.get(orderId) as OrderState

/** Our record of the broker's answer to a replace. */
async function settle(context: PipelineContext, book: AccountBook, orderId: string, sent: { readonly clientOrderId: string; readonly changes: ReplaceRequest }, outcome: SubmitOutcome): Promise<void> {
  const outstanding = (): boolean => current(book, orderId).requests.some((request) => request.command === 'replace')
  if (!outstanding()) return
  switch (outcome.kind) {
    case 'accepted': return book.record([{ type: 'order_replaced', data: { orderId, ...sent, brokerOrderId: outcome.brokerOrderId } }])
    case 'refused': return book.record([{ type: 'order_replace_refused', data: { orderId, code: outcome.code, message: outcome.message } }])
    case 'not_sent': return book.record([{ type: 'order_replace_refused', data: { orderId, code: 'NOT_SENT', message: outcome.reason } }])
    case 'duplicate':
    case 'ambiguous': {
      const reason = outcome.kind === 'duplicate' ? 'the broker has seen this change before' : outcome.reason
      await book.record([{ type: 'order_unknown', data: { orderId, command: 'replace', reason } }])
      const state = current(book, orderId)
      const lookup = await linkOf(context, state.intent.broker).adapter.lookup(state.clientOrderId as string).catch(() => undefined)
      if (lookup?.kind === 'found' && outstanding()) await applyBrokerOrder(context, book, orderId, lookup.order)
    }
  }
}

/** A replace that passed the guards and is durable. */
export interface DurableReplace {
  readonly state: OrderState
  readonly candidate: OrderCandidate
  readonly clientOrderId: string
  readonly submitBy: string
  readonly killEpoch: number
  readonly facts: readonly unknown[]
  readonly terms: OrderTerms
  readonly changes: ReplaceRequest
}

/** Sends a durable replace and resolves when its outcome is known, or unknown after the deadline. */
export async function sendReplacement(context: PipelineContext, book: AccountBook, orderId: string, replace: DurableReplace): Promise<OrderState> {
  const { state, candidate, clientOrderId, submitBy, killEpoch, facts, terms, changes } = replace
  const watch = createPermit(context, book, { written: false }, { orderId, broker: candidate.broker, candidate: () => candidate, submitBy, killEpoch, facts })
  const { adapter } = linkOf(context, state.intent.broker)
  const replacement = approveForReplace({
    orderId, account: book.account, clientOrderId, originalClientOrderId: state.clientOrderId as string,
    brokerOrderId: state.brokerOrderId as string, changes, terms, permit: watch.permit,
  })
  const finished = ask(() => adapter.replace(replacement)).then((outcome) => settle(context, book, orderId, { clientOrderId, changes }, outcome))
  const timer = context.clock.setTimer(() => {
    if (!current(book, orderId).requests.some((command) => command.command === 'replace')) return
    book.record([{ type: 'order_unknown', data: { orderId, command: 'replace', reason: `no answer within ${context.timing.submitTimeout} ms` } }]).catch(() => undefined)
  }, context.timing.submitTimeout)
  const answered = context.waitFor(orderId, (after) => !after.requests.some((command) => command.command === 'replace' && command.certainty === 'pending'), Number.POSITIVE_INFINITY)
  await Promise.race([answered, finished.catch(() => answered)])
  timer.cancel()
  const after = current(book, orderId)
  const link = after.chain.find((entry) => entry.clientOrderId === clientOrderId)
  if (link?.state === 'refused') throw new SluiceError('REPLACE_REFUSED', `the change was not made (${watch.refusal() ?? 'the broker refused it'}); the live order is untouched`, { orderId })
  return after
}
