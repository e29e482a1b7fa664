import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Plant } from './desk.ts'
import { type JournalName, placeOf } from './journal-place.ts'
import { judge } from './judge.ts'
import type { Fault } from './faults.ts'
import { runVictim, type Testimony } from './run-victim.ts'

/** One crash: where the first process dies, and where the one that recovers does; 0 = at its end, absent = it is not killed. */
export interface CrashPoint {
  readonly seed: string
  readonly diesAt: number
  readonly diesAgainAt?: number
  readonly plant?: Plant | undefined
  /** Where the journal is kept. Default: a file. */
  readonly kept?: JournalName | undefined
  /** What the first process runs inside. */
  readonly fault?: Fault | undefined
}

export interface CrashResult {
  readonly point: CrashPoint
  readonly places: readonly string[]
  readonly problems: readonly string[]
  readonly victims: readonly Testimony[]
}

/** Kills one process or two, and judges what they left. */
export async function crash(point: CrashPoint): Promise<CrashResult> {
  const { seed, diesAt, diesAgainAt, plant, kept, fault } = point
  const folder = mkdtempSync(join(tmpdir(), 'sluice-kill-'))
  mkdirSync(join(folder, 'journal'))
  const world = fault?.prepare(folder, seed)
  try {
    const victims = [await runVictim({ folder, seed, diesAt, work: 'trade', plant, kept }, world?.wrapper)]
    world?.repair()
    if (diesAgainAt !== undefined) victims.push(await runVictim({ folder, seed, diesAt: diesAgainAt, work: 'recover', plant, kept }))
    const [first] = victims as [Testimony]
    const failures = victims.flatMap(({ failure }) => (failure === undefined ? [] : [`a process ended by itself: ${failure}`]))
    const stopped = fault === undefined && victims.some(({ alerts }) => alerts.has('JOURNAL_FAILED')) ? ['the journal stopped without a reason'] : []
    const problems = [...failures, ...stopped, ...await judge(folder, seed, first, plant, kept)]
    return { point, places: victims.map(({ place }) => place), problems, victims }
  } finally {
    world?.remove()
    await (await placeOf(kept)).remove(folder)
    rmSync(folder, { recursive: true, force: true })
  }
}
