import { type SimulatedBroker, simulatedBroker, type SimulatedBrokerOptions } from '../../src/broker/simulated/simulated-broker.ts'
import type { BrokerUpdate, SubmitOutcome } from '../../src/broker/broker-adapter.ts'
import type { OrderTerms } from '../../src/order/request.ts'
import { createVirtualClock, makeApprovedOrder, makeContext, type VirtualClock } from '../../src/testing/index.ts'

/** A connected simulated broker in virtual time, and everything it said. */
export interface ConnectedBroker {
  readonly broker: SimulatedBroker
  readonly clock: VirtualClock
  readonly updates: BrokerUpdate[]
  /** Submits an order of these terms. */
  place(clientOrderId: string, terms: Partial<OrderTerms>): Promise<SubmitOutcome>
}

export interface BrokerWithPrices extends ConnectedBroker {
  /** Counts from the next interval. */
  setPrices(bid: string, ask: string): void
}

/** Without delays unless asked for. */
export async function connectSimulated(options: SimulatedBrokerOptions = {}, clock: VirtualClock = createVirtualClock()): Promise<ConnectedBroker> {
  const broker = simulatedBroker({ latency: [0, 0], ...options })
  const updates: BrokerUpdate[] = []
  const deliver = (update: BrokerUpdate): Promise<void> => {
    updates.push(update)
    return Promise.resolve()
  }
  await broker.connect(makeContext({ clock, deliver }))
  return {
    broker, clock, updates,
    place: (clientOrderId, terms) => broker.submit(makeApprovedOrder({ clientOrderId, terms })),
  }
}

/** A market that stands at 99.90 to 100.10 until the test moves it. */
export async function connectWithPrices(options: SimulatedBrokerOptions = {}): Promise<BrokerWithPrices> {
  let prices = { bid: '99.9', ask: '100.1' }
  const connected = await connectSimulated({ ...options, quotes: () => prices })
  return { ...connected, setPrices: (bid, ask) => { prices = { bid, ask } } }
}

/** The updates of one order in short: what they say and how much they trade. */
export function storyOf(updates: readonly BrokerUpdate[]): string[] {
  return updates.flatMap((update) => {
    if (update.kind === 'connection') return []
    return update.kind === 'fill' ? [`fill ${update.execution.lastQuantity} @ ${update.execution.lastPrice}`] : [update.kind]
  })
}
