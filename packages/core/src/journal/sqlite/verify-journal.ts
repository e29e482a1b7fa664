import { setImmediate as nextTurn } from 'node:timers/promises'
import { describeError, SluiceError } from '../../runtime/errors.ts'
import { readAccounts } from './account-rows.ts'
import { anchorFindings, type VerifySignature } from './anchors.ts'
import { checkPins } from './check-pins.ts'
import { readPins } from './heads-file.ts'
import { openReadOnly, type ReadOnlyDatabase, toAccount } from './journal-file.ts'
import { sumOrderIndex } from './order-index-sum.ts'
import { askWorker, findWorker } from './start-worker.ts'
import { type CheckedEvents, verifyChain } from './verify-chain.ts'
import { MOST_FINDINGS, type RestReport, verifyRest } from './verify-rest.ts'
import type { Finding, FindingCode, VerifyProgress, VerifyReport } from './verify-report.ts'
import { verifySchema } from './verify-schema.ts'

export interface VerifyOptions {
  /** Called some hundred times in all. */
  readonly onProgress?: (progress: VerifyProgress) => void
  /** Gives up: the promise rejects with ABORTED. */
  readonly signal?: AbortSignal
  /** Checks the signatures of anchors; without it only what they say is compared. */
  readonly verifySignature?: VerifySignature
}

/** Pages between two turns of the event loop. */
const TURN = 8
/** Below so many events a second thread takes longer to start than it saves. */
const WORTH_A_THREAD = 50_000

/** What is damaged so badly that SQLite stops is a finding as well. */
function attempt<Value>(found: Finding[], work: () => Value): Value | undefined {
  try {
    return work()
  } catch (error) {
    found.push({ code: 'STRUCTURE_DAMAGED', message: describeError(error) })
    return undefined
  }
}

function assertWanted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) throw new SluiceError('ABORTED', 'the verification was given up', { cause: signal.reason })
}

/** Computes the chains page by page and lets the event loop turn. */
async function verifyEvents(found: Finding[], pages: Iterator<CheckedEvents>, step: (done: number) => void, signal: AbortSignal | undefined): Promise<number> {
  let done = 0
  for (let turn = 1; ; turn += 1) {
    const next = attempt(found, () => pages.next())
    if (next === undefined || next.done === true) break
    done += next.value.sound
    found.push(...next.value.findings)
    if (found.length >= MOST_FINDINGS) break
    if (turn % TURN !== 0) continue
    step(done)
    await nextTurn()
    assertWanted(signal)
  }
  step(done)
  return done
}

/** Everything but the events: on a thread of its own where there is much of it. */
async function verifyOthers({ path, database }: ReadOnlyDatabase, events: number, signal: AbortSignal | undefined): Promise<RestReport> {
  const file = events < WORTH_A_THREAD ? undefined : findWorker()
  if (file !== undefined) return askWorker<RestReport>(file, { verifyRest: path }, path, signal)
  const work = verifyRest(database)
  for (;;) {
    const next = work.next()
    if (next.done === true) return next.value
    await nextTurn()
    assertWanted(signal)
  }
}

function pinFindings({ database, path }: ReadOnlyDatabase): readonly Finding[] {
  const pins = readPins(path)
  if (pins === undefined) return [{ code: 'PINS_MISSING', message: `${path}.heads is missing: nothing says that the tail is whole` }]
  return checkPins(database, pins).map(({ code, account, message }) => ({ code, ...(account !== '' && { account }), message }))
}

async function examine(file: ReadOnlyDatabase, { onProgress, signal, verifySignature }: VerifyOptions): Promise<Omit<VerifyReport, 'path' | 'ok'>> {
  const { database } = file
  const found: Finding[] = []
  const step = (phase: VerifyProgress['phase'], total: number) => (done: number): void => onProgress?.({ phase, done, total: Math.max(total, done) })
  found.push(...attempt(found, () => verifySchema(database)) ?? [])
  const accounts = attempt(found, () => readAccounts(database)) ?? []
  const expected = accounts.reduce((sum, { sequence, pruned }) => sum + sequence - pruned, 0)
  const summer = sumOrderIndex()
  assertWanted(signal)
  const [events, rest] = await Promise.all([verifyEvents(found, verifyChain(database, accounts, summer), step('events', expected), signal), verifyOthers(file, expected, signal)])
  step('structure', 1)(0)
  found.push(...rest.findings)
  const { count, sum } = summer.result
  if (count !== rest.index.count || sum !== rest.index.sum) found.push({ code: 'RECORD_DAMAGED', message: 'the index of orders is not that of the events' })
  found.push(...attempt(found, () => pinFindings(file)) ?? [])
  found.push(...await anchorFindings(database, file.path, verifySignature).catch((error: unknown): Finding[] => [{ code: 'STRUCTURE_DAMAGED', message: describeError(error) }]))
  step('structure', 1)(1)
  return { accounts: accounts.map(toAccount), events, findings: found }
}

const WARNINGS: ReadonlySet<FindingCode> = new Set(['PINS_MISSING'])

/**
 * Computes every link of a closed journal or a copy of one again, and compares what it finds with the pins beside it. Damage
 * anywhere in what was acknowledged is found. It changes nothing; 1 M events take some seconds.
 * @throws SluiceError JOURNAL_FAILED when there is no such file, JOURNAL_LOCKED while a service has it, JOURNAL_NEWER, ABORTED
 */
export async function verifyJournal(path: string, options: VerifyOptions = {}): Promise<VerifyReport> {
  let file: ReadOnlyDatabase
  try {
    file = openReadOnly(path)
  } catch (error) {
    if (!SluiceError.isInstance(error) || error.code !== 'JOURNAL_CORRUPT') throw error
    return { path, ok: false, accounts: [], events: 0, findings: [{ code: 'STRUCTURE_DAMAGED', message: error.message }] }
  }
  try {
    const report = await examine(file, options)
    return { path: file.path, ok: report.findings.every(({ code }) => WARNINGS.has(code)), ...report }
  } finally {
    file.close()
  }
}
