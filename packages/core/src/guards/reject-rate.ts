import { ONE } from '../order/decimal.ts'
import type { StoredEvent } from '../order/event.ts'
import { fromIso } from '../runtime/clock.ts'
import type { Control } from './control.ts'
import { type Decision, defineGuard, type Guard, reject, within } from './guard.ts'
import { countOption, invalidOption, numberOption } from './option.ts'

export interface RejectRateOptions {
  /** Refusals by the broker in a row from which the account is stopped. Guards that fail count as refusals. */
  readonly consecutive: number
  /** Share of refusals among the answers of the window from which it is stopped, in percent. Default: no such limit. */
  readonly percent?: number
  /** Seconds of the window. Default 60. */
  readonly window?: number
  /** Answers in the window before its share counts. Default 10. */
  readonly minimum?: number
}

/** Answers in the window, oldest first, and refusals since the last one that was none. */
interface Memory { consecutive: number; answers: { readonly at: number; readonly refused: boolean }[] }

const control: Control = {
  prevents: 'A strategy that goes on sending what the broker goes on refusing',
  sources: ['RTS 6 15(3)', 'RTS 6 16', 'SEC 15c3-5 (c)(1)(ii)'],
  codes: { REJECT_RATE_EXCEEDED: 'The broker refuses too many orders. Find out why, then release the kill switch for the account.' },
  reducing: 'pass',
  tightens: { consecutive: 'lower', percent: 'lower', window: 'restart', minimum: 'lower' },
  defaults: { window: 60, minimum: 10 },
}

/** More answers than this are not kept: their share says enough. */
const KEPT = 1000

/** undefined: the event answers no order. */
function answerOf(event: StoredEvent): boolean | undefined {
  switch (event.type) {
    case 'order_rejected':
    case 'order_replace_refused': return true
    case 'order_denied': return event.data.denial.code === 'GUARD_ERROR' ? true : undefined
    case 'order_accepted':
    case 'order_replaced': return false
    default: return undefined
  }
}

/** Breaker on the broker's refusals, in a row and by their share. It stays open until a human releases the account. */
export function rejectRate(options: RejectRateOptions): Guard<RejectRateOptions, Memory, undefined> {
  const consecutive = countOption('rejectRate', 'consecutive', options.consecutive)
  const percent = options.percent === undefined ? undefined : numberOption('rejectRate', 'percent', options.percent)
  if (percent !== undefined && percent > 100) throw invalidOption('rejectRate', 'percent', 'must be at most 100')
  const window = numberOption('rejectRate', 'window', options.window ?? 60) * 1000
  const minimum = options.minimum ?? 10
  countOption('rejectRate', 'minimum', minimum)

  /** The share of refusals in percent, where there are enough answers to speak of one. */
  const shareAt = ({ answers }: Memory, now: number): number => {
    const recent = answers.filter(({ at }) => at > now - window)
    return recent.length < minimum ? 0 : (recent.filter(({ refused }) => refused).length * 100) / recent.length
  }
  const isBroken = (state: Memory, now: number): string | undefined => {
    if (state.consecutive >= options.consecutive) return `${state.consecutive} orders in a row were refused`
    const share = shareAt(state, now)
    return share >= (percent ?? Number.POSITIVE_INFINITY) ? `${Math.round(share)} % of the last orders were refused` : undefined
  }

  return defineGuard<RejectRateOptions, Memory>({
    name: 'reject-rate',
    options,
    control,
    withOptions: rejectRate,
    usage: ({ state }) => [{ limit: 'consecutive', maximum: consecutive.text, used: String(state.consecutive) }],
    initial: { consecutive: 0, answers: [] },
    apply: (state, event) => {
      if (event.type === 'guard_noted' && event.data.guard === 'reject-rate') return { consecutive: 0, answers: [] }
      const refused = answerOf(event)
      if (refused === undefined) return state
      const at = fromIso(event.time)
      state.consecutive = refused ? state.consecutive + 1 : 0
      state.answers.push({ at, refused })
      while (state.answers.length > KEPT || (state.answers[0]?.at ?? at) <= at - window) state.answers.shift()
      return state
    },
    check: (order, { view, state }): Decision => {
      const broken = isBroken(state, view.now)
      if (broken === undefined || view.reducing(order)) return within(BigInt(state.consecutive) * ONE, consecutive.units, consecutive.text)
      return reject('REJECT_RATE_EXCEEDED', `${broken}; only reducing orders pass until a human has looked`, { limit: consecutive.text, observed: String(state.consecutive) })
    },
    trip: ({ view, state }) => {
      const broken = isBroken(state, view.now)
      return broken === undefined ? undefined : { scope: `account:${view.account}`, level: 'reduce_only', reason: broken }
    },
    released: (scope, { account }) => (scope === 'global' || scope === `account:${account}` ? { released: true } : undefined),
  })
}
