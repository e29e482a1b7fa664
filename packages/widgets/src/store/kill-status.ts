import type { EventOf, KillLevel, KillStatus } from '@sluice/core'

/** Levels from mild to severe. */
const levels: readonly KillLevel[] = ['reduce_only', 'no_new', 'cancel_all', 'flatten']

/** The kill switch after it changed. As in core: engaging never lowers a level, and an older epoch changes nothing. */
export function applyKillEvent(status: KillStatus | undefined, event: EventOf<'kill_switch_changed'>): KillStatus {
  const { action, scope, level, epoch, reason, actor } = event.data
  const engaged = status?.engaged ?? []
  if (status !== undefined && epoch <= status.epoch) return status
  const others = engaged.filter((entry) => entry.scope !== scope)
  if (action === 'release') return { epoch, engaged: others }
  const before = engaged.find((entry) => entry.scope === scope)
  if (before !== undefined && levels.indexOf(before.level) > levels.indexOf(level)) return { epoch, engaged }
  return { epoch, engaged: [...others, { scope, level, reason, actor, since: event.time, epoch }] }
}
