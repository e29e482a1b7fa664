import type { PipelineContext } from '../pipeline/context.ts'
import { type LimitsOutcome, updateLimits } from '../pipeline/limits/update-limits.ts'

/** Other options for one guard. */
export interface LimitsCommand {
  /** The guard's name, for example `max-position`. */
  readonly guard: string
  /** The options to change; others keep their value, and `null` takes one away. */
  readonly options: Readonly<Record<string, unknown>>
  readonly reason: string
  /** A fresh code of a human, for a looser limit where codes are configured. */
  readonly code?: string
  /** Who changes it; recorded with the event. Default `local`. */
  readonly actor?: string
}

/** Changes limits while the service runs. What is in force is in `guards()`. */
export interface LimitsControl {
  /**
   * Changes options of one guard. A stricter limit is in force at once; a looser one, or one not known to be stricter, once a human's
   * code was spent. The change is journaled and outlives a restart.
   * @throws SluiceError ORDER_INVALID (unknown guard or option, or one that changes with a restart only), CONFIGURATION_INVALID,
   * APPROVAL_REFUSED, APPROVAL_UNAVAILABLE, VERSION_CONFLICT, JOURNAL_FAILED, CLOSED
   */
  update(command: LimitsCommand): Promise<LimitsOutcome>
}

export function createLimitsControl(context: PipelineContext): LimitsControl {
  return {
    update: async ({ guard, options, reason, code, actor = 'local' }) => updateLimits(context, { guard, options, reason, code, actor }),
  }
}
