import { atLeast, killEntryFor } from '../kill-switch/kill-state.ts'
import { isFinished, type OrderState, statusOf } from '../order/order.ts'
import { sleep } from '../runtime/clock.ts'
import { describeError } from '../runtime/errors.ts'
import type { AccountBook } from './account-book.ts'
import { cancelOrder } from './cancel.ts'
import type { PipelineContext } from './context.ts'
import { replaceCandidate, viewOf } from './decide.ts'

const PAUSE = 500

/** Whether an engaged kill switch wants this order off the market. */
export function mustSweep(context: PipelineContext, book: AccountBook, order: OrderState): boolean {
  const { broker, terms, actor } = order.intent
  const entry = killEntryFor(context.kill, { broker, account: terms.account, strategy: terms.strategy, symbol: terms.symbol })
  if (entry === undefined || isFinished(statusOf(order)) || statusOf(order) === 'pending_approval') return false
  if (atLeast(entry.level, 'cancel_all')) return true
  // At reduce_only what reduces may stay; no_new leaves working orders alone.
  return entry.level === 'reduce_only' && !viewOf(context, book, broker).view.reducing(replaceCandidate(order, order.terms, actor))
}

const sweeping = new WeakSet<PipelineContext>()

function targets(context: PipelineContext): string[] {
  const found: string[] = []
  for (const book of context.books.values()) {
    for (const orderId of book.open) if (mustSweep(context, book, book.orders.get(orderId) as OrderState)) found.push(orderId)
  }
  return found
}

/** Cancels until nothing that must go is left. One sweep at a time; what is engaged meanwhile is found by the next round. */
export async function sweep(context: PipelineContext): Promise<void> {
  if (sweeping.has(context)) return
  sweeping.add(context)
  try {
    for (let orders = targets(context); orders.length > 0 && !context.signal.aborted; orders = targets(context)) {
      await Promise.all(orders.map((orderId) => cancelOrder(context, orderId, { actor: 'kill-switch', reason: 'kill switch' }).catch((error: unknown) => {
        context.logger.warn('the sweep could not cancel an order; it tries again', { orderId, reason: describeError(error) })
      })))
      if (targets(context).length > 0) await sleep(context.clock, PAUSE, context.signal)
    }
  } finally {
    sweeping.delete(context)
  }
}
