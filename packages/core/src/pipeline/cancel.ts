import type { CommandOutcome } from '../broker/broker-adapter.ts'
import { clientOrderIdOf } from '../order/digest.ts'
import { isFinished, type OrderState, statusOf } from '../order/order.ts'
import { sleep } from '../runtime/clock.ts'
import { describeError, SluiceError } from '../runtime/errors.ts'
import type { AccountBook, CancelWish } from './account-book.ts'
import { applyBrokerOrder } from './apply-broker-order.ts'
import { bookWith, linkOf, type PipelineContext } from './context.ts'

/** A cancel waits this long for the journal, then goes without it: nothing may stop a cancel. */
const JOURNAL_WAIT = 50

const current = (book: AccountBook, orderId: string): OrderState => book.orders.get(orderId) as OrderState

/** The cancel's own id: a chain of its own, so that it never takes the number of a replace. */
function cancelIdOf(context: PipelineContext, state: OrderState): string {
  const { capabilities } = linkOf(context, state.intent.broker).adapter
  return clientOrderIdOf(context.tag, `${state.intent.terms.account}/cancel`, state.intent.idempotencyKey, state.version, capabilities.clientOrderId)
}

/** What the broker's refusal proves: nothing. Its own record of the order decides. */
async function afterRefusal(context: PipelineContext, book: AccountBook, state: OrderState, outcome: { readonly code: string; readonly message: string }): Promise<void> {
  // Refused because the order itself is still on its way: the wish stays and goes out when the broker has it.
  if (book.flights.has(state.id)) return
  const lookup = await linkOf(context, state.intent.broker).adapter.lookup(state.clientOrderId as string).catch(() => undefined)
  if (lookup?.kind === 'found') await applyBrokerOrder(context, book, state.id, lookup.order)
  const after = current(book, state.id)
  if (isFinished(statusOf(after))) return
  book.cancelWishes.delete(state.id)
  await book.record([{ type: 'order_cancel_refused', data: { orderId: state.id, code: outcome.code, message: outcome.message } }])
  throw new SluiceError('CANCEL_REFUSED', `the broker refused the cancel: ${outcome.message}`, { orderId: state.id })
}

async function ask(call: () => Promise<CommandOutcome>): Promise<CommandOutcome> {
  try {
    return await call()
  } catch (error) {
    return { kind: 'ambiguous', reason: describeError(error) }
  }
}

/** Sends the cancel of an order that the broker may have. Bypasses guards, lane and kill switch. */
export async function sendCancel(context: PipelineContext, book: AccountBook, orderId: string, options: CancelWish): Promise<void> {
  const state = current(book, orderId)
  if (isFinished(statusOf(state)) || state.clientOrderId === undefined) return
  const { adapter } = linkOf(context, state.intent.broker)
  const clientOrderId = cancelIdOf(context, state)
  const written = book.record([{
    type: 'order_pending_cancel', data: { orderId, clientOrderId, actor: options.actor, ...(options.reason !== undefined && { reason: options.reason }) },
  }]).catch(() => undefined)
  await Promise.race([written, sleep(context.clock, JOURNAL_WAIT)])
  const outcome = await ask(() => adapter.cancel({
    orderId, account: book.account, clientOrderId, originalClientOrderId: state.clientOrderId as string,
    brokerOrderId: state.brokerOrderId, symbol: state.terms.symbol, side: state.terms.side,
  }))
  if (isFinished(statusOf(current(book, orderId)))) return
  switch (outcome.kind) {
    case 'accepted': return
    case 'refused': return afterRefusal(context, book, state, outcome)
    case 'not_sent':
    case 'ambiguous': {
      void pursue(context, book, orderId, options)
      return book.record([{ type: 'order_unknown', data: { orderId, command: 'cancel', reason: outcome.reason } }])
    }
  }
}

const FIRST_WAIT = 250
const LONGEST_WAIT = 10_000
const pursued = new WeakMap<AccountBook, Set<string>>()

/** A cancel of unknown fate is looked up and sent again until the order has ended or the broker says no. */
async function pursue(context: PipelineContext, book: AccountBook, orderId: string, wish: CancelWish): Promise<void> {
  const busy = pursued.get(book) ?? new Set<string>()
  pursued.set(book, busy)
  if (busy.has(orderId)) return
  busy.add(orderId)
  try {
    for (let wait = FIRST_WAIT; book.cancelWishes.has(orderId); wait = Math.min(wait * 2, LONGEST_WAIT)) {
      await sleep(context.clock, wait, context.signal)
      if (context.signal.aborted || !book.cancelWishes.has(orderId)) return
      const state = current(book, orderId)
      const lookup = await linkOf(context, state.intent.broker).adapter.lookup(state.clientOrderId as string).catch(() => undefined)
      if (lookup?.kind === 'found') await applyBrokerOrder(context, book, orderId, lookup.order)
      if (!isFinished(statusOf(current(book, orderId)))) await sendCancel(context, book, orderId, wish)
    }
  } catch (error) {
    context.logger.warn('a cancel was given up', { orderId, reason: describeError(error) })
  } finally {
    busy.delete(orderId)
  }
}

/** Whether nothing is left to wait for: the order ended, or no cancel is on its way any more. */
function settled(state: OrderState): boolean {
  if (isFinished(statusOf(state))) return true
  return !state.requests.some((request) => request.command === 'new' || (request.command === 'cancel' && request.certainty === 'pending'))
}

/** Cancels an order at whatever point of its way it is. */
export async function cancelOrder(context: PipelineContext, orderId: string, wish: CancelWish): Promise<OrderState> {
  const { book, order } = bookWith(context, orderId)
  const status = statusOf(order)
  if (isFinished(status)) return order
  if (status === 'pending_approval') {
    await book.record([{ type: 'order_canceled', data: { orderId, reason: 'withdrawn' } }])
    return current(book, orderId)
  }
  book.cancelWishes.set(orderId, wish)
  const { cancelByClientOrderId } = linkOf(context, order.intent.broker).adapter.capabilities
  const written = book.flights.get(orderId)?.written ?? status !== 'pending_new'
  if (order.brokerOrderId !== undefined || (written && cancelByClientOrderId)) await sendCancel(context, book, orderId, wish)
  if (!settled(current(book, orderId)) || book.cancelWishes.has(orderId)) await context.waitFor(orderId, settled, context.timing.submitTimeout)
  return current(book, orderId)
}

/** Sends the cancels that were waiting for the broker to have the order. */
export function honourWish(context: PipelineContext, book: AccountBook, orderId: string): void {
  const wish = book.cancelWishes.get(orderId)
  if (wish === undefined || current(book, orderId).requests.some((request) => request.command === 'cancel')) return
  sendCancel(context, book, orderId, wish).catch((cause: unknown) => {
    context.logger.warn('a waiting cancel failed', { orderId, reason: describeError(cause) })
  })
}
