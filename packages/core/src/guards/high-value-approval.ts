import type { ApprovalProvider } from '../approval/approval-provider.ts'
import { formatDecimal, maximum, type Units } from '../order/decimal.ts'
import { fromIso } from '../runtime/clock.ts'
import type { Control } from './control.ts'
import { challenge, type Decision, defineGuard, type Guard, mostUsed, within } from './guard.ts'
import { type Limit, limitOption, numberOption, optionalLimit } from './option.ts'
import { countedOf, flowSide, followValue, laneOf, type ValueFlow } from './value-flow.ts'
import { addTo, sumOf, sumsNow, windowOf, type WindowSums } from './window-sum.ts'

export interface HighValueApprovalOptions {
  /** Value from which a human must approve, in the instrument's currency. */
  readonly above: string
  /** Value of all symbols and both sides together from which a human must approve, in the account's currency. Default: no such threshold. */
  readonly accountAbove?: string
  /** Seconds over which orders without approval are added up, so that slicing cannot dodge the threshold. Default 900. */
  readonly window?: number
  /** Checks the codes. */
  readonly approvals: ApprovalProvider
}

/** What was sent without approval, by symbol and side and of the whole account, and what unfinished orders have had counted. */
interface Unapproved {
  readonly lanes: WindowSums
  readonly orders: ValueFlow
}

const control: Control = {
  prevents: 'An order of high value, or many that make one, without a human\'s code for exactly that order',
  sources: ['RTS 6 15(6)', 'RTS 7 20(2)', 'PSD2 RTS 2018/389 5'],
  codes: { APPROVAL_REQUIRED: 'The order waits for a code: alone, or with what was sent unapproved, it reaches the threshold.' },
  reducing: 'held',
  tightens: { above: 'lower', accountAbove: 'lower', window: 'restart' },
  defaults: { window: 900 },
}

/** The lane of the whole account: no symbol is named so. */
const ACCOUNT = '*'

/**
 * Asks for a human when the value of an order, together with what was sent without approval on the same symbol and side within
 * the window, reaches the threshold; or, where there is a threshold for that, together with everything the account sent. Cancelled orders stay counted, replaces add what they raise, and an approval covers the
 * order as it was placed (RTS 6 article 15(6); the binding follows PSD2 RTS article 5).
 */
export function highValueApproval(options: HighValueApprovalOptions): Guard<Omit<HighValueApprovalOptions, 'approvals'>, Unapproved, undefined> {
  const limit = limitOption('highValueApproval', 'above', options.above)
  const accountLimit = optionalLimit('highValueApproval', 'accountAbove', options.accountAbove)
  const length = windowOf(numberOption('highValueApproval', 'window', options.window ?? 900))
  const { approvals, ...plain } = options
  return defineGuard<Omit<HighValueApprovalOptions, 'approvals'>, Unapproved>({
    name: 'high-value-approval',
    options: plain,
    control,
    withOptions: (changed) => highValueApproval({ ...changed, approvals }),
    usage: ({ view, state }) => sumsNow(state.lanes, view.now, length).flatMap(({ name, sum }) => {
      if (name === ACCOUNT) return accountLimit === undefined ? [] : [{ limit: 'accountAbove', maximum: accountLimit.text, used: formatDecimal(sum) }]
      const [symbol = '', side] = name.split(' ')
      return [{ limit: 'above', symbol, side: side as 'buy' | 'sell', maximum: limit.text, used: formatDecimal(sum) }]
    }),
    approvals,
    initial: { lanes: new Map(), orders: new Map() },
    apply: (state, event) => {
      const sent = followValue(state.orders, event)
      if (sent === undefined || sent.exempt) return state
      for (const lane of [laneOf(sent.symbol, sent.side), ACCOUNT]) addTo(state.lanes, lane, sent.value, fromIso(event.time), length)
      return state
    },
    check: (order, { view, state }) => {
      const counted = countedOf(state.orders, order)
      const own = view.value(order)
      const added = maximum(0n, own - counted)
      const sum = added + sumOf(state.lanes, laneOf(order.symbol, flowSide(order.side)), view.now, length)
      const ask = (reached: Units, threshold: Limit): Decision => {
        const observed = formatDecimal(reached)
        return challenge('APPROVAL_REQUIRED', `orders worth ${threshold.text} and more need a code; with what was sent unapproved this one makes ${observed}`, { limit: threshold.text, observed, own: formatDecimal(own) })
      }
      if (sum >= limit.units) return ask(sum, limit)
      const shown = within(sum, limit.units, limit.text)
      if (accountLimit === undefined) return shown
      const all = added + sumOf(state.lanes, ACCOUNT, view.now, length)
      return all >= accountLimit.units ? ask(all, accountLimit) : mostUsed(shown, within(all, accountLimit.units, accountLimit.text))
    },
  })
}
