import type { Action, Plan } from './plan.ts'
import { type RunResult, runPlan } from './run.ts'
import type { Plant } from './plant.ts'

export interface Shrunk {
  readonly result: RunResult
  /** Runs it took. */
  readonly runs: number
}

/**
 * The fewest actions that still break the same invariant (delta debugging: whole halves are left out first, single actions
 * last). Delays are addressed by what they are for, so that what stays goes on as before.
 */
export async function shrinkPlan(failing: RunResult, plant?: Plant, maximumRuns = 400): Promise<Shrunk> {
  const wanted = failing.violations[0]?.invariant
  if (wanted === undefined) return { result: failing, runs: 0 }
  let best = failing
  let runs = 0
  const isSpent = (): boolean => runs >= maximumRuns

  const stillFails = async (actions: readonly Action[]): Promise<boolean> => {
    runs += 1
    const plan: Plan = { ...failing.plan, actions }
    const result = await runPlan(plan, plant)
    if (!result.violations.some(({ invariant }) => invariant === wanted)) return false
    best = result
    return true
  }

  let size = Math.ceil(best.plan.actions.length / 2)
  while (!isSpent()) {
    let removed = false
    for (let start = 0; start < best.plan.actions.length && !isSpent();) {
      const { actions } = best.plan
      const rest = [...actions.slice(0, start), ...actions.slice(start + size)]
      if (rest.length > 0 && await stillFails(rest)) removed = true
      else start += size
    }
    if (size === 1 && !removed) break
    size = removed && size === 1 ? 1 : Math.max(1, Math.floor(size / 2))
  }
  return { result: best, runs }
}
