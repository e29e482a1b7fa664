import type { ApprovalProvider } from '../approval/approval-provider.ts'
import { formatDecimal, maximum } from '../order/decimal.ts'
import { fromIso } from '../runtime/clock.ts'
import type { Control } from './control.ts'
import { challenge, defineGuard, type Guard, within } from './guard.ts'
import { limitOption, numberOption } from './option.ts'
import { countedOf, flowSide, followValue, type ValueFlow } from './value-flow.ts'
import { addTo, sumOf, sumsNow, windowOf, type WindowSums } from './window-sum.ts'

export interface HighValueApprovalOptions {
  /** Value from which a human must approve, in the instrument's currency. */
  readonly above: string
  /** Seconds over which orders without approval are added up, so that slicing cannot dodge the threshold. Default 900. */
  readonly window?: number
  /** Checks the codes. */
  readonly approvals: ApprovalProvider
}

/** What was sent without approval, by symbol and side, and what unfinished orders have had counted. */
interface Unapproved {
  readonly lanes: WindowSums
  readonly orders: ValueFlow
}

const control: Control = {
  prevents: 'An order of high value, or many that make one, without a human\'s code for exactly that order',
  sources: ['RTS 6 15(6)', 'RTS 7 20(2)', 'PSD2 RTS 2018/389 5'],
  codes: { APPROVAL_REQUIRED: 'The order waits for a code: alone, or with what was sent unapproved, it reaches the threshold.' },
  reducing: 'held',
  tightens: { above: 'lower', window: 'restart' },
  defaults: { window: 900 },
}

/**
 * Asks for a human when the value of an order, together with what was sent without approval on the same symbol and side within
 * the window, reaches the threshold. Cancelled orders stay counted, replaces add what they raise, and an approval covers the
 * order as it was placed (RTS 6 article 15(6); the binding follows PSD2 RTS article 5).
 */
export function highValueApproval(options: HighValueApprovalOptions): Guard<Omit<HighValueApprovalOptions, 'approvals'>, Unapproved, undefined> {
  const limit = limitOption('highValueApproval', 'above', options.above)
  const length = windowOf(numberOption('highValueApproval', 'window', options.window ?? 900))
  const { approvals, ...plain } = options
  return defineGuard<Omit<HighValueApprovalOptions, 'approvals'>, Unapproved>({
    name: 'high-value-approval',
    options: plain,
    control,
    withOptions: (changed) => highValueApproval({ ...changed, approvals }),
    usage: ({ view, state }) => sumsNow(state.lanes, view.now, length).map(({ name, sum }) => {
      const [symbol = '', side] = name.split(' ')
      return { limit: 'above', symbol, side: side as 'buy' | 'sell', maximum: limit.text, used: formatDecimal(sum) }
    }),
    approvals,
    initial: { lanes: new Map(), orders: new Map() },
    apply: (state, event) => {
      const sent = followValue(state.orders, event)
      if (sent !== undefined && !sent.exempt) addTo(state.lanes, `${sent.symbol} ${sent.side}`, sent.value, fromIso(event.time), length)
      return state
    },
    check: (order, { view, state }) => {
      const counted = countedOf(state.orders, order)
      const own = view.value(order)
      const sum = maximum(0n, own - counted) + sumOf(state.lanes, `${order.symbol} ${flowSide(order.side)}`, view.now, length)
      if (sum < limit.units) return within(sum, limit.units, limit.text)
      const observed = formatDecimal(sum)
      return challenge('APPROVAL_REQUIRED', `orders worth ${options.above} and more need a code; with what was sent unapproved this one makes ${observed}`, {
        limit: limit.text, observed, own: formatDecimal(own),
      })
    },
  })
}
