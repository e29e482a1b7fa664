import { setImmediate as nextTurn } from 'node:timers/promises'
import { describeError, SluiceError } from '../../runtime/errors.ts'
import { readAccounts } from './account-rows.ts'
import { anchorFindings, type VerifySignature } from './anchors.ts'
import { checkPins } from './check-pins.ts'
import { readPins } from './heads-file.ts'
import { openReadOnly, type ReadOnlyDatabase, toAccount } from './journal-file.ts'
import { scalar } from './open-database.ts'
import { verifyChain } from './verify-chain.ts'
import { verifyRecords } from './verify-records.ts'
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

/** Events between two turns of the event loop. */
const TURN = 2_000
/** A file in ruins has enough findings after these. */
const MOST_FINDINGS = 1_000

/** What is damaged so badly that SQLite stops is a finding as well. */
function attempt<Value>(found: Finding[], work: () => Value): Value | undefined {
  try {
    return work()
  } catch (error) {
    found.push({ code: 'STRUCTURE_DAMAGED', message: describeError(error) })
    return undefined
  }
}

/** Runs a phase row by row and lets the event loop turn. */
async function drain(found: Finding[], rows: Iterator<Finding | undefined>, step: (done: number) => void, signal: AbortSignal | undefined): Promise<number> {
  let done = 0
  const assertWanted = (): void => {
    if (signal?.aborted === true) throw new SluiceError('ABORTED', 'the verification was given up', { cause: signal.reason })
  }
  assertWanted()
  for (;;) {
    const next = attempt(found, () => rows.next())
    if (next === undefined || next.done === true) break
    if (next.value !== undefined) found.push(next.value)
    else done += 1
    if (found.length >= MOST_FINDINGS) break
    if (done % TURN !== 0) continue
    step(done)
    await nextTurn()
    assertWanted()
  }
  step(done)
  return done
}

function structureFindings({ database }: ReadOnlyDatabase): readonly Finding[] {
  const rows = database.prepare('PRAGMA integrity_check(20)').all().map((row) => String(row['integrity_check']))
  return rows.filter((text) => text !== 'ok').map((message) => ({ code: 'STRUCTURE_DAMAGED', message }))
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
  const events = await drain(found, verifyChain(database, accounts), step('events', expected), signal)
  const records = attempt(found, () => Number(scalar(database, 'SELECT (SELECT count(*) FROM keys) + (SELECT count(*) FROM names) + (SELECT count(*) FROM executions) + (SELECT count(*) FROM archived_orders)'))) ?? 0
  await drain(found, verifyRecords(database, accounts), step('records', records), signal)
  step('structure', 1)(0)
  found.push(...attempt(found, () => structureFindings(file)) ?? [], ...attempt(found, () => pinFindings(file)) ?? [])
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
