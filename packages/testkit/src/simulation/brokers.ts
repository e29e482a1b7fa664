import { type Clock, type OrderTerms, simulatedBroker } from '@sluice/core'
import type { BrokerLine } from '../faults/broker-line.ts'
import type { BrokerFaultKind } from '../faults/fault.ts'
import { type FaultyBroker, faultyBroker } from '../faults/faulty-broker.ts'
import type { WireEvent } from '../faults/hub.ts'
import { createNoise } from '../virtual/random.ts'
import { brokerOf, type Plan } from './plan.ts'

/** The connections of one process, by broker. */
export interface ProcessLines {
  readonly byName: ReadonlyMap<string, BrokerLine>
  /** The line on which orders of a symbol go. */
  of(symbol: string): BrokerLine
  /** A command was never answered on one of them. */
  readonly hang: boolean
  cut(): void
}

/** The brokers of a run, seen as one: each symbol is traded at one of them. */
export interface Brokers extends Pick<FaultyBroker, 'open' | 'heal' | 'isDisturbed' | 'absenceIsProvable'> {
  lines(clock: Clock): ProcessLines
  /** No prices of a symbol come at the moment. */
  quotesAreSilent(symbol: string): boolean
  inject(fault: BrokerFaultKind): void
  /** Every stream is cut once. */
  interrupt(): void
  readonly injected: ReadonlyMap<BrokerFaultKind, number>
  readonly truth: Pick<FaultyBroker['truth'], 'orders' | 'executions'>
  byHand(clientOrderId: string, terms: OrderTerms): Promise<boolean>
  cancelByHand(clientOrderId: string): Promise<void>
}

export interface BrokersOptions {
  readonly clock: Clock
  readonly plan: Plan
  readonly price: (symbol: string) => number
  readonly observe: (event: WireEvent) => void
  readonly onCrash: () => void
}

/** Lines of different brokers have different numbers. */
const LINES_APART = 1000

export function createBrokers({ clock, plan, price, observe, onCrash }: BrokersOptions): Brokers {
  const { seed, capabilities, world } = plan
  const names = world.brokers === 2 ? ['main', 'second'] : ['main']
  const made = names.map((name, index) => faultyBroker(simulatedBroker({
    seed: index === 0 ? seed : `${seed}/${name}`, latency: [0, 0], fillDelay: [0, 400], partialFills: 0.4, rejects: 0.05, fractional: world.fractional, interval: 500,
    quotes: (symbol) => ({ bid: (price(symbol) - 0.05).toFixed(2), ask: (price(symbol) + 0.05).toFixed(2) }),
  }), { clock, seed: index === 0 ? seed : `${seed}/${name}`, capabilities, observe, onCrash, firstLine: index * LINES_APART + 1 }))
  const all = new Map(names.map((name, index) => [name, made[index] as FaultyBroker]))
  const first = made[0] as FaultyBroker
  const noise = createNoise(`${seed}/which`)
  const at = (symbol: string): FaultyBroker => all.get(brokerOf(world, symbol)) ?? first
  let faults = 0

  return {
    open: async () => {
      for (const broker of made) {
        await broker.open()
        // Ids begin with the moment the books were opened: no two brokers share them.
        await new Promise<void>((resolve) => { clock.setTimer(resolve, 1) })
      }
    },
    lines: (processClock) => {
      const byName = new Map([...all].map(([name, broker]) => [name, broker.line({ clock: processClock })]))
      return {
        byName,
        of: (symbol) => byName.get(brokerOf(world, symbol)) as BrokerLine,
        get hang() { return [...byName.values()].some(({ hangs }) => hangs) },
        cut: () => { for (const line of byName.values()) line.cut() },
      }
    },
    inject: (fault) => {
      faults += 1
      // Silence is told of no broker in particular, and is of all.
      if (fault === 'silence_quotes') for (const broker of made) broker.inject(fault)
      else made[noise(`${faults}`, 0, made.length - 1)]?.inject(fault)
    },
    interrupt: () => { for (const broker of made) broker.inject('disconnect') },
    heal: () => { for (const broker of made) broker.heal() },
    get injected() {
      const sum = new Map<BrokerFaultKind, number>()
      for (const { injected } of made) for (const [fault, times] of injected) sum.set(fault, (sum.get(fault) ?? 0) + times)
      return sum
    },
    isDisturbed: () => made.some((broker) => broker.isDisturbed()),
    quotesAreSilent: (symbol) => at(symbol).quotesAreSilent(),
    absenceIsProvable: first.absenceIsProvable,
    truth: {
      orders: () => made.flatMap((broker) => broker.truth.orders()),
      executions: () => made.flatMap((broker) => broker.truth.executions()),
    },
    byHand: (clientOrderId, terms) => at(terms.symbol).byHand(clientOrderId, terms),
    cancelByHand: async (clientOrderId) => { for (const broker of made) await broker.cancelByHand(clientOrderId) },
  }
}
