import type { Challenge, Denial, Order, OrderStatus, OrderTerms, Rejection, ReplaceRequest } from '@sluice/core'

/** A command whose answer is outstanding, and whether the answer may be lost. */
export type Certainty = 'pending' | 'unknown'

/** The commands an order waits on. */
export interface Outstanding {
  readonly new?: Certainty
  readonly cancel?: Certainty
  readonly replace?: Certainty
  /** Read from the status of a whole order, which names one command: others may hide behind it. */
  readonly vague?: true
}

/** Why a command was refused. */
export type Refusal = Pick<Denial, 'code' | 'message' | 'limit' | 'observed'>

/**
 * An order as the widgets keep it. The same two axes as in core: facts (`complete`, `terminal`, `phase`) and what is
 * outstanding; `status` is derived from both, so that it cannot regress.
 */
export interface OrderRow extends OrderTerms {
  readonly id: string
  readonly idempotencyKey: string
  readonly broker: string
  readonly status: OrderStatus
  readonly filledQuantity: string
  readonly leavesQuantity?: string
  readonly averagePrice?: string
  readonly createdAt: string
  readonly updatedAt: string
  readonly denial?: Denial
  readonly rejection?: Rejection
  readonly challenge?: Challenge
  /** Why the last cancel or replace was refused, by the broker or by the guards. */
  readonly refusal?: Refusal
  /** That of the order on the server, for `If-Match`; absent where it is not certain. */
  readonly version?: number

  readonly complete: boolean
  readonly terminal?: 'canceled' | 'denied' | 'rejected' | 'expired'
  readonly phase: 'working' | 'suspended' | 'done_for_day'
  readonly outstanding: Outstanding
  readonly changes?: ReplaceRequest
  /** Read from a snapshot: events up to `updatedAt` are already in it. */
  readonly snapshot: boolean
  /** Another number after every change, like no other row's: a row is written in place. */
  readonly revision: number
}

let revisions = 0

export function nextRevision(): number {
  revisions += 1
  return revisions
}

type Facts = Pick<OrderRow, 'complete' | 'terminal' | 'phase' | 'outstanding' | 'challenge' | 'filledQuantity'>

/** The status people see. Facts come first, then what is unknown, then what is pending. */
export function statusOf(facts: Facts): OrderStatus {
  if (facts.complete) return 'filled'
  if (facts.terminal !== undefined) return facts.terminal
  if (facts.challenge !== undefined) return 'pending_approval'
  const { outstanding } = facts
  if (outstanding.new === 'unknown' || outstanding.cancel === 'unknown' || outstanding.replace === 'unknown') return 'unknown'
  if (outstanding.new !== undefined) return 'pending_new'
  if (outstanding.cancel !== undefined) return 'pending_cancel'
  if (outstanding.replace !== undefined) return 'pending_replace'
  if (facts.phase !== 'working') return facts.phase
  return /[1-9]/.test(facts.filledQuantity) ? 'partially_filled' : 'new'
}

const finished: ReadonlySet<OrderStatus> = new Set(['filled', 'canceled', 'denied', 'rejected', 'expired'])

/** Whether an order with this status can trade no more. */
export function isFinished(status: OrderStatus): boolean {
  return finished.has(status)
}

function outstandingOf(status: OrderStatus): Outstanding {
  switch (status) {
    case 'pending_new': return { new: 'pending', vague: true }
    case 'pending_cancel': return { cancel: 'pending', vague: true }
    case 'pending_replace': return { replace: 'pending', vague: true }
    // Which command it is an order does not say: the next answer to any of them settles it.
    case 'unknown': return { new: 'unknown', vague: true }
    default: return {}
  }
}

/** The row of an order that the server sent whole. */
export function rowOf(order: Order): OrderRow {
  const { status } = order
  const terminal = status === 'canceled' || status === 'denied' || status === 'rejected' || status === 'expired' ? status : undefined
  return {
    ...order,
    complete: status === 'filled',
    ...(terminal !== undefined && { terminal }),
    phase: status === 'suspended' || status === 'done_for_day' ? status : 'working',
    outstanding: outstandingOf(status),
    snapshot: true,
    revision: nextRevision(),
  }
}
