import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { verifyJournal } from '../../src/journal/sqlite/index.ts'
import { describeError, SluiceError } from '../../src/runtime/errors.ts'
import { openDesk, type Plant } from './desk.ts'
import { type JournalName, journalPath, placeOf } from './journal-place.ts'
import { judge } from './judge.ts'
import type { Fault } from './faults.ts'
import { runVictim, type Testimony } from './run-victim.ts'
import { tearTail } from './tear-tail.ts'

/** One crash: where the first process dies, and where the one that recovers does; 0 = at its end, absent = it is not killed. */
export interface CrashPoint {
  readonly seed: string
  readonly diesAt: number
  readonly diesAgainAt?: number
  readonly plant?: Plant | undefined
  /** Where the journal is kept. Default: a file. */
  readonly kept?: JournalName | undefined
  /** Whether the end of the first process's log is damaged once it is dead: of a journal that is a file. */
  readonly torn?: boolean
  /** What the first process runs inside. */
  readonly fault?: Fault | undefined
}

export interface CrashResult {
  readonly point: CrashPoint
  readonly places: readonly string[]
  readonly problems: readonly string[]
  readonly victims: readonly Testimony[]
  /** Acknowledged data was damaged, and the journal said so: verification has findings and no service starts on it. */
  readonly noticed: boolean
}

/**
 * What is wrong with a journal that verification found damaged: nothing, if it only lets a service rescue (PROTOCOL C4), or if nothing
 * had been acknowledged in it yet: `fresh` then judges it like any other.
 */
async function refusedStart(folder: string, seed: string, fresh: (() => Promise<string[]>) | undefined): Promise<string[]> {
  const { service } = await openDesk({ folder, seed, thread: 'inline' })
  const { state, rescue } = service
  await service.close()
  if (state !== 'rescue') return fresh?.() ?? ['verification finds damage, and a service trades on it']
  const { cause } = rescue ?? {}
  return SluiceError.isInstance(cause) && cause.code === 'JOURNAL_CORRUPT' ? [] : [`a damaged journal was refused for another reason: ${describeError(cause)}`]
}

/** Kills one process or two, and judges what they left. */
export async function crash(point: CrashPoint): Promise<CrashResult> {
  const { seed, diesAt, diesAgainAt, plant, kept, fault, torn = false } = point
  const folder = mkdtempSync(join(tmpdir(), 'sluice-kill-'))
  mkdirSync(join(folder, 'journal'))
  const world = fault?.prepare(folder, seed)
  try {
    const victims = [await runVictim({ folder, seed, diesAt, work: 'trade', plant, kept }, world?.wrapper)]
    world?.repair()
    if (diesAgainAt !== undefined) victims.push(await runVictim({ folder, seed, diesAt: diesAgainAt, work: 'recover', plant, kept }))
    const [first] = victims as [Testimony]
    const damage = torn ? tearTail(journalPath(folder), seed) : undefined
    if (plant === 'no-pins') rmSync(`${journalPath(folder)}.heads`, { force: true })
    const report = damage === undefined ? undefined : await verifyJournal(journalPath(folder))
    const noticed = report?.ok === false
    const judged = (): Promise<string[]> => judge(folder, seed, first, plant, kept)
    const failures = victims.flatMap(({ failure }) => (failure === undefined ? [] : [`a process ended by itself: ${failure}`]))
    const stopped = fault === undefined && victims.some(({ alerts }) => alerts.has('JOURNAL_FAILED')) ? ['the journal stopped without a reason'] : []
    const problems = [...failures, ...stopped, ...noticed ? await refusedStart(folder, seed, report.accounts.length === 0 ? judged : undefined) : await judged()]
    return { point, places: [...victims.map(({ place }) => place), ...(damage === undefined ? [] : [damage])], problems, victims, noticed }
  } finally {
    world?.remove()
    await (await placeOf(kept)).remove(folder)
    rmSync(folder, { recursive: true, force: true })
  }
}
