import { fromIso } from '../runtime/clock.ts'
import type { Control } from './control.ts'
import { defineGuard, type Guard, reject } from './guard.ts'
import { numberOption } from './option.ts'

export interface MessageRateOptions {
  /** Orders and replaces a second that may go on for ever. */
  readonly perSecond: number
  /** Orders and replaces that may come at once. Default `perSecond`, at least 1. */
  readonly burst?: number
}

const control: Control = {
  prevents: 'More orders and replaces in a time than the limit, without a doubling at the edge of a window',
  sources: ['RTS 6 15(1)(d)', 'SEC 15c3-5 (c)(1)(ii)', 'FIA message throttles'],
  codes: { MESSAGE_RATE_EXCEEDED: 'Too many orders and replaces at once. Wait for `retryAfter` milliseconds.' },
  reducing: 'held',
  tightens: { perSecond: 'restart', burst: 'restart' },
  defaults: { burst: '=perSecond' },
}

/** Time in ms since the epoch, and how far the messages are then ahead of an even flow, in ns. Whole numbers: no drift. */
interface Memory { readonly at: number; readonly ahead: number }

const NANOSECONDS = 1_000_000

/**
 * Messages per account by the generic cell rate algorithm (ITU-T I.371): in any window of `w` seconds at most
 * `burst + perSecond × w` pass, with no doubling at window edges (RTS 6 article 15(1)(d)). Cancels are never counted nor refused.
 * For a broker that counts so many in a time, choose `burst + perSecond × time` not above that: for 200 a minute, 20 and 3.
 */
export function messageRate(options: MessageRateOptions): Guard<MessageRateOptions, Memory, undefined> {
  const interval = Math.ceil((1000 * NANOSECONDS) / numberOption('messageRate', 'perSecond', options.perSecond))
  const burst = Math.max(1, Math.floor(numberOption('messageRate', 'burst', options.burst ?? Math.max(1, options.perSecond))))
  const limit = String(burst)
  const tolerance = (burst - 1) * interval
  /** Further back than this no message can have left the clock: it was set back. */
  const jump = (2 * burst * interval) / NANOSECONDS

  const aheadAt = ({ at, ahead }: Memory, now: number): number => {
    // A clock that was set back must not lock the account for as long as it jumped: one message passes and begins anew.
    if (now < at - jump) return Math.min(ahead, tolerance)
    return Math.max(0, ahead - Math.max(0, now - at) * NANOSECONDS)
  }

  /** Of one message at a time every one is all there is: no reason to warn. */
  const warningOf = (messages: number): { readonly warning?: 70 | 90 } =>
    (messages <= 1 || messages * 10 < burst * 7 ? {} : { warning: messages * 10 < burst * 9 ? 70 : 90 })

  return defineGuard<MessageRateOptions, Memory>({
    name: 'message-rate',
    options,
    control,
    usage: ({ view, state }) => [{ limit: 'burst', maximum: limit, used: String(Math.min(burst, Math.ceil(aheadAt(state, view.now) / interval))) }],
    initial: { at: 0, ahead: 0 },
    apply: (state, event) => {
      if (event.type !== 'order_pending_new' && event.type !== 'order_pending_replace') return state
      const at = fromIso(event.time)
      return { at, ahead: aheadAt(state, at) + interval }
    },
    check: (order, { view, state }) => {
      // At the last look the message itself has been counted.
      const ahead = Math.max(0, aheadAt(state, view.now) - (order.recheck === true ? interval : 0))
      const observed = String(Math.ceil(ahead / interval) + 1)
      if (ahead <= tolerance) return { verdict: 'allow', limit, observed, ...warningOf(Number(observed)) }
      return reject('MESSAGE_RATE_EXCEEDED', `more than ${limit} orders at once or ${options.perSecond} a second; slow down`, {
        limit, observed, retryAfter: Math.ceil((ahead - tolerance) / NANOSECONDS),
      })
    },
  })
}
