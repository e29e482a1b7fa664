import type { Clock, ExecutionService, Journal, Logger } from '@sluice/core'
import type { EventSink } from '../sink/event-sink.ts'
import type { RelayAlert } from './alert.ts'

/** What `startEventRelay` takes. */
export interface EventRelayOptions {
  readonly service: Pick<ExecutionService, 'events' | 'on'>
  /** The journal of the service: it keeps how far each sink has got. */
  readonly journal: Pick<Journal, 'accounts' | 'cursor' | 'loadSnapshot' | 'read' | 'saveCursor'>
  readonly sinks: readonly EventSink[]
  /** Told of everything that a person should know. Required: a dead letter that nobody hears of is a lost event. */
  readonly onAlert: (alert: RelayAlert) => void
  /** The accounts to relay. Default: all, the global one (`*`) included. */
  readonly accounts?: readonly string[]
  /** Where a durable sink begins in an account that it has never had: with all that is kept, or with what comes. Default `beginning`. */
  readonly from?: 'beginning' | 'now'
  /** Items in a batch at most. Default 256. */
  readonly batch?: number
  /** How long the first event of an account waits for company, in ms, unless its sink says otherwise. Keeps the relay out of the tick of an order. Default 2. */
  readonly linger?: number
  /** Verdicts on an event after which it becomes a dead letter. Default 5. */
  readonly attempts?: number
  /** Dead letters of one account and sink that are too many: the account then stops, since it is no longer a matter of single events. Default 100. */
  readonly maximumDeadLetters?: number
  /** How often places are written to the journal, in ms. What was delivered since is delivered again after a crash. Default 200. */
  readonly saveEvery?: number
  /** Wait after the first failure, in ms; it doubles up to `longestDelay`. Default 100. */
  readonly retryDelay?: number
  /** Default 10 000. */
  readonly longestDelay?: number
  /** How long a sink may take for a batch before SINK_STALLED, in ms. Default 30 000. */
  readonly stallAfter?: number
  /** How long `close` waits for batches that are on their way, in ms. Default 5 000. */
  readonly closeWithin?: number
  readonly clock?: Clock
  readonly logger?: Logger
}

/** Options with every default filled in. */
export type RelaySettings = Required<Omit<EventRelayOptions, 'accounts' | 'sinks' | 'from'>> & { readonly from: 'beginning' | 'now' }
