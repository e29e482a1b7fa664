import type { DecisionRecord, Execution, StoredEvent } from '@sluice/core'
import type { ReactiveController, ReactiveControllerHost } from 'lit'
import { faultOf } from '../confirmation/fault.ts'
import type { Fault } from '../confirmation/phase.ts'
import type { ExecutionStore } from '../store/execution-store.ts'

/** What happened to an order, as its events tell. */
export interface OrderHistory {
  /** The guards' last word. */
  readonly decisions: readonly DecisionRecord[]
  readonly fills: readonly (Execution & { readonly busted: boolean })[]
  readonly events: readonly StoredEvent[]
}

/** Busted fills stay visible, as such; a corrected one takes the place of the first. */
function historyOf(events: readonly StoredEvent[]): OrderHistory {
  let decisions: readonly DecisionRecord[] = []
  const fills = new Map<string, Execution & { readonly busted: boolean }>()
  for (const { type, data } of events) {
    if ('evaluation' in data && data.evaluation !== undefined) decisions = data.evaluation.decisions
    if ('execution' in data) fills.set(data.execution.executionId, { ...data.execution, busted: type === 'execution_busted' })
  }
  return { decisions, fills: [...fills.values()], events }
}

/** Loads the history of the order whose details are open, again whenever the order has changed. */
export class OrderDetails implements ReactiveController {
  readonly #host: ReactiveControllerHost
  #version = ''
  #loading = false
  orderId: string | undefined
  history: OrderHistory | undefined
  fault: Fault | undefined

  constructor(host: ReactiveControllerHost) {
    this.#host = host
    host.addController(this)
  }

  hostDisconnected(): void {
    this.close()
  }

  open(orderId: string): void {
    this.close()
    this.orderId = orderId
  }

  close(): void {
    this.orderId = undefined
    this.history = undefined
    this.fault = undefined
    this.#version = ''
  }

  /** `version` names the state of the order that is shown: another one is another history. */
  async load(store: ExecutionStore, version: string): Promise<void> {
    const { orderId } = this
    if (orderId === undefined || this.#loading || version === this.#version || !store.canCommand) return
    this.#loading = true
    this.#version = version
    try {
      const events = await store.client.orderEvents(orderId)
      if (this.orderId === orderId) this.history = historyOf(events)
      this.fault = undefined
    } catch (error) {
      if (this.orderId === orderId) this.fault = faultOf(error)
    } finally {
      this.#loading = false
      this.#host.requestUpdate()
    }
  }
}
