import type { AbsenceProof, AccountValues, BrokerCapabilities, BrokerPosition, Clock, MarketData, OrderTerms, ReferenceData } from '@sluice/core'
import type { DictionaryExtension, FixVersion } from '../codec/dictionary/dictionary.ts'
import type { FieldList } from '../codec/encoder.ts'
import type { SessionOptions } from '../session/session-types.ts'
import type { FixStore } from '../store/fix-store.ts'
import type { FixAddress, FixTlsOptions } from '../transport/open-socket.ts'

/** A drop copy session. It sends nothing but what keeps a session alive. */
export interface DropCopyOptions {
  /** Default: that of the order session. */
  readonly version?: FixVersion
  readonly senderCompId: string
  readonly targetCompId: string
  readonly addresses: readonly FixAddress[]
  /** Default: no TLS. */
  readonly tls?: FixTlsOptions
  /** Its own, never that of the order session. */
  readonly store: FixStore
  /** Everything else about the session. Default as `SessionOptions` says. */
  readonly session?: FixBrokerOptions['session']
}

export interface FixBrokerOptions {
  /** `live` moves real money and turns on the strict profile. */
  readonly environment: 'paper' | 'live'
  readonly version: FixVersion
  /** SenderCompID 49: who we are. */
  readonly senderCompId: string
  /** TargetCompID 56: who the broker is. */
  readonly targetCompId: string
  /** Where to connect to, in the order of preference. */
  readonly addresses: readonly FixAddress[]
  /** Default: no TLS. */
  readonly tls?: FixTlsOptions
  /** Keeps numbers and messages: `fileFixStore({ path })`. */
  readonly store: FixStore
  /** Everything else about the session: heartbeat, Logon fields, reset, schedule, bounds. Default as `SessionOptions` says. */
  readonly session?: Partial<Omit<SessionOptions, 'dictionary' | 'senderCompId' | 'targetCompId' | 'role' | 'onResend' | 'accepts'>>
  /** Fields and messages agreed with the broker beyond the specification. Default none. */
  readonly dictionary?: DictionaryExtension
  /** Account 1 of every order. Default none. */
  readonly account?: string
  /** More fields of every new order and replace, for example ExDestination 100. Default none. */
  readonly orderFields?: (terms: OrderTerms) => FieldList
  /**
   * The fields of a trailing stop, OrdType 40 among them, where the broker wants others than a pegged order (40=P, 18=a, 211). FIX 4.2
   * has no words of its own: there this is needed. Declare `trailing_stop` in `capabilities.orderTypes` as well. Default none.
   */
  readonly trailingFields?: (terms: OrderTerms) => FieldList
  /** What the broker can do beyond, or less than, plain orders. Default: see `fixCapabilities`. */
  readonly capabilities?: Partial<Omit<BrokerCapabilities, 'environment'>>
  /** When the broker's "unknown order" may be believed. Default: never. */
  readonly absence?: AbsenceProof
  /** The broker lists all open orders when asked (AF with 585=7; not in 4.2). Default false. */
  readonly massStatus?: boolean
  /** The broker cancels all orders of the session on one request (q; not in 4.2): the kill switch uses it before it cancels one by one. Default false. */
  readonly massCancel?: boolean
  /** Answers a trade that no order here explains with DontKnowTrade Q, where that was agreed on; it counts all the same. Default false: an error in the log. */
  readonly refuseUnknownTrades?: boolean
  /**
   * What the broker does with working orders when the session ends, by Logout or by a cut line. It is the broker's setting, often a field of
   * the Logon (`session.logonFields`): this only says it. `'cancel'`: closing tells how many orders end with it. Default `'keep'`.
   */
  readonly onDisconnect?: 'keep' | 'cancel'
  /** A second session that only listens: a copy of every report. Its trades count once, whichever session tells them first. Default none. */
  readonly dropCopy?: DropCopyOptions
  /** Positions, which FIX order routing does not know, from another source. Default: unavailable. */
  readonly positions?: () => Promise<readonly BrokerPosition[]>
  /** Account values from another source. Default: unavailable. */
  readonly accountValues?: () => Promise<AccountValues>
  /** Quotes from another source: FIX order routing has none, and guards that need a price deny without one. Default none. */
  readonly marketData?: MarketData
  /** Instruments and sessions from another source. Default none. */
  readonly reference?: ReferenceData
  /** How long to wait for the answer to a request, in ms; then it is ambiguous. Default 5000. */
  readonly answerTimeout?: number
  /** How long the messages that were missed may take to come after a Logon, in ms. Default 10000. */
  readonly settleTimeout?: number
  /** First wait before another attempt to connect, in ms; it doubles with each. Default 500. */
  readonly reconnectDelay?: number
  /** The longest wait, in ms. Default 30000. */
  readonly maximumReconnectDelay?: number
  /** Default: the clock that the service gives. */
  readonly clock?: Clock
}

/** Plain orders of the version. What FIX calls unknown proves nothing by itself. */
export function fixCapabilities(options: FixBrokerOptions): BrokerCapabilities {
  return {
    environment: options.environment,
    orderTypes: ['market', 'limit', 'stop', 'stop_limit'],
    timesInForce: options.version === '4.2' ? ['day', 'gtc', 'gtd', 'ioc', 'fok', 'opg'] : ['day', 'gtc', 'gtd', 'ioc', 'fok', 'opg', 'cls'],
    orderClasses: [], notional: false, fractional: true, extendedHours: false, shortSelling: true, replace: true,
    cancelByClientOrderId: true, positions: options.positions !== undefined, executions: false, dedupesClientOrderId: true, absence: options.absence, clientOrderId: { maximumLength: 20 },
    ...options.capabilities,
  }
}
