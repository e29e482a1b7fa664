// Events on their way out: how many a second reach the test broker, what one costs, and whether orders notice (issue of the events room).
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createExecutionService, dailyLoss, type ExecutionService, type Journal, maxPosition, memoryJournal, messageRate, orderValue } from '@sluice/core'
import { sqliteJournal } from '@sluice/core/sqlite'
import { type EventRelay, type EventSink, memorySink, startEventRelay } from '@sluice/events'
import { kafkaSink } from '@sluice/events/kafka'
import { type BenchBroker, startBroker } from './events/start-broker.ts'
import { atLeast, atMost, type BenchResult, cpuSecondsOf, median, percentile } from './harness.ts'
import { nullBroker } from './null-broker.ts'

const ACCOUNTS = ['main', 'second', 'third', 'fourth']
const ROUNDS = 15
const ORDERS_A_ROUND = 120
/** Between two orders, in ms: a strategy thinks before it trades again. */
const PAUSE = 1

const shown = (name: string, value: number, unit: string): BenchResult => ({ name, value: Number(value.toPrecision(4)), unit, target: 'shown', ok: true })

async function openService(journal: Journal): Promise<ExecutionService> {
  return createExecutionService({
    broker: nullBroker(() => undefined), journal, accounts: ACCOUNTS, quoteMaximumAge: 3_600_000, reconcileEvery: 0,
    guards: [maxPosition({ quantity: '100000000' }), orderValue({ reject: '100000' }), dailyLoss({ loss: '1000000' }), messageRate({ perSecond: 10_000_000 })],
  })
}

let keys = 0
async function place(service: ExecutionService): Promise<void> {
  keys += 1
  const { status } = await service.placeOrder({
    symbol: 'AAPL', side: keys % 2 === 0 ? 'buy' : 'sell', type: 'limit', quantity: '1', limitPrice: '100.00', timeInForce: 'day', idempotencyKey: `k${keys}`,
  })
  if (status !== 'new') throw new Error(`the bench measures accepted orders, this one is ${status}`)
}

const relayTo = (service: ExecutionService, journal: Journal, sink: EventSink): Promise<EventRelay> =>
  startEventRelay({ service, journal, sinks: [sink], onAlert: ({ message }) => { throw new Error(message) } })

// Each with a source of its own: an envelope that was made once is kept.
const toKafka = (broker: BenchBroker, name: string): EventSink => kafkaSink({ brokers: [broker.address], source: `/bench/${name}`, name })

/** A day that is there already, brought to a sink that has nothing of it. */
async function catchUp(service: ExecutionService, journal: Journal, sink: EventSink): Promise<{ readonly perSecond: number; readonly microseconds: number; readonly events: number }> {
  let events = 0
  for (const account of await journal.accounts()) for await (const _ of journal.read(account, 1)) events += 1
  const start = performance.now()
  const cpu = await cpuSecondsOf(async () => {
    const relay = await relayTo(service, journal, sink)
    if (!await relay.drained(120_000)) throw new Error('the sink did not get everything')
    await relay.close()
  })
  return { events, perSecond: events / ((performance.now() - start) / 1000), microseconds: cpu * 1e6 / events }
}

async function throughput(broker: BenchBroker, orders: number): Promise<BenchResult[]> {
  const journal = memoryJournal()
  const service = await openService(journal)
  for (let index = 0; index < orders; index += 1) await place(service)
  await catchUp(service, journal, toKafka(broker, 'warm-up'))
  const before = await broker.size()
  const kafka = await catchUp(service, journal, toKafka(broker, 'kafka'))
  const arrived = await broker.size() - before
  if (arrived !== kafka.events) throw new Error(`${kafka.events} events left, ${arrived} arrived`)
  const memory = await catchUp(service, journal, memorySink())
  await service.close()
  return [
    atLeast('events to the test broker', kafka.perSecond, 20_000, 'events/s'),
    shown('CPU of one event to Kafka, our side', kafka.microseconds, 'us'),
    shown('CPU of one event to a list, the relay alone', memory.microseconds, 'us'),
    shown('events', kafka.events, 'events'),
  ]
}

/** Milliseconds from the call to the verdict, one order after another. */
async function latencies(service: ExecutionService, orders: number): Promise<number[]> {
  const samples: number[] = []
  for (let index = 0; index < orders; index += 1) {
    const start = performance.now()
    await place(service)
    samples.push(performance.now() - start)
    await sleep(PAUSE)
  }
  return samples
}

/** Rounds with the sink and rounds without it take turns, so that both meet the same neighbours. */
async function orderLatency(broker: BenchBroker): Promise<BenchResult[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-events-bench-'))
  try {
    const journal = sqliteJournal(join(folder, 'orders.db'))
    const service = await openService(journal)
    await latencies(service, ORDERS_A_ROUND)
    const pairs: (readonly [off: readonly number[], on: readonly number[]])[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      const off = await latencies(service, ORDERS_A_ROUND)
      const relay = await relayTo(service, journal, toKafka(broker, 'latency'))
      await relay.drained(60_000)
      const on = await latencies(service, ORDERS_A_ROUND)
      await relay.drained(60_000)
      await relay.close()
      pairs.push([off, on])
    }
    await service.close()
    const all = (side: 0 | 1): number[] => pairs.flatMap((pair) => pair[side])
    return [
      atMost('order latency, sink on over sink off, median of rounds', median(pairs.map(([off, on]) => median(on) / median(off))), 1.1, 'x'),
      shown('order latency, sink off, p50', median(all(0)), 'ms'),
      shown('order latency, sink on, p50', median(all(1)), 'ms'),
      shown('order latency, sink on over sink off, p99', percentile(all(1), 0.99) / percentile(all(0), 0.99), 'x'),
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export async function run(size: readonly string[] = []): Promise<BenchResult[]> {
  const orders = Number(size[0] ?? 30_000)
  const broker = await startBroker()
  try {
    return [...await throughput(broker, orders), ...await orderLatency(broker)]
  } finally {
    broker.close()
  }
}
