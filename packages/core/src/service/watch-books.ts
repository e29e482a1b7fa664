import type { AccountBook } from '../pipeline/book/account-book.ts'
import type { BrokerLink, PipelineContext } from '../pipeline/context.ts'
import { reviewBooks } from '../recovery/reconcile.ts'
import { describeError } from '../runtime/errors.ts'

/**
 * Compares the books with every connected broker from time to time: a stream that looks healthy may have lost a message, and
 * somebody else may trade. New risk goes on meanwhile; what is found counts as after a gap.
 */
export function watchBooks(context: PipelineContext, period: number): void {
  if (period === 0) return
  const review = async (link: BrokerLink): Promise<void> => {
    const book = context.books.get(link.account) as AccountBook
    if (link.connection !== 'ready' || !link.reconciled || context.journalFailure !== undefined) return
    try {
      await reviewBooks(context, link, book)
    } catch (error) {
      // A question that failed says nothing of the books: they stand as they were, and the next time asks again.
      context.logger.warn('a comparison of the books failed', { broker: link.name, reason: describeError(error) })
    }
  }
  const arm = (): void => {
    context.clock.setTimer(() => {
      if (context.signal.aborted || context.closing) return
      void Promise.all([...context.brokers.values()].map(review)).finally(arm)
    }, period)
  }
  arm()
}
