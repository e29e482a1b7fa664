import type { ApprovalProvider } from '../approval/approval-provider.ts'
import { formatDecimal, maximum, multiply, parseDecimal, parseSigned, type Units } from '../order/decimal.ts'
import type { Side } from '../order/request.ts'
import { fromIso } from '../runtime/clock.ts'
import { challenge, defineGuard, type Guard, within } from './guard.ts'
import { decimalOption, numberOption } from './option.ts'

export interface HighValueApprovalOptions {
  /** Value from which a human must approve, in the instrument's currency. */
  readonly above: string
  /** Seconds over which orders without approval are added up, so that slicing cannot dodge the threshold. Default 900. */
  readonly window?: number
  /** Checks the codes. */
  readonly approvals: ApprovalProvider
}

/** What was sent without approval in one sixtieth of the window, on one symbol and side. */
interface Bucket {
  readonly start: number
  value: Units
}

type Memory = Map<string, Bucket[]>

const BUCKETS = 60
const keyOf = (symbol: string, side: Side): string => `${symbol} ${side === 'buy' ? 'buy' : 'sell'}`

/**
 * Asks for a human when the value of an order, together with what was sent without approval on the same symbol and side within
 * the window, reaches the threshold. Cancelled orders stay counted (RTS 6 article 15(6); the binding follows PSD2 RTS article 5).
 */
export function highValueApproval(options: HighValueApprovalOptions): Guard<Omit<HighValueApprovalOptions, 'approvals'>, Memory, undefined> {
  const limit = decimalOption('highValueApproval', 'above', options.above)
  const window = numberOption('highValueApproval', 'window', options.window ?? 900) * 1000
  const width = window / BUCKETS
  const { approvals, ...plain } = options
  // A bucket counts until its last moment has left the window: rounding never forgets early.
  const counts = (bucket: Bucket, now: number): boolean => bucket.start + width > now - window
  return defineGuard<Omit<HighValueApprovalOptions, 'approvals'>, Memory>({
    name: 'high-value-approval',
    options: plain,
    approvals,
    initial: new Map(),
    apply: (state, event) => {
      if (event.type !== 'order_pending_new' || event.data.approval !== undefined) return state
      const { terms, reservation } = event.data.intent
      const time = fromIso(event.time)
      const value = multiply(parseDecimal(reservation.quantity), parseSigned(reservation.price), 'up')
      const key = keyOf(terms.symbol, terms.side)
      const buckets = state.get(key) ?? []
      const last = buckets.at(-1)
      if (last !== undefined && time < last.start + width) last.value += value
      else state.set(key, [...buckets.filter((bucket) => counts(bucket, time)), { start: time, value }])
      return state
    },
    check: (order, { view, state }) => {
      let sum = view.value(order) - order.countedValue
      for (const bucket of state.get(keyOf(order.symbol, order.side)) ?? []) if (counts(bucket, view.now)) sum += bucket.value
      if (sum < limit) return within(maximum(0n, sum), limit)
      return challenge('APPROVAL_REQUIRED', `orders worth ${options.above} and more need a code; with what was sent unapproved this one makes ${formatDecimal(sum)}`, {
        limit: formatDecimal(limit), observed: formatDecimal(sum),
      })
    },
  })
}
