import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createExecutionService, type ExecutionService, simulatedBroker, type StreamItem } from '@sluice/core'
import { type ExportedHistory, openJournalFile, pruneJournal, sqliteJournal, sqliteStore } from '@sluice/core/sqlite'
import { memorySink, type MemorySink, type RelayAlert, startEventRelay } from '@sluice/events'
import { expect, onTestFinished, test } from 'vitest'
import { upTo } from './support/open-relay.ts'

/** A day of a real service on a real file, with a relay to a sink that outlives it. */
async function openDay(folder: string, sink: MemorySink) {
  const journal = sqliteJournal(join(folder, 'orders.db'))
  const service = await createExecutionService({ broker: simulatedBroker({ store: sqliteStore(join(folder, 'broker.db')), prices: { F: '10.00' }, seed: 'prune' }), journal, reconcileEvery: 0 })
  const alerts: RelayAlert[] = []
  const relay = await startEventRelay({ service, journal, sinks: [sink], onAlert: (alert) => { alerts.push(alert) }, retryDelay: 5, longestDelay: 20 })
  return { service, relay, alerts, close: async () => { await relay.close(); await service.close() } }
}

async function trade(service: ExecutionService, orders: number): Promise<void> {
  for (let index = 0; index < orders; index += 1) await service.placeOrder({ symbol: 'F', side: 'buy', type: 'market', quantity: '1', timeInForce: 'day' })
}
/** As an export of all of it says, read back. */
function wholeHistory(path: string): ExportedHistory {
  const file = openJournalFile(path)
  const last = [...file.events('main')].at(-1)
  file.close()
  return { account: 'main', first: 1, last: last?.event.sequence ?? 0, head: last?.hash ?? '' }
}

const ofMain = (items: readonly StreamItem[]): readonly StreamItem[] => items.filter(({ account }) => account === 'main')

test('a sink that was away while its events were pruned gets one reset with the state, and then every event after it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-pruned-'))
  onTestFinished(() => { rmSync(folder, { recursive: true, force: true }) })
  const sink = memorySink()
  const first = await openDay(folder, sink)
  await trade(first.service, 3)
  expect(await first.relay.drained(5000)).toBe(true)
  const before = ofMain(sink.unique).length
  expect(ofMain(sink.unique).map(({ sequence }) => sequence)).toEqual(upTo(before))
  sink.fail()
  await trade(first.service, 5)
  await first.close()

  const path = join(folder, 'orders.db')
  // What the sink has not got stays by itself: it is named here because it shall miss something.
  expect(await pruneJournal(path, [wholeHistory(path)], { dryRun: true })).toMatchObject({ pruned: [{ account: 'main', last: before }], held: [{ sink: sink.name, first: before + 1 }] })
  const [pruned] = (await pruneJournal(path, [wholeHistory(path)], { withoutSinks: [sink.name] })).pruned
  expect(pruned?.last).toBeGreaterThan(before)

  const second = await openDay(folder, sink)
  // What is gone from the journal is still missing there.
  expect(second.relay.lag()).toBeGreaterThanOrEqual((pruned?.last ?? 0) - before)
  expect(await second.relay.drained(50)).toBe(false)
  sink.heal()
  expect(await second.relay.drained(5000)).toBe(true)
  await trade(second.service, 2)
  expect(await second.relay.drained(5000)).toBe(true)
  await second.close()
  const [reset, ...rest] = ofMain(sink.received).slice(before)
  expect(reset).toMatchObject({ type: 'stream_reset', positions: [expect.objectContaining({ symbol: 'F' })] })
  expect(reset?.sequence).toBeGreaterThanOrEqual(pruned?.last ?? 0)
  expect(rest.map(({ sequence }) => sequence)).toEqual(rest.map((_, index) => (reset?.sequence ?? 0) + 1 + index))
  // At least the intent and the answer of each order.
  expect(rest.length).toBeGreaterThanOrEqual(4)
  expect(second.alerts.map(({ code }) => code)).toContain('STREAM_RESET')
})
