import type { BrokerUpdate, OrderReference } from '../broker/broker-adapter.ts'
import type { EventDraft } from '../order/event.ts'
import { isFinished, type OrderState, statusOf } from '../order/order.ts'
import { type AccountBook, brokerKey } from './account-book.ts'
import type { BrokerLink, PipelineContext } from './context.ts'
import { fillDrafts } from './record-fill.ts'

type Draft = EventDraft | (() => EventDraft)
type OrderUpdate = Exclude<BrokerUpdate, { kind: 'account_values' | 'connection' }>

/** How a broker names the order of an update. */
function referenceOf(update: OrderUpdate): OrderReference & { readonly executionId?: string } {
  switch (update.kind) {
    case 'fill':
    case 'corrected': {
      const { clientOrderId, brokerOrderId } = update.execution
      return { brokerOrderId, ...(clientOrderId !== undefined && { clientOrderId }) }
    }
    case 'replaced': return { clientOrderId: update.originalClientOrderId ?? update.clientOrderId, brokerOrderId: update.brokerOrderId }
    case 'busted': return { executionId: update.executionId }
    default: return update
  }
}

/** Our order that an update is about, by either id. */
export function findOrder(book: AccountBook, broker: string, reference: OrderReference & { readonly executionId?: string }): OrderState | undefined {
  const { clientOrderId, brokerOrderId, executionId } = reference
  if (executionId !== undefined) {
    for (const order of book.orders.values()) if (order.executions.some((known) => known.executionId === executionId)) return order
    return undefined
  }
  const id = (clientOrderId === undefined ? undefined : book.byClientOrderId.get(clientOrderId))
    ?? (brokerOrderId === undefined ? undefined : book.byBrokerOrderId.get(brokerKey(broker, brokerOrderId)))
  return id === undefined ? undefined : book.orders.get(id)
}

const outstanding = (order: OrderState, command: 'new' | 'cancel' | 'replace') => order.requests.find((request) => request.command === command)

/** An update that names our order is proof that the broker has it (PROTOCOL B4). */
function acceptance(order: OrderState, brokerOrderId: string | undefined): EventDraft[] {
  const request = outstanding(order, 'new')
  if (request === undefined || brokerOrderId === undefined) return []
  return [{ type: 'order_accepted', data: { orderId: order.id, clientOrderId: request.clientOrderId, brokerOrderId } }]
}

function bust(order: OrderState, executionId: string): Draft[] {
  const execution = order.executions.find((known) => known.executionId === executionId)
  return execution === undefined ? [] : [{ type: 'execution_busted', data: { orderId: order.id, execution } }]
}

/** The events an update means for an order: none for what is already known. */
function draftsOf(book: AccountBook, order: OrderState, update: OrderUpdate): Draft[] {
  const orderId = order.id
  const finished = isFinished(statusOf(order))
  switch (update.kind) {
    case 'accepted': return acceptance(order, update.brokerOrderId)
    case 'fill': return [...acceptance(order, update.execution.brokerOrderId), ...fillDrafts(book, order, update.execution)]
    case 'busted': return bust(order, update.executionId)
    case 'corrected': {
      const previous = order.executions.find((known) => known.executionId === update.executionId)
      if (previous === undefined) return fillDrafts(book, order, update.execution)
      const { lastQuantity, lastPrice } = update.execution
      return [{ type: 'execution_corrected', data: { orderId, previous, execution: { ...previous, lastQuantity, lastPrice } } }]
    }
    case 'rejected':
      // A refusal of an order the broker has already acknowledged is its end, but it says nothing of trades: they stand.
      return finished ? [] : [{ type: 'order_rejected', data: { orderId, rejection: { code: update.code, message: update.message } } }]
    case 'canceled': {
      if (finished) return []
      const reason = outstanding(order, 'cancel') === undefined ? 'broker' : 'requested'
      return [...acceptance(order, update.brokerOrderId), { type: 'order_canceled', data: { orderId, reason } }]
    }
    case 'expired': return finished ? [] : [{ type: 'order_expired', data: { orderId } }]
    case 'done_for_day':
    case 'suspended': return finished || order.phase === update.kind ? [] : [{ type: 'order_suspended', data: { orderId, phase: update.kind } }]
    case 'resumed': {
      if (finished || order.phase === 'working' || order.clientOrderId === undefined || order.brokerOrderId === undefined) return []
      return [{ type: 'order_accepted', data: { orderId, clientOrderId: order.clientOrderId, brokerOrderId: order.brokerOrderId } }]
    }
    case 'cancel_refused': {
      const { code, message } = update
      return outstanding(order, 'cancel') === undefined ? [] : [{ type: 'order_cancel_refused', data: { orderId, code, message } }]
    }
    case 'replace_refused': {
      const { code, message } = update
      return outstanding(order, 'replace') === undefined ? [] : [{ type: 'order_replace_refused', data: { orderId, code, message } }]
    }
    case 'replaced': {
      const request = outstanding(order, 'replace')
      if (finished || (request === undefined && order.clientOrderId === update.clientOrderId)) return []
      const { clientOrderId, brokerOrderId, changes } = update
      return [{ type: 'order_replaced', data: { orderId, clientOrderId, brokerOrderId, changes: request?.changes ?? changes } }]
    }
  }
}

/** What becomes of updates that name no order of ours. */
export interface UpdatePorts {
  /** The update stays unmatched although nothing of ours is on its way: somebody else trades on this account. */
  external(link: BrokerLink, update: OrderUpdate): void
  connection(link: BrokerLink, state: BrokerLink['connection'], reason: string | undefined): void
}

/** Updates that came before the answer which tells whose they are, by broker. */
export type WaitingUpdates = Map<string, { readonly update: OrderUpdate; readonly resolve: () => void }[]>

/**
 * Takes in what a broker said: memory changes in this tick, the promise resolves when it is durable. The same update twice
 * changes nothing the second time.
 */
export function applyUpdate(context: PipelineContext, link: BrokerLink, update: BrokerUpdate, waiting: WaitingUpdates, ports: UpdatePorts): Promise<void> {
  link.updates += 1
  if (update.kind === 'connection') {
    ports.connection(link, update.state, update.reason)
    return Promise.resolve()
  }
  if (update.kind === 'account_values') {
    link.accountValues = update.values
    return Promise.resolve()
  }
  const book = context.books.get(link.account)
  if (book === undefined) return Promise.resolve()
  const order = findOrder(book, link.name, referenceOf(update))
  if (order === undefined) {
    if (book.flights.size === 0) {
      ports.external(link, update)
      return Promise.resolve()
    }
    return new Promise((resolve) => {
      const queue = waiting.get(link.name) ?? []
      waiting.set(link.name, queue)
      queue.push({ update, resolve })
    })
  }
  const drafts = draftsOf(book, order, update)
  const cursors = update.cursor === undefined ? {} : { cursors: { [`broker:${link.name}`]: update.cursor } }
  return drafts.length === 0 ? Promise.resolve() : book.record(drafts, cursors)
}

/** Tries again what waited, once a flight has ended. */
export function retryWaiting(context: PipelineContext, waiting: WaitingUpdates, ports: UpdatePorts): void {
  for (const [broker, queue] of waiting) {
    const link = context.brokers.get(broker)
    if (link === undefined || queue.length === 0) continue
    waiting.set(broker, [])
    for (const { update, resolve } of queue) void applyUpdate(context, link, update, waiting, ports).then(resolve, resolve)
  }
}
