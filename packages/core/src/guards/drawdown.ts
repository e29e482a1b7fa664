import { formatDecimal, maximum, multiply, ONE, parseSigned, type Units } from '../order/decimal.ts'
import type { RiskView } from '../risk/risk-view.ts'
import type { Control } from './control.ts'
import { defineGuard, type Guard, reject, within } from './guard.ts'
import { limitOption } from './option.ts'

export interface DrawdownOptions {
  /** Fall of the session's profit from its peak, from which only reducing orders pass; in the account's currency. */
  readonly drawdown: string
}

/** The highest profit of the session it was noted in; every session begins at zero. */
interface Memory { readonly session: string | undefined; readonly peak: Units }

const control: Control = {
  prevents: 'A good session that is given back to the market',
  sources: ['SEC 15c3-5 (c)(1)(i)', 'RTS 6 15(4)', 'FIA credit and loss limits'],
  codes: { DRAWDOWN_EXCEEDED: 'The session has fallen too far from its peak. Only orders that reduce a position pass.' },
  reducing: 'pass',
  tightens: { drawdown: 'lower' },
}

/** Peaks are noted in hundredths of the limit, rounded up: a note for every tick would fill the journal. */
const STEPS = ONE / 100n

/** Fall of the session's profit from its peak. Trips the account to `reduce_only`, as the daily loss does. */
export function drawdown(options: DrawdownOptions): Guard<DrawdownOptions, Memory, undefined> {
  const limit = limitOption('drawdown', 'drawdown', options.drawdown)
  const step = maximum(1n, multiply(limit.units, STEPS, 'up'))
  const fallOf = (view: RiskView, state: Memory): Units => {
    const { session, sessionId } = view.profitAndLoss()
    const peak = state.session === sessionId ? state.peak : 0n
    return maximum(0n, peak - session)
  }
  return defineGuard<DrawdownOptions, Memory>({
    name: 'drawdown',
    options,
    control,
    withOptions: drawdown,
    usage: ({ view, state }) => [{ limit: 'drawdown', maximum: limit.text, used: formatDecimal(fallOf(view, state)) }],
    initial: { session: undefined, peak: 0n },
    apply: (state, event) => {
      if (event.type !== 'guard_noted' || event.data.guard !== 'drawdown') return state
      const { session, peak } = event.data.note as { readonly session: string; readonly peak: string }
      const noted = parseSigned(peak)
      return state.session === session ? { session, peak: maximum(state.peak, noted) } : { session, peak: noted }
    },
    note: ({ view, state }) => {
      const { session, sessionId } = view.profitAndLoss()
      if (session <= (state.session === sessionId ? state.peak : 0n)) return undefined
      return { session: sessionId, peak: formatDecimal(((session + step - 1n) / step) * step) }
    },
    check: (order, { view, state }) => {
      const fall = fallOf(view, state)
      if (fall < limit.units || view.reducing(order)) return within(fall, limit.units, limit.text)
      const observed = formatDecimal(fall)
      return reject('DRAWDOWN_EXCEEDED', `the session is ${observed} below its peak, the limit is ${limit.text}; only reducing orders pass`, { limit: limit.text, observed })
    },
    trip: ({ view, state }) => {
      const fall = fallOf(view, state)
      if (fall < limit.units) return undefined
      return { scope: `account:${view.account}`, level: 'reduce_only', reason: `the session is ${formatDecimal(fall)} below its peak, the limit is ${limit.text}` }
    },
  })
}
