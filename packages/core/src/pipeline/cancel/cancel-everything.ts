import type { CancelAllOutcome } from '../../broker/broker-adapter.ts'
import { atLeast, killEntriesFor, sweepsExternal } from '../../kill-switch/kill-state.ts'
import { isExternal } from '../../order/order.ts'
import { sleep } from '../../runtime/clock.ts'
import { describeError } from '../../runtime/errors.ts'
import type { AccountBook } from '../book/account-book.ts'
import { announceSwept } from './announce-swept.ts'
import type { BrokerLink, PipelineContext } from '../context.ts'
import { findOrder } from '../look-up/recall.ts'

/** Whether every order at a broker has to go, whoever placed it. What is closing positions there must not be hit. */
function clearsBroker(context: PipelineContext, link: BrokerLink, book: AccountBook): boolean {
  const entries = killEntriesFor(context.kill, { broker: link.name, account: link.account, symbol: '' })
  if (!entries.some((entry) => sweepsExternal(entry) && atLeast(entry.level, 'cancel_all'))) return false
  return [...book.open].every((orderId) => book.orders.get(orderId)?.intent.purpose !== 'flatten')
}

async function ask(context: PipelineContext, cancelAll: () => Promise<CancelAllOutcome>): Promise<CancelAllOutcome> {
  const silent = sleep(context.clock, context.timing.submitTimeout, context.signal).then((): CancelAllOutcome => ({ kind: 'ambiguous', reason: 'no answer in time' }))
  try {
    return await Promise.race([cancelAll(), silent])
  } catch (error) {
    return { kind: 'ambiguous', reason: describeError(error) }
  }
}

/**
 * One request for everything, in this tick, where the broker has one: it is there before the many. It proves nothing, and the sweep
 * goes on beside it as if it had not been.
 */
export async function cancelEverything(context: PipelineContext, link: BrokerLink, book: AccountBook): Promise<void> {
  const { adapter, name } = link
  if (adapter.cancelAll === undefined || !clearsBroker(context, link, book)) return
  const outcome = await ask(context, () => (adapter.cancelAll as () => Promise<CancelAllOutcome>)())
  if (outcome.kind === 'accepted') return
  if (outcome.kind !== 'answered') {
    context.logger.warn('the broker did not cancel everything at once; orders are cancelled one by one', { broker: name, reason: 'reason' in outcome ? outcome.reason : outcome.message })
    return
  }
  for (const { brokerOrderId } of outcome.answers) {
    const order = findOrder(book, name, { brokerOrderId })
    if (order === undefined || isExternal(order)) await announceSwept(context, link, book, brokerOrderId, 'by its cancel of everything')
  }
}
