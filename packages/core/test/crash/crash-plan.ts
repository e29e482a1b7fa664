import { crash, type CrashPoint, type CrashResult } from './crash-run.ts'
import type { Plant } from './desk.ts'
import { allFaults, type Fault } from './faults.ts'
import type { JournalName } from './journal-place.ts'

/** The runs of one kind: `killed`, `killed twice`, `killed, its log torn`, or the name of a fault. */
interface KindCount {
  readonly kind: string
  runs: number
  /** Runs in which the fault showed itself, or damage was noticed because it had hit what was acknowledged. */
  took: number
}

export interface PlanOptions {
  readonly points: number
  /** The first point's number: a run is found again by it. Default 1. */
  readonly from?: number
  readonly plant?: Plant | undefined
  /** Where the journals are kept. Default: files. */
  readonly kept?: JournalName | undefined
  /** Only kills. */
  readonly without?: 'faults'
  /** Processes side by side. Default 2. */
  readonly jobs?: number
  readonly onResult?: (number: number, kind: string, result: CrashResult) => void
}

export interface PlanReport {
  readonly runs: number
  /** Runs with problems, each with its number. */
  readonly violations: readonly (readonly [number: number, result: CrashResult])[]
  readonly kinds: readonly KindCount[]
  /** Faults that this system cannot have, with the reason. */
  readonly missing: readonly string[]
  /** Steps of a whole day: where a process can die. */
  readonly steps: number
}

/** Steps of a start on what is there: where a recovering process can die. */
const RECOVERY_STEPS = 14

/** Every step comes in turn, far from the last one: few points already cover the whole day. */
const spread = (number: number, steps: number): number => 1 + Math.floor(((number * 0.618_033_988_749_895) % 1) * steps)

/** Of ten points four are one kill, two a kill and a torn log, three a second kill in the recovery, one is a fault. */
function pointOf(number: number, steps: number, faults: readonly Fault[], plant: Plant | undefined): readonly [kind: string, point: CrashPoint] {
  const seed = `crash-${number}`
  const diesAt = spread(number, steps)
  const kind = plant === undefined ? number % 10 : plant === 'no-pins' ? 5 : 1
  const fault = faults[Math.floor(number / 10) % Math.max(1, faults.length)]
  if (kind === 0 && fault !== undefined) return [fault.name, { seed, diesAt: 0, fault }]
  if (kind >= 7) return ['killed twice', { seed, diesAt, diesAgainAt: 1 + (number * 5) % RECOVERY_STEPS }]
  if (kind >= 5) return ['killed, its log torn', { seed, diesAt, plant, torn: true }]
  return ['killed', { seed, diesAt, plant }]
}

/** Runs points side by side and counts. */
export async function runPlan({ points, from = 1, plant, kept, without, jobs = 2, onResult }: PlanOptions): Promise<PlanReport> {
  const all = without === 'faults' ? [] : allFaults()
  const faults = all.filter(({ missing }) => missing === undefined)
  const whole = await crash({ seed: 'crash-0', diesAt: 0, kept })
  const steps = whole.victims[0]?.steps ?? 100
  const kinds = new Map<string, KindCount>()
  const violations: [number, CrashResult][] = whole.problems.length > 0 ? [[0, whole]] : []
  let next = from

  const work = async (): Promise<void> => {
    while (next < from + points) {
      const number = next
      next += 1
      const [kind, point] = pointOf(number, steps, faults, plant)
      const result = await crash({ ...point, kept, torn: point.torn === true && kept !== 'postgres' })
      const count = kinds.get(kind) ?? { kind, runs: 0, took: 0 }
      kinds.set(kind, count)
      count.runs += 1
      const alert = point.fault?.alert
      if (point.torn === true ? result.noticed : alert === undefined || result.victims[0]?.alerts.has(alert) === true) count.took += 1
      if (result.problems.length > 0) violations.push([number, result])
      onResult?.(number, kind, result)
    }
  }
  await Promise.all(Array.from({ length: jobs }, work))
  return { runs: points, violations, kinds: [...kinds.values()], missing: all.flatMap(({ name, missing }) => (missing === undefined ? [] : [`${name}: ${missing}`])), steps }
}
