import type { OrderType, Side, TimeInForce, Units } from '@sluice/core'
import type { FixVersion } from '../codec/dictionary/dictionary.ts'
import type { FieldReader } from '../codec/message-view.ts'
import { formatDate, toIsoTime } from '../codec/timestamp.ts'
import { sideOf, timeInForceOf, typeOf } from './order-codes.ts'

type ReportKind =
  | 'new' | 'fill' | 'bust' | 'correction' | 'status' | 'canceled' | 'replaced' | 'rejected' | 'expired' | 'done_for_day' | 'suspended'
  | 'restated' | 'pending' | 'other'

/** An ExecutionReport 8 in the same words for every version. */
export interface ExecutionReport {
  readonly kind: ReportKind
  readonly clientOrderId: string | undefined
  readonly originalClientOrderId: string | undefined
  readonly brokerOrderId: string
  /** Unique for the session: trading day and ExecID 17. */
  readonly executionId: string
  /** ExecRefID 19, in the same form. */
  readonly referenceId: string | undefined
  /** OrdStatus 39. */
  readonly orderStatus: string
  readonly symbol: string
  readonly side: Side
  readonly cumulative: Units
  readonly leaves: Units
  readonly average: Units
  readonly lastQuantity: Units | undefined
  readonly lastPrice: Units | undefined
  /** ISO 8601: TransactTime 60, or SendingTime 52. */
  readonly time: string
  /** OrdRejReason 103. */
  readonly rejectReason: number | undefined
  readonly text: string | undefined
  /** What the order is, as far as the report says. */
  readonly terms: {
    readonly type: OrderType | undefined
    readonly timeInForce: TimeInForce | undefined
    readonly quantity: Units | undefined
    readonly limitPrice: Units | undefined
    readonly stopPrice: Units | undefined
  }
  /** Which mass status request it answers: MassStatusReqID 584, TotNumReports 911, LastRptRequested 912. */
  readonly mass: { readonly requestId: string; readonly total: number | undefined; readonly isLast: boolean } | undefined
}

const KINDS: Readonly<Record<string, ReportKind>> = {
  0: 'new', 1: 'fill', 2: 'fill', 3: 'done_for_day', 4: 'canceled', 5: 'replaced', 6: 'pending', 7: 'other', 8: 'rejected', 9: 'suspended', A: 'pending',
  B: 'other', C: 'expired', D: 'restated', E: 'pending', F: 'fill', G: 'correction', H: 'bust', I: 'status',
}
/** ExecTransType 20 of 4.2 says what later versions say in ExecType. */
const TRANSACTIONS: Readonly<Record<string, ReportKind>> = { 1: 'bust', 2: 'correction', 3: 'status' }

function kindOf(version: FixVersion, message: FieldReader): ReportKind {
  const transaction = version === '4.2' ? TRANSACTIONS[message.text(20) ?? ''] : undefined
  return transaction ?? KINDS[message.text(150) ?? ''] ?? 'other'
}

/** Reads a report; undefined when it lacks what every report must have. */
export function readReport(version: FixVersion, message: FieldReader): ExecutionReport | undefined {
  const [brokerOrderId, execution, side, cumulative] = [message.text(37), message.text(17), sideOf(message.text(54)), message.units(14)]
  if (brokerOrderId === undefined || execution === undefined || side === undefined || cumulative === undefined) return undefined
  // A message that comes again has a new SendingTime: what names the day must be what it had at first.
  const time = message.timestamp(60) ?? message.timestamp(122) ?? message.timestamp(52) ?? 0
  const day = message.text(75) ?? formatDate(time)
  const reference = message.text(19)
  const massRequest = message.text(584)
  return {
    kind: kindOf(version, message),
    clientOrderId: message.text(11), originalClientOrderId: message.text(41), brokerOrderId,
    executionId: `${day}/${execution}`, referenceId: reference === undefined ? undefined : `${day}/${reference}`,
    orderStatus: message.text(39) ?? '', symbol: message.text(55) ?? '', side,
    cumulative, leaves: message.units(151) ?? 0n, average: message.units(6) ?? 0n,
    lastQuantity: message.units(32), lastPrice: message.units(31), time: toIsoTime(time) ?? '',
    rejectReason: message.integer(103), text: message.text(58),
    terms: { type: typeOf(message.text(40)), timeInForce: timeInForceOf(message.text(59)), quantity: message.units(38), limitPrice: message.units(44), stopPrice: message.units(99) },
    mass: massRequest === undefined ? undefined : { requestId: massRequest, total: message.integer(911), isLast: message.boolean(912) === true },
  }
}
