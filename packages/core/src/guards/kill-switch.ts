import { atLeast } from '../kill-switch/kill-state.ts'
import type { Control } from './control.ts'
import { allow, defineGuard, type Guard, reject } from './guard.ts'

const control: Control = {
  prevents: 'Anything but what reduces, once somebody or something has stopped trading',
  sources: ['RTS 6 12', 'SEC 15c3-5 (c)(1)', 'FIA kill switch'],
  codes: {
    KILL_SWITCH_ENGAGED: 'Trading is stopped for this order. A human must release the kill switch.',
    KILL_SWITCH_REDUCE_ONLY: 'Only orders that reduce a position pass. Reduce, or have a human release the kill switch.',
    FLATTEN_ENDED: 'The kill switch no longer flattens what this order was to close.',
  },
  reducing: 'pass',
  tightens: {},
}

/**
 * Always on: nothing passes an engaged kill switch but, at `reduce_only`, what provably reduces and, at
 * `flatten`, its own orders that do. It never sees a cancel.
 */
export const killSwitchGuard: Guard<null, undefined, undefined> = defineGuard({
  name: 'kill-switch',
  options: null,
  control,
  check: (order, { view }) => {
    const entry = view.kill(order)
    if (order.purpose === 'flatten' && entry?.level !== 'flatten') {
      return reject('FLATTEN_ENDED', 'the kill switch no longer flattens what this order was to close', { observed: entry?.level ?? 'released' })
    }
    if (entry === undefined) return { ...allow, observed: 'released' }
    const measured = { limit: entry.scope, observed: entry.level }
    // A level of a newer version ranks higher still, and lets pass nothing at all.
    if (entry.level === 'flatten' && order.purpose === 'flatten' && view.reducing(order)) return { ...allow, ...measured }
    if (atLeast(entry.level, 'no_new')) return reject('KILL_SWITCH_ENGAGED', `the kill switch is engaged (${entry.scope}): ${entry.reason}`, measured)
    if (view.reducing(order)) return { ...allow, ...measured }
    return reject('KILL_SWITCH_REDUCE_ONLY', `only orders that reduce a position pass (${entry.scope}): ${entry.reason}`, measured)
  },
})
