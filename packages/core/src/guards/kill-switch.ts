import { atLeast } from '../kill-switch/kill-state.ts'
import { allow, defineGuard, type Guard, reject } from './guard.ts'

/** Always on: nothing passes an engaged kill switch but, at `reduce_only`, what provably reduces. It never sees a cancel. */
export const killSwitchGuard: Guard<null, undefined, undefined> = defineGuard({
  name: 'kill-switch',
  options: null,
  check: (order, { view }) => {
    const entry = view.kill(order)
    if (entry === undefined) return { ...allow, observed: 'released' }
    const measured = { limit: entry.scope, observed: entry.level }
    if (atLeast(entry.level, 'no_new')) return reject('KILL_SWITCH_ENGAGED', `the kill switch is engaged (${entry.scope}): ${entry.reason}`, measured)
    if (view.reducing(order)) return { ...allow, ...measured }
    return reject('KILL_SWITCH_REDUCE_ONLY', `only orders that reduce a position pass (${entry.scope}): ${entry.reason}`, measured)
  },
})
