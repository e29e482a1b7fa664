import type { Permit } from '../../broker/approved-order.ts'
import type { Evaluation } from '../../order/event.ts'
import { isFinished, type OrderState, statusOf } from '../../order/order.ts'
import { fromIso } from '../../runtime/clock.ts'
import type { AccountBook, Flight } from '../book/account-book.ts'
import { epochOf, linkOf, type PipelineContext } from '../context.ts'
import { judge } from './decide.ts'
import type { OrderCandidate } from '../../risk/order-candidate.ts'

/** Why the last permit of a flight was refused. */
export interface PermitWatch {
  readonly permit: Permit
  readonly refusal: () => string | undefined
  /** What the guards said when it was they who refused. */
  readonly evaluation: () => Evaluation | undefined
}

/**
 * The last look before the write, in the writer's own tick: journal, connection, withdrawal, deadline, and the kill switch; when
 * it or the limits changed since the guards ran, they run again on the memory as it is now.
 */
export function createPermit(context: PipelineContext, book: AccountBook, flight: Pick<Flight, 'written'>, command: {
  readonly orderId: string; readonly broker: string; readonly candidate: () => OrderCandidate; readonly submitBy: string; readonly epoch: number; readonly facts: readonly unknown[]
}): PermitWatch {
  const { orderId, broker, candidate, submitBy, epoch, facts } = command
  const deadline = fromIso(submitBy)
  let refused: string | undefined
  let refusedBy: Evaluation | undefined

  const refusal = (): string | undefined => {
    if (isFinished(statusOf(book.orders.get(orderId) as OrderState))) return 'the order has ended'
    if (book.cancelWishes.has(orderId)) return 'withdrawn by a cancel'
    if (context.journalFailure !== undefined) return 'the journal has stopped'
    if (context.signal.aborted) return 'the service is closed'
    if (book.lease.isLive?.() === false) return 'the ownership of the account is not confirmed'
    if (linkOf(context, broker).connection !== 'ready') return 'the broker connection is interrupted'
    if (context.clock.now() >= deadline) return `the deadline ${submitBy} has passed`
    if (epochOf(context) === epoch) return undefined
    const { verdict, denial, evaluation } = judge(context, book, { ...candidate(), recheck: true }, facts)
    if (verdict === 'allow') return undefined
    refusedBy = { ...evaluation, after: book.sequence }
    return denial?.message ?? 'the guards no longer allow it'
  }

  return {
    permit: () => {
      refusedBy = undefined
      refused = refusal()
      if (refused !== undefined) return false
      flight.written = true
      return true
    },
    refusal: () => refused,
    evaluation: () => refusedBy,
  }
}
