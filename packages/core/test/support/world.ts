import type { BrokerAdapter } from '../../src/broker/broker-adapter.ts'
import { type SimulatedBroker, simulatedBroker, type SimulatedBrokerOptions } from '../../src/broker/simulated/simulated-broker.ts'
import { memoryStore, type SimulatedStore } from '../../src/broker/simulated/simulated-store.ts'
import type { Journal } from '../../src/journal/journal.ts'
import { memoryJournal } from '../../src/journal/memory-journal.ts'
import type { StoredEvent } from '../../src/order/event.ts'
import { createExecutionService } from '../../src/service/create-execution-service.ts'
import type { Alert } from '../../src/pipeline/alert.ts'
import type { ExecutionService } from '../../src/service/execution-service.ts'
import type { ExecutionServiceOptions } from '../../src/service/options.ts'
import { createVirtualClock, seededIds, type VirtualClock } from '../../src/testing/index.ts'

/** What outlives a process: time, the journal and the broker's books; and the services started in it, one after another. */
export interface World {
  readonly clock: VirtualClock
  readonly journal: Journal
  readonly store: SimulatedStore
  /** Counts from the next price interval of 250 ms. */
  setPrices(bid: string, ask: string): void
  /** Starts a service and lets time pass until it is ready. */
  start(options?: StartOptions): Promise<Running>
  /** Waits in virtual time. */
  until<Value>(promise: Promise<Value>, within?: number): Promise<Value>
  history(account?: string): Promise<StoredEvent[]>
}

export interface Running {
  readonly service: ExecutionService
  /** The judge: what the broker has, seen without the service. */
  readonly broker: SimulatedBroker
  readonly alerts: Alert[]
}

export type StartOptions = Omit<Partial<ExecutionServiceOptions>, 'broker' | 'brokers' | 'route' | 'brokerAccounts'> & {
  /** Puts faults or observers between the service and the broker. */
  readonly wrap?: (broker: SimulatedBroker) => BrokerAdapter
  /** Rejects when the process dies and need not be waited for any more. */
  readonly ended?: Promise<never>
}

/** Waits for a promise while virtual time passes. */
export async function until<Value>(clock: VirtualClock, promise: Promise<Value>, within = 60_000): Promise<Value> {
  const state = { settled: false }
  const settle = (): void => { state.settled = true }
  promise.then(settle, settle)
  await clock.advance(0)
  for (let waited = 0; !state.settled; waited += 10) {
    if (waited >= within) throw new Error(`still waiting after ${within} ms of virtual time`)
    await clock.advance(10)
  }
  return promise
}

/** A broker that does not tell its trades: what others traded shows only in the positions. */
export const withoutExecutions = (inner: BrokerAdapter): BrokerAdapter => ({
  ...inner, capabilities: { ...inner.capabilities, executions: false },
  snapshot: async (since) => ({ ...await inner.snapshot(since), executions: { status: 'unavailable', reason: 'not told' } }),
})

/** A memory journal that a service may close without ending it: the next service opens it again. */
export function lastingJournal(): Journal {
  return { ...memoryJournal(), close: async () => undefined }
}

export async function historyOf(journal: Journal, account = 'main'): Promise<StoredEvent[]> {
  const events: StoredEvent[] = []
  for await (const event of journal.read(account, 1)) events.push(event)
  return events
}

/** A market at 99.90 to 100.10 until the test moves it. */
export function createWorld(brokerOptions: SimulatedBrokerOptions = {}): World {
  const clock = createVirtualClock()
  const journal = lastingJournal()
  const store = memoryStore()
  const ids = seededIds(brokerOptions.seed ?? 'world')
  let prices = { bid: '99.9', ask: '100.1' }
  return {
    clock, journal, store,
    setPrices: (bid, ask) => { prices = { bid, ask } },
    until: (promise, within) => until(clock, promise, within),
    history: (account) => historyOf(journal, account),
    start: async ({ wrap = (broker: SimulatedBroker) => broker, ended, ...options } = {}) => {
      const broker = simulatedBroker({ latency: [0, 0], quotes: () => prices, store, ...brokerOptions })
      const starting = createExecutionService({ clock, ids, journal, ...options, broker: wrap(broker) })
      const service = await until(clock, ended === undefined ? starting : Promise.race([starting, ended]))
      const alerts: Alert[] = []
      service.on('alert', (alert) => { alerts.push(alert) })
      return { service, broker, alerts }
    },
  }
}
