import { checkEquity } from '../pipeline/facts/check-equity.ts'
import type { PipelineContext } from '../pipeline/context.ts'
import { rollSession } from '../pipeline/session/session-roll.ts'
import { describeError } from '../runtime/errors.ts'

const PERIOD = 1000

/**
 * Each second compares new account values with our own books, and looks whether the wall clock has jumped. New risk is denied from the jump on; what it means for sessions and windows is settled
 * by comparing the books with every broker, and only then is the clock as it is now taken for right (PROTOCOL E6).
 */
export function watchClock(context: PipelineContext, compareAll: () => Promise<void>): void {
  let announced = 0
  const look = async (): Promise<void> => {
    const jump = context.clockJump
    if (jump === 0) return
    if (jump !== announced) context.alert({ code: 'CLOCK_JUMP', message: `the wall clock has jumped by ${jump} ms; new risk waits until the books have been compared` })
    announced = jump
    await compareAll()
    if (context.signal.aborted || [...context.brokers.values()].some((link) => !link.reconciled)) return
    announced = 0
    context.rebaseClock()
    for (const book of context.books.values()) rollSession(context, book)
  }
  const arm = (): void => {
    context.clock.setTimer(() => {
      if (context.signal.aborted) return
      for (const book of context.books.values()) checkEquity(context, book)
      look().catch((error: unknown) => { context.logger.warn('the comparison after a jump of the clock failed', { reason: describeError(error) }) }).finally(arm)
    }, PERIOD)
  }
  arm()
}
