import { compareLimits } from '../../guards/compare-limits.ts'
import type { Guard } from '../../guards/guard.ts'
import type { GuardLimits, Json } from '../../order/event.ts'
import { SluiceError } from '../../runtime/errors.ts'
import type { PipelineContext } from '../context.ts'

/** Which limits a start takes, when some were changed while the service ran and the code says otherwise since. */
export type LimitsChoice = 'code' | 'journal'

const isSame = (left: Json, right: Json): boolean => JSON.stringify(left) === JSON.stringify(right)

/** Whether a guard goes on under the options that were in force, rather than under the code's. */
function keeps(guard: Guard, inForce: Json, code: Json, before: Json, choice: LimitsChoice | undefined): boolean {
  if (isSame(inForce, code)) return false
  // Nobody touched the code since: what was changed while it ran stands.
  if (isSame(before, code)) return choice !== 'code'
  const { loosened, restart } = compareLimits(guard.name, guard.control, inForce, code)
  // The tighter of both.
  if (loosened.length === 0 && restart.length === 0) return false
  if (choice !== undefined) return choice === 'journal'
  throw new SluiceError('LIMITS_CONFLICT', `${[...loosened, ...restart].join(', ')}: changed while the service ran, and the code says otherwise since; start with limits: 'journal' to keep those in force, or limits: 'code' to take the code's`)
}

/**
 * Limits that were changed while the service ran outlive it. Called before anything is recorded; memories are folds of events and
 * do not depend on it.
 * @throws SluiceError LIMITS_CONFLICT when code and journal differ and neither is the stricter one
 */
export function adoptLimits(context: PipelineContext, choice: LimitsChoice | undefined): void {
  const { limits } = context
  const configured: readonly GuardLimits[] = limits?.configured ?? []
  for (const { name, options: before } of configured) {
    const index = context.guards.findIndex((guard) => guard.name === name)
    const guard = context.guards[index]
    const inForce = limits?.guards.find((found) => found.name === name)?.options
    if (guard?.withOptions === undefined || inForce === undefined) continue
    if (keeps(guard, inForce, context.configured.get(name) ?? null, before, choice)) context.setGuard(index, guard.withOptions(inForce))
  }
}
