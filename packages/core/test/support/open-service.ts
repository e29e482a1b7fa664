import { expect } from 'vitest'
import type { StoredEvent } from '../../src/order/event.ts'
import type { BrokerCapabilities } from '../../src/broker/broker-adapter.ts'
import type { Order } from '../../src/order/order.ts'
import { createExecutionService } from '../../src/service/create-execution-service.ts'
import type { Alert } from '../../src/pipeline/alert.ts'
import type { ExecutionService, PlaceOptions } from '../../src/service/execution-service.ts'
import type { ExecutionServiceOptions } from '../../src/service/options.ts'
import { createVirtualClock, makeRequest, type RequestOverrides, seededIds, type VirtualClock } from '../../src/testing/index.ts'
import { failingJournal, type FailingJournal } from './failing-journal.ts'
import { accepts, scriptedBroker, type ScriptedBroker, type WriteCall } from './scripted-broker.ts'
import type { ApprovedOrder } from '../../src/broker/approved-order.ts'

type ServiceOptions = Partial<Omit<ExecutionServiceOptions, 'broker' | 'brokers' | 'route' | 'brokerAccounts' | 'clock'>>

export interface DeskOptions extends ServiceOptions {
  readonly capabilities?: Partial<BrokerCapabilities>
}

/** What a promise has come to, for tests that look before it ends. */
export interface Watched<Value> {
  readonly promise: Promise<Value>
  readonly value: Value | undefined
  readonly error: unknown
  readonly ended: boolean
}

/** A service in virtual time between a journal and a broker that do what the test says. */
export interface Desk {
  readonly service: ExecutionService
  readonly broker: ScriptedBroker
  readonly journal: FailingJournal
  readonly clock: VirtualClock
  /** Everything published since the start. */
  readonly events: StoredEvent[]
  readonly alerts: Alert[]
  /** Lets every promise settle; time stands still. */
  settle(): Promise<void>
  /** Places an order without waiting for its verdict, and lets what can happen happen. */
  place(overrides?: RequestOverrides, options?: PlaceOptions): Promise<Watched<Order>>
  /** An order the broker has acknowledged. */
  working(overrides?: RequestOverrides): Promise<{ readonly order: Order; readonly sent: ApprovedOrder }>
  /** The last submit. */
  lastSubmit(): WriteCall<ApprovedOrder>
  /** The order as the service shows it now. */
  statusOf(orderId: string): Promise<Order>
  /** Types of the published events of one order. */
  story(orderId?: string): string[]
}

export function watched<Value>(promise: Promise<Value>): Watched<Value> {
  let value: Value | undefined
  let error: unknown
  let ended = false
  promise.then((result) => { value = result; ended = true }, (reason: unknown) => { error = reason; ended = true })
  return { promise, get value() { return value }, get error() { return error }, get ended() { return ended } }
}

export async function openDesk(options: DeskOptions = {}): Promise<Desk> {
  const { capabilities, journal: _journal, ...rest } = options
  const clock = createVirtualClock()
  const broker = scriptedBroker({ clock, ...(capabilities !== undefined && { capabilities }) })
  const journal = failingJournal(options.journal)
  const events: StoredEvent[] = []
  const alerts: Alert[] = []
  const opening = createExecutionService({ ids: seededIds('desk'), reconcileEvery: 0, ...rest, broker, journal, clock })
  await clock.advance(0)
  const service = await opening
  service.on('event', (event) => { events.push(event) })
  service.on('alert', (alert) => { alerts.push(alert) })

  const desk: Desk = {
    service, broker, journal, clock, events, alerts,
    settle: () => clock.advance(0),
    place: async (overrides, placeOptions) => {
      const result = watched(service.placeOrder(makeRequest(overrides), placeOptions))
      await clock.advance(0)
      return result
    },
    working: async (overrides) => {
      const placed = await desk.place(overrides)
      const call = desk.lastSubmit()
      if (!call.answered) call.answer(accepts(call.command))
      await clock.advance(0)
      expect(placed.value?.status).toBe('new')
      return { order: placed.value as Order, sent: call.command }
    },
    lastSubmit: () => {
      const call = broker.submits.at(-1)
      if (call === undefined) throw new Error('nothing was submitted')
      return call
    },
    statusOf: async (orderId) => {
      const order = await service.getOrderStatus(orderId)
      if (order === undefined) throw new Error(`there is no order ${orderId}`)
      return order
    },
    story: (orderId) => events.filter((event) => 'orderId' in event.data && (orderId === undefined || event.data.orderId === orderId)).map(({ type }) => type),
  }
  return desk
}
