import { atLeast, killEntriesFor, killEntryFor, type KillEntry, sweepsExternal } from '../../kill-switch/kill-state.ts'
import { isExternal, isFinished, type OrderState, statusOf } from '../../order/order.ts'
import { sleep } from '../../runtime/clock.ts'
import { describeError } from '../../runtime/errors.ts'
import type { AccountBook } from '../book/account-book.ts'
import { cancelOrder } from './cancel.ts'
import type { PipelineContext } from '../context.ts'
import { replaceCandidate, viewOf } from '../place/decide.ts'

const PAUSE = 500

/** Whether an entry wants an order off the market. At reduce_only what reduces may stay; no_new leaves working orders alone. */
const sweeps = (entry: KillEntry, reduces: () => boolean): boolean => atLeast(entry.level, 'cancel_all') || (entry.level === 'reduce_only' && !reduces())

/** Whether an engaged kill switch wants this order off the market. One that was placed elsewhere only where it sweeps those (PROTOCOL F2). */
export function mustSweep(context: PipelineContext, book: AccountBook, order: OrderState): boolean {
  const { broker, terms, actor, purpose } = order.intent
  if (isFinished(statusOf(order)) || statusOf(order) === 'pending_approval') return false
  const subject = { broker, account: terms.account, strategy: terms.strategy, symbol: terms.symbol }
  const strongest = killEntryFor(context.kill, subject)
  // What closes positions at this level is watched by who sent it.
  if (strongest === undefined || (purpose === 'flatten' && strongest.level === 'flatten')) return false
  const reduces = (): boolean => viewOf(context, book, broker).view.reducing(replaceCandidate(order, order.terms, actor))
  return killEntriesFor(context.kill, subject).some((entry) => (!isExternal(order) || sweepsExternal(entry)) && sweeps(entry, reduces))
}

const sweeping = new WeakMap<AccountBook, Set<string>>()

/** Whether it is one of ours, and still to be cancelled. What was placed elsewhere goes by the broker's listings. */
function mustGo(context: PipelineContext, book: AccountBook, orderId: string): boolean {
  const order = book.orders.get(orderId)
  return order !== undefined && !isExternal(order) && !context.signal.aborted && mustSweep(context, book, order)
}

/** Cancels one order for as long as it has to go. Orders do not wait for each other: one that is lost must not hold up the rest. */
export async function sweepOrder(context: PipelineContext, book: AccountBook, orderId: string): Promise<void> {
  if (!mustGo(context, book, orderId)) return
  const busy = sweeping.get(book) ?? new Set<string>()
  sweeping.set(book, busy)
  if (busy.has(orderId)) return
  busy.add(orderId)
  const letGo = book.memory.keep(orderId)
  try {
    while (mustGo(context, book, orderId)) {
      await cancelOrder(context, orderId, { actor: 'kill-switch', reason: 'kill switch' }).catch((error: unknown) => {
        context.logger.warn('the sweep could not cancel an order; it tries again', { orderId, reason: describeError(error) })
      })
      if (mustGo(context, book, orderId)) await sleep(context.clock, PAUSE, context.signal)
    }
  } catch (error) {
    context.logger.error('the sweep gave up an order', { orderId, reason: describeError(error) })
  } finally {
    busy.delete(orderId)
    letGo()
  }
}
