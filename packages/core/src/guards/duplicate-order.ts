import type { OrderIntent } from '../order/event.ts'
import type { OrderTerms } from '../order/request.ts'
import { fromIso } from '../runtime/clock.ts'
import type { Control } from './control.ts'
import { allow, challenge, defineGuard, type Guard, reject } from './guard.ts'
import { numberOption, wordOption } from './option.ts'

export interface DuplicateOrderOptions {
  /** Seconds within which the same order under another key counts as a duplicate. */
  readonly window: number
  /** What a duplicate meets: a refusal, or the question whether it is meant. Default `reject`. */
  readonly answer?: 'reject' | 'challenge'
}

const control: Control = {
  prevents: 'The same order twice within moments under two keys: a double click, a loop that re-sends',
  sources: ['SEC 15c3-5 (c)(1)(ii)', 'FIA duplicate order checks'],
  codes: { ORDER_DUPLICATE: 'The same order was placed moments ago under another key. Wait, or change what is meant to differ.' },
  reducing: 'held',
  tightens: { window: 'restart', answer: 'restart' },
  defaults: { answer: 'reject' },
}

/** When each order that was sent or waits for a code was last placed, oldest first, and which order that was. */
type Recent = Map<string, { readonly at: number; readonly orderId: string }>

let lastTerms: OrderTerms | undefined
let lastFingerprint = ''

/** Of the order that is decided on and then taken in: written once. */
function fingerprint(terms: OrderTerms): string {
  if (terms === lastTerms) return lastFingerprint
  const { symbol, side, type, quantity = '', notional = '', limitPrice = '', stopPrice = '', trailAmount = '', trailPercent = '', strategy = '' } = terms
  lastFingerprint = `${symbol}\n${side}\n${type}\n${quantity}\n${notional}\n${limitPrice}\n${stopPrice}\n${trailAmount}\n${trailPercent}\n${strategy}`
  lastTerms = terms
  return lastFingerprint
}

function remember(recent: Recent, orderId: string, intent: OrderIntent, time: string, window: number): void {
  const key = fingerprint(intent.terms)
  // The second decision on an approved order is not a second order.
  if (recent.get(key)?.orderId === orderId) return
  const at = fromIso(time)
  recent.delete(key)
  recent.set(key, { at, orderId })
  for (const [oldest, { at: since }] of recent) {
    if (since > at - window) break
    recent.delete(oldest)
  }
}

/**
 * The same symbol, side, type, quantity, prices and strategy as an order of the account that was sent, or waits for its code, within
 * the window. The same key is no duplicate: it answers with the first order (SEC 15c3-5 (c)(1)(ii)).
 */
export function duplicateOrder(options: DuplicateOrderOptions): Guard<DuplicateOrderOptions, Recent, undefined> {
  const window = numberOption('duplicateOrder', 'window', options.window) * 1000
  const answer = wordOption('duplicateOrder', 'answer', options.answer ?? 'reject', ['reject', 'challenge'])
  const limit = String(options.window)
  return defineGuard<DuplicateOrderOptions, Recent>({
    name: 'duplicate-order',
    options,
    control,
    initial: new Map(),
    apply: (recent, event) => {
      if (event.type === 'order_pending_new' || event.type === 'order_pending_approval') remember(recent, event.data.orderId, event.data.intent, event.time, window)
      return recent
    },
    check: (order, { view, state }) => {
      const before = order.kind === 'new' ? state.get(fingerprint(order.terms)) : undefined
      // A clock that was set back makes nothing older than it is.
      const age = before === undefined ? window : Math.max(0, view.now - before.at)
      if (before === undefined || before.orderId === order.orderId || age >= window) return allow
      const observed = String(age / 1000)
      const message = `the same order was placed ${observed} s ago, as ${before.orderId}`
      return answer === 'challenge' ? challenge('ORDER_DUPLICATE', message, { limit, observed: before.orderId }) : reject('ORDER_DUPLICATE', message, { limit, observed, retryAfter: window - age })
    },
  })
}
