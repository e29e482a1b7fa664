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
function mustSweep(context: PipelineContext, book: AccountBook, order: OrderState): boolean {
  const { broker, terms, actor } = order.intent
  const entry = killEntryFor(context.kill, { broker, account: terms.account, strategy: terms.strategy, symbol: terms.symbol })
  if (entry === undefined || isFinished(statusOf(order)) || statusOf(order) === 'pending_approval') return false
  if (atLeast(entry.level, 'cancel_all')) return true
  // At reduce_only what reduces may stay; no_new leaves working orders alone.
  return entry.level === 'reduce_only' && !viewOf(context, book, broker).view.reducing(replaceCandidate(order, order.terms, actor))
}

const sweeping = new WeakMap<AccountBook, Set<string>>()

/** Cancels one order for as long as it has to go. Orders do not wait for each other: one that is lost must not hold up the rest. */
export async function sweepOrder(context: PipelineContext, book: AccountBook, orderId: string): Promise<void> {
  const busy = sweeping.get(book) ?? new Set<string>()
  sweeping.set(book, busy)
  if (busy.has(orderId)) return
  busy.add(orderId)
  const mustGo = (): boolean => !context.signal.aborted && mustSweep(context, book, book.orders.get(orderId) as OrderState)
  try {
    while (mustGo()) {
      await cancelOrder(context, orderId, { actor: 'kill-switch', reason: 'kill switch' }).catch((error: unknown) => {
        context.logger.warn('the sweep could not cancel an order; it tries again', { orderId, reason: describeError(error) })
      })
      if (mustGo()) await sleep(context.clock, PAUSE, context.signal)
    }
  } catch (error) {
    context.logger.error('the sweep gave up an order', { orderId, reason: describeError(error) })
  } finally {
    busy.delete(orderId)
  }
}

/** Cancels whatever must go, in this tick. */
export function sweep(context: PipelineContext): void {
  for (const book of context.books.values()) for (const orderId of book.open) void sweepOrder(context, book, orderId)
}
