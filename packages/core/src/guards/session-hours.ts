import type { OrderCandidate } from '../risk/order-candidate.ts'
import type { SessionView } from '../risk/risk-view.ts'
import type { Control } from './control.ts'
import { type Decision, defineGuard, type Guard, reject } from './guard.ts'
import { invalidOption, wordOption } from './option.ts'

export interface SessionHoursOptions {
  /** What an order for the day meets while the market is closed: a refusal, or the broker's queue. Default `reject`. */
  readonly closed?: 'reject' | 'queue'
  /** Seconds after the open in which nothing is sent. Default 0. */
  readonly afterOpen?: number
  /** Seconds before the close in which nothing is sent. Default 0. */
  readonly beforeClose?: number
}

const control: Control = {
  prevents: 'Orders into a market that is closed, halted, or only just open',
  sources: ['RTS 6 15(1)', 'SEC 15c3-5 (c)(1)(ii)', 'FIA trading hours'],
  codes: {
    SESSION_CLOSED: 'The market does not take this order now. Wait for the open, or ask for extended hours where there are some.',
    SESSION_HALTED: 'Trading in the symbol is halted. Wait until it resumes.',
    SESSION_JUST_OPENED: 'The market has opened a moment ago. Wait.',
    SESSION_ENDING: 'The market is about to close.',
  },
  reducing: 'held',
  tightens: { closed: 'restart', afterOpen: 'higher', beforeClose: 'higher' },
  defaults: { closed: 'reject', afterOpen: 0, beforeClose: 0 },
}

/** Whether the phase takes the order, by what the order itself says of when it may trade. */
function takes(phase: Exclude<SessionView['phase'], 'halted'>, { terms }: OrderCandidate, queue: boolean): boolean {
  switch (phase) {
    case 'open': return terms.timeInForce !== 'opg'
    case 'pre': return terms.extendedHours || terms.timeInForce === 'opg' || queue
    case 'post': return terms.extendedHours || queue
    case 'closed': return terms.timeInForce === 'opg' || queue
  }
}

/** Phase of the market in the symbol: nothing goes into a halt, and what is meant for the session goes in the session. */
export function sessionHours(options: SessionHoursOptions = {}): Guard<SessionHoursOptions, undefined, undefined> {
  const closed = wordOption('sessionHours', 'closed', options.closed ?? 'reject', ['reject', 'queue'])
  const { afterOpen = 0, beforeClose = 0 } = options
  for (const [name, seconds] of Object.entries({ afterOpen, beforeClose })) if (!Number.isFinite(seconds) || seconds < 0) throw invalidOption('sessionHours', name, 'must be a number of seconds, 0 or more')
  return defineGuard({
    name: 'session-hours',
    options,
    control,
    withOptions: (changed) => sessionHours(changed),
    check: (order, { view }): Decision => {
      const { phase, openForSeconds, endsInSeconds } = view.session(order.symbol)
      if (phase === 'halted') return reject('SESSION_HALTED', `${order.symbol} is halted`, { limit: 'open', observed: phase })
      if (!takes(phase, order, closed === 'queue')) return reject('SESSION_CLOSED', `the market in ${order.symbol} is ${phase} and does not take this order now`, { limit: 'open', observed: phase })
      if (phase === 'open' && openForSeconds < afterOpen) {
        return reject('SESSION_JUST_OPENED', `the market opened ${openForSeconds} s ago; orders go from ${afterOpen} s on`, { limit: String(afterOpen), observed: String(openForSeconds), retryAfter: (afterOpen - openForSeconds) * 1000 })
      }
      if (phase === 'open' && endsInSeconds < beforeClose) return reject('SESSION_ENDING', `the market closes in ${endsInSeconds} s; orders go until ${beforeClose} s before`, { limit: String(beforeClose), observed: String(endsInSeconds) })
      return { verdict: 'allow', observed: phase }
    },
  })
}
