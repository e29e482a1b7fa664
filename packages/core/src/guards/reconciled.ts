import type { StoredEvent } from '../order/event.ts'
import { fromIso } from '../runtime/clock.ts'
import type { Control } from './control.ts'
import { allow, type Decision, defineGuard, type Guard, reject } from './guard.ts'

/** Since when each order of unknown outcome has been unknown, in ms since the epoch. */
type Unknown = Map<string, number>

/** How long an outcome may stay unknown before it stops new risk, in ms: a look-up is mostly answered sooner. */
const PATIENCE = 60_000

const control: Control = {
  prevents: 'New risk while the broker\'s word may be missing, the books are not compared, or an order\'s outcome stays unknown',
  sources: ['RTS 6 17', 'SEC 15c3-5 (c)(1)(i)', 'FIA post-trade reconciliation'],
  codes: {
    STREAM_NOT_READY: 'Updates from the broker are interrupted. Wait until the connection is ready.',
    NOT_RECONCILED: 'Orders and positions are being compared with the broker. Try again shortly.',
    OUTCOME_UNKNOWN: 'An order has been of unknown outcome for too long. Resolve it; until then only orders that reduce a position pass.',
  },
  reducing: 'held',
  tightens: {},
}

/** What says that an order's outcome is known again. */
function follow(state: Unknown, event: StoredEvent): void {
  switch (event.type) {
    case 'order_unknown':
      if (!state.has(event.data.orderId)) state.set(event.data.orderId, fromIso(event.time))
      return
    case 'order_accepted':
    case 'order_rejected':
    case 'order_partially_filled':
    case 'order_filled':
    case 'order_canceled':
    case 'order_expired':
    case 'order_denied':
    case 'order_replaced':
    case 'order_replace_refused':
    case 'order_cancel_refused':
    case 'order_suspended': state.delete(event.data.orderId); return
    default:
  }
}

/** Always on: no new risk while we may not know what the broker knows. */
export const reconciledGuard: Guard<null, Unknown, undefined> = defineGuard<null, Unknown>({
  name: 'reconciled',
  options: null,
  control,
  initial: new Map(),
  apply: (state, event) => {
    follow(state, event)
    return state
  },
  check: (order, { view, state }): Decision => {
    const connection = view.connection(order.broker)
    if (connection !== 'ready') return reject('STREAM_NOT_READY', 'updates from the broker are interrupted; wait until the connection is ready', { limit: 'ready', observed: connection })
    if (!view.reconciled(order.broker)) return reject('NOT_RECONCILED', 'orders and positions are being compared with the broker; try again shortly', { limit: 'reconciled', observed: 'reconciling' })
    for (const [orderId, since] of state) {
      const age = view.now - since
      if (age <= PATIENCE || view.reducing(order)) continue
      return reject('OUTCOME_UNKNOWN', `order ${orderId} has been of unknown outcome for ${Math.floor(age / 1000)} s; resolve it`, { limit: String(PATIENCE / 1000), observed: String(Math.floor(age / 1000)) })
    }
    return { ...allow, observed: connection }
  },
})
