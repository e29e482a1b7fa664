import type { ApprovalProvider } from '../approval/approval-provider.ts'
import type { BrokerAdapter } from '../broker/broker-adapter.ts'
import type { Guard } from '../guards/guard.ts'
import type { Journal } from '../journal/journal.ts'
import type { LimitsChoice } from '../pipeline/limits/adopt-limits.ts'
import type { OrderTerms } from '../order/request.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Ids } from '../runtime/ids.ts'
import type { Logger } from '../runtime/logger.ts'

interface CommonOptions {
  /** Where everything is written before it is done. Default: a memory journal, which live brokers refuse. */
  readonly journal?: Journal
  /** Limits beyond those that are always on. Order matters only for which denial is named first. */
  readonly guards?: readonly Guard[]
  /** Limits that a live broker need not have, by the name of their guard: a statement, kept with the code. Default: none. */
  readonly waivedLimits?: readonly string[]
  /**
   * Which limits hold when some were changed while the service ran and the code was changed since. Default: those of the code where
   * they are stricter, else the start is refused with LIMITS_CONFLICT.
   */
  readonly limits?: LimitsChoice
  /** Checks codes for kill switch releases and resolutions. Default: that of the first guard which has one. */
  readonly approvals?: ApprovalProvider
  /** Accounts to open at start besides those in the journal. Default `['main']`. */
  readonly accounts?: readonly string[]
  /** Begins every client order id, so that a broker's list shows which orders are ours. Default `slc-`, at most 8 characters. */
  readonly tag?: string
  /**
   * How long the start waits for brokers to be connected and compared, in ms. Those that are not by then are tried on, and new risk there is
   * refused until they are. Default 30 000.
   */
  readonly recoveryTimeout?: number
  /** How often the books are compared with every broker while the service runs, in ms; 0: only at starts and after gaps. Default 300 000. */
  readonly reconcileEvery?: number
  /** How long a broker may take to answer before an order counts as unknown, in ms. Default 10 000. */
  readonly submitTimeout?: number
  /** How long after the guards an order may still be written to a socket, in ms. Default 1 000. */
  readonly submitWithin?: number
  /** How long guards and quotes may take to prepare, in ms. Default 2 000. */
  readonly prepareTimeout?: number
  /** How old a quote may be when a guard reads it, in ms. Default 5 000. */
  readonly quoteMaximumAge?: number
  /** How old account values may be when a guard reads them, in ms; they are asked for again at half of it. Default 60 000. */
  readonly accountMaximumAge?: number
  /** How long a challenge waits for its code, in ms. Default 120 000. */
  readonly approvalTimeout?: number
  /** Wrong codes that end a challenged order. Default 5. */
  readonly approvalAttempts?: number
  /** Wrong codes in a row, on anything, that lock a person until another approver unlocks (`unlockApprover`). Default 10. */
  readonly approverAttempts?: number
  /** People to unlock at this start: the way out where nobody else may approve. Take it out again afterwards. */
  readonly unlockApprovers?: readonly string[]
  /** Orders of one account that may wait for a code at once; more are denied, so that nobody is worn down by requests. Default 3. */
  readonly maximumChallenges?: number
  /** Nobody approves an order that they placed themselves. Default false. */
  readonly fourEyes?: boolean
  /** Orders of one account that may be on their way at once; more are refused with BUSY. Default 1 024. */
  readonly maximumInFlight?: number
  /** Finished orders of an account that memory keeps; older ones are read from the journal when asked for. Default 4 096. */
  readonly finishedOrders?: number
  /** Events of an account after which its state is kept, so that the next start need not replay them; 0: only at `close`. Default 5 000. */
  readonly snapshotEvery?: number
  readonly clock?: Clock
  readonly ids?: Ids
  readonly logger?: Logger
}

interface OneBroker {
  /** The only broker. Its key is `main`. */
  readonly broker: BrokerAdapter
  readonly brokers?: never
  readonly route?: never
  readonly brokerAccounts?: never
}

interface SeveralBrokers {
  readonly broker?: never
  /** Brokers by a name that stays the same for the life of the journal. */
  readonly brokers: Readonly<Record<string, BrokerAdapter>>
  /** Which broker an order goes to. */
  readonly route: (terms: OrderTerms) => string
  /** Which account trades at each broker, one each. Default: the first of `accounts` for all. */
  readonly brokerAccounts?: Readonly<Record<string, string>>
}

/** What `createExecutionService` takes. */
export type ExecutionServiceOptions = CommonOptions & (OneBroker | SeveralBrokers)
