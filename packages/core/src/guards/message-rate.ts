import { fromIso } from '../runtime/clock.ts'
import { defineGuard, type Guard, reject } from './guard.ts'
import { numberOption } from './option.ts'

export interface MessageRateOptions {
  /** Orders and replaces a second that may go on for ever. */
  readonly perSecond: number
  /** Orders and replaces that may come at once. Default `perSecond`, at least 1. */
  readonly burst?: number
}

/** When the next message would be due if they came evenly, in ms since the epoch. */
interface Memory { readonly due: number }

/**
 * Messages per account by the generic cell rate algorithm (ITU-T I.371): in any window of `w` seconds at most
 * `burst + perSecond × w` pass, with no doubling at window edges (RTS 6 article 15(1)(d)). Cancels are never counted nor refused.
 */
export function messageRate(options: MessageRateOptions): Guard<MessageRateOptions, Memory, undefined> {
  const interval = 1000 / numberOption('messageRate', 'perSecond', options.perSecond)
  const burst = Math.max(1, Math.floor(numberOption('messageRate', 'burst', options.burst ?? Math.max(1, options.perSecond))))
  const tolerance = (burst - 1) * interval
  return defineGuard<MessageRateOptions, Memory>({
    name: 'message-rate',
    options,
    initial: { due: 0 },
    apply: (state, event) => {
      if (event.type !== 'order_pending_new' && event.type !== 'order_pending_replace') return state
      return { due: Math.max(state.due, fromIso(event.time)) + interval }
    },
    check: (_order, { view, state }) => {
      // A clock that was set back must not lock the account for as long as it jumped.
      const ahead = Math.min(Math.max(0, state.due - view.now), burst * interval)
      const used = Math.ceil(ahead / interval)
      const measured = { limit: String(burst), observed: String(used + 1) }
      if (ahead <= tolerance) return { verdict: 'allow', ...measured }
      return reject('MESSAGE_RATE_EXCEEDED', `more than ${burst} orders at once or ${options.perSecond} a second; slow down`, {
        ...measured, retryAfter: Math.ceil(ahead - tolerance),
      })
    },
  })
}
