import type { BrokerAdapter, BrokerCapabilities, BrokerExecution, BrokerOrder, BrokerUpdate, Clock, OrderTerms } from '@sluice/core'
import type { Noise } from '../virtual/random.ts'
import type { BrokerFacts } from './broker-facts.ts'
import type { ArmedFaults, BrokerFaultKind } from './fault.ts'

export interface FaultyBrokerOptions {
  /** The time of the broker and the network. */
  readonly clock: Clock
  /** Chooses travel times and what a fault hits. Default `'faults'`. */
  readonly seed?: string
  /** Travel time of each command, answer and update, in ms. Default `[1, 8]`. */
  readonly latency?: readonly [smallest: number, largest: number]
  /** How long an adapter waits for an answer that does not come before it says `ambiguous`, in ms. Default 1500. */
  readonly answerTimeout?: number
  /** How long an order may stay invisible to look-ups, in ms. Default 800; `capabilities.absence` is set accordingly. */
  readonly lookupLag?: number
  /** What the lines declare differently from the broker behind them. */
  readonly capabilities?: Partial<BrokerCapabilities>
  /** The number of the first line. Default 1. */
  readonly firstLine?: number
  /** The process on the line dies now (`acknowledge_then_crash`). */
  readonly onCrash?: () => void
  /** What happened on the wire, in its order: for judges and traces. */
  readonly observe?: (event: WireEvent) => void
}

/** Something that crossed the wire, or did not. */
export type WireEvent =
  /** Bytes of a command left: from here on the broker may have it. */
  | { readonly kind: 'written'; readonly line: number; readonly command: 'new' | 'replace' | 'cancel'; readonly clientOrderId: string; readonly originalClientOrderId: string; readonly terms?: OrderTerms }
  /** The broker answered a command. */
  | { readonly kind: 'answered'; readonly line: number; readonly command: 'new' | 'replace' | 'cancel'; readonly clientOrderId: string; readonly outcome: string }
  /** The broker said something on its stream; `to` is the line it goes to, if any. */
  | { readonly kind: 'told'; readonly update: BrokerUpdate; readonly to: number | undefined }
  /** The state of its stream that a line has reported to the service. */
  | { readonly kind: 'connection'; readonly line: number; readonly state: string }
  | { readonly kind: 'fault'; readonly fault: BrokerFaultKind; readonly detail: string }

/** A broker that shows its books; `simulatedBroker` does. */
export interface OpenBroker extends BrokerAdapter {
  orders(): readonly BrokerOrder[]
  executions(): readonly BrokerExecution[]
}

/** What lines share. */
export interface Hub {
  readonly inner: OpenBroker
  readonly options: FaultyBrokerOptions
  readonly clock: Clock
  readonly faults: ArmedFaults
  readonly facts: BrokerFacts
  readonly capabilities: BrokerCapabilities
  readonly noise: Noise
  /** Client ids that look-ups and listings do not show yet, until when. */
  readonly hidden: Map<string, number>
  queriesFailUntil: number
  partialUntil: number
  quotesSilentUntil: number
  readonly observe: (event: WireEvent) => void
  readonly travel: (name: string) => number
}

/** Where ids are not deduplicated, a second order with one id is booked under a mark that nobody else sees. */
export const MARK = '~'

export const plainId = (clientOrderId: string | undefined): string | undefined => clientOrderId?.split(MARK)[0]
export const unmarked = (execution: BrokerExecution): BrokerExecution => ({ ...execution, clientOrderId: plainId(execution.clientOrderId) })

export function withoutMark(order: BrokerOrder): BrokerOrder {
  return { ...order, clientOrderId: plainId(order.clientOrderId), executions: order.executions?.map(unmarked) }
}
