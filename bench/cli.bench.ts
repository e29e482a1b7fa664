// What the command line makes of a large journal: events a second of verify, show, export and replay, each in a process of its own.
// `pnpm bench cli 1000000` takes some minutes, most of them for writing the journal.
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type BrokerAdapter, createExecutionService, dailyLoss, maxPosition, messageRate, orderValue } from '@sluice/core'
import { sqliteJournal } from '@sluice/core/sqlite'
import { atLeast, type BenchResult } from './harness.ts'
import { nullBroker } from './null-broker.ts'

const EVENTS = 100_000
/** An order that is accepted and filled leaves so many. */
const PER_ORDER = 4
const IN_FLIGHT = 64
const BIN = fileURLToPath(new URL('../packages/cli/src/bin.ts', import.meta.url))

/** A broker without positions of its own: on a machine so busy that the clock seems to jump, the books are compared, and must agree. */
const keepsNoPositions = (broker: BrokerAdapter): BrokerAdapter => ({
  ...broker, capabilities: { ...broker.capabilities, positions: false },
  snapshot: async (since) => ({ ...await broker.snapshot(since), positions: { status: 'unavailable', reason: 'keeps none' } }),
})

/** A busy account, written by the service itself: every decision has its inputs. */
async function writeJournal(path: string, events: number): Promise<void> {
  const service = await createExecutionService({
    broker: keepsNoPositions(nullBroker(() => undefined, { fills: true })), journal: sqliteJournal(path),
    guards: [maxPosition({ quantity: '100000000' }), orderValue({ reject: '100000' }), dailyLoss({ loss: '1000000' }), messageRate({ perSecond: 10_000_000 })],
    quoteMaximumAge: 3_600_000,
  })
  let next = 0
  const work = async (): Promise<void> => {
    for (let index = next; index < events / PER_ORDER; index = next) {
      next += 1
      await service.placeOrder({
        symbol: 'AAPL', side: index % 2 === 0 ? 'buy' : 'sell', type: 'limit', quantity: '1', limitPrice: '100.00', timeInForce: 'day', idempotencyKey: `k${index}`,
      })
    }
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, work))
  await service.close()
}

async function perSecond(args: readonly string[]): Promise<{ readonly events: number; readonly perSecond: number }> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=@sluice/source', BIN, 'journal', ...args, '--json'], { maxBuffer: 1 << 24 })
  const result = JSON.parse(stdout) as { readonly ok: boolean; readonly events?: number; readonly count?: number; readonly perSecond: number }
  if (!result.ok) throw new Error(`sluice journal ${args.join(' ')} found something: ${stdout.slice(0, 1000)}`)
  return { events: result.events ?? result.count ?? 0, perSecond: result.perSecond }
}

export async function run([size]: readonly string[] = []): Promise<BenchResult[]> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-cli-bench-'))
  try {
    const path = join(folder, 'orders.db')
    await writeJournal(path, Number(size ?? EVENTS))
    const shown = async (name: string, args: readonly string[]): Promise<BenchResult> => ({ name, value: (await perSecond(args)).perSecond, unit: 'events/s', target: 'shown', ok: true })
    const verified = await perSecond(['verify', path])
    return [
      atLeast(`verify, ${verified.events} events`, verified.perSecond, 200_000, 'events/s'),
      await shown('show', ['show', path]),
      await shown('export to JSON Lines, written', ['export', path, '--to', join(folder, 'lines')]),
      await shown('export to Parquet, written', ['export', path, '--to', join(folder, 'parquet'), '--format', 'parquet']),
      await shown('export read back', ['verify', join(folder, 'lines')]),
      await shown('replay', ['replay', path]),
    ]
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
