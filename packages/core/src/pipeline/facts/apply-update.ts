import type { BrokerOrder, BrokerUpdate } from '../../broker/broker-adapter.ts'
import type { EventDraft } from '../../order/event.ts'
import { type ChainLink, endedUnsent, isFinished, type OrderState, statusOf } from '../../order/order.ts'
import { executionName } from '../../order/order-names.ts'
import { describeError } from '../../runtime/errors.ts'
import { saidAt } from './account-values.ts'
import type { AccountBook, Flight } from '../book/account-book.ts'
import { announceUncovered, bindLeg } from './bind-leg.ts'
import { cancelRefused } from '../cancel/cancel.ts'
import type { BrokerLink, PipelineContext } from '../context.ts'
import { type BrokerReference, findOrder } from '../look-up/recall.ts'
import { parkUpdate } from '../look-up/recall-lane.ts'
import { canonicalChanges, correctionDrafts, fillDrafts, heldBefore, positionDraft } from './record-fill.ts'

type Draft = EventDraft | (() => EventDraft)
type OrderUpdate = Exclude<BrokerUpdate, { kind: 'account_values' | 'connection' }>

/** How a broker names the order of an update. */
function referenceOf(update: OrderUpdate): BrokerReference {
  switch (update.kind) {
    case 'fill':
    case 'corrected': {
      const { clientOrderId, brokerOrderId } = update.execution
      return { brokerOrderId, ...(clientOrderId !== undefined && { clientOrderId }) }
    }
    case 'replaced': return { clientOrderId: update.originalClientOrderId ?? update.clientOrderId, brokerOrderId: update.brokerOrderId }
    case 'busted': return { executionId: update.executionId }
    case 'leg': return { brokerOrderId: update.order.brokerOrderId }
    default: return update
  }
}

const outstanding = (order: OrderState, command: 'new' | 'cancel' | 'replace') => order.requests.find((request) => request.command === command)

const linkState = (order: OrderState, clientOrderId: string | undefined): ChainLink['state'] | undefined => order.chain.find((link) => link.clientOrderId === clientOrderId)?.state

/** An update that names our order is proof that the broker has it (PROTOCOL B4), also of one that was taken for never sent. */
export function acceptance(order: OrderState, brokerOrderId: string | undefined): EventDraft[] {
  if (brokerOrderId === undefined) return []
  if (endedUnsent(order)) return resurrection(order, brokerOrderId)
  const request = outstanding(order, 'new')
  if (request === undefined) return []
  return [{ type: 'order_accepted', data: { orderId: order.id, clientOrderId: request.clientOrderId, brokerOrderId } }]
}

/** The broker has what was proven never sent: it trades again and holds its exposure, and the account stops until a person has looked. */
function resurrection({ id: orderId, intent, clientOrderId = '', terminal }: OrderState, brokerOrderId: string): EventDraft[] {
  const message = `the broker has order ${brokerOrderId}, which was taken for never sent`
  return [
    { type: 'order_accepted', data: { orderId, clientOrderId, brokerOrderId, intent, again: true } },
    // Who withdrew it still wants it gone.
    ...(terminal === 'canceled' ? [{ type: 'order_pending_cancel', data: { orderId, clientOrderId: `${clientOrderId}-c`, actor: 'recovery', reason: message, waits: true } } as const] : []),
    { type: 'anomaly_detected', data: { code: 'LATE_ACCEPTANCE', message, orderId } },
  ]
}

function bust(book: AccountBook, order: OrderState, executionId: string): Draft[] {
  const execution = order.executions.find((known) => known.executionId === executionId)
  if (execution === undefined) return []
  return [{ type: 'execution_busted', data: { orderId: order.id, execution, ...heldBefore(book, order) } }, positionDraft(book, execution.broker, execution.symbol)]
}

/** The events an update means for an order: none for what is already known. */
function draftsOf(book: AccountBook, order: OrderState, update: OrderUpdate): Draft[] {
  const orderId = order.id
  const finished = isFinished(statusOf(order))
  switch (update.kind) {
    case 'accepted': return acceptance(order, update.brokerOrderId)
    case 'fill': return [...acceptance(order, update.execution.brokerOrderId), ...fillDrafts(book, order, update.execution, update.complete)]
    case 'busted': return bust(book, order, update.executionId)
    case 'corrected': return [...acceptance(order, update.execution.brokerOrderId), ...correctionDrafts(book, order, update.executionId, update.execution)]
    case 'rejected':
      // A refusal of an order the broker has already acknowledged is its end, but it says nothing of trades: they stand.
      return finished ? [] : [{ type: 'order_rejected', data: { orderId, rejection: { code: update.code, message: update.message } } }]
    case 'canceled': {
      if (finished) return []
      const reason = outstanding(order, 'cancel') === undefined ? 'broker' : 'requested'
      return [...acceptance(order, update.brokerOrderId), { type: 'order_canceled', data: { orderId, reason } }]
    }
    case 'expired': return finished ? [] : [...acceptance(order, update.brokerOrderId), { type: 'order_expired', data: { orderId } }]
    case 'done_for_day':
    case 'suspended': {
      if (finished || order.phase === update.kind) return []
      return [...acceptance(order, update.brokerOrderId), { type: 'order_suspended', data: { orderId, phase: update.kind } }]
    }
    case 'resumed': {
      if (finished || order.phase === 'working' || order.clientOrderId === undefined || order.brokerOrderId === undefined) return []
      return [{ type: 'order_accepted', data: { orderId, clientOrderId: order.clientOrderId, brokerOrderId: order.brokerOrderId } }]
    }
    // It is an order of ours already.
    case 'leg': return []
    // It proves nothing: the broker is asked before anything is said of it.
    case 'cancel_refused': return []
    case 'replace_refused': {
      const { code, message } = update
      const isOld = linkState(order, update.clientOrderId) === 'refused'
      return isOld || outstanding(order, 'replace') === undefined ? [] : [{ type: 'order_replace_refused', data: { orderId, code, message } }]
    }
    case 'replaced': {
      const { clientOrderId, brokerOrderId, changes } = update
      const state = linkState(order, clientOrderId)
      // The answer may have said so before; what is outstanding now is then a later change.
      if (finished || state === 'live' || state === 'replaced') return []
      const request = order.requests.find((entry) => entry.command === 'replace' && entry.clientOrderId === clientOrderId)
      return [{ type: 'order_replaced', data: { orderId, clientOrderId, brokerOrderId, changes: request?.changes ?? canonicalChanges(changes) } }]
    }
  }
}

/** What becomes of updates that name no order of ours. */
export interface UpdatePorts {
  /** The update matches nothing of ours, or cannot be read: only a comparison of the books tells what happened. */
  external(link: BrokerLink, update: OrderUpdate): void
  connection(link: BrokerLink, state: BrokerLink['connection'], reason: string | undefined): void
}

interface WaitingUpdate {
  readonly update: OrderUpdate
  /** The flights that may tell whose it is: those of its arrival, so that it does not wait for ever in a busy account. */
  readonly awaited: readonly Flight[]
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** Updates that came before the answer which tells whose they are, by broker. */
export type WaitingUpdates = Map<string, WaitingUpdate[]>

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
    const { clock } = context
    link.accountValues = { values: update.values, askedAt: saidAt(update.values, clock.now()), arrived: clock.monotonic() }
    return Promise.resolve()
  }
  const book = context.books.get(link.account)
  return book === undefined ? Promise.resolve() : applyToOrder(context, book, link, update, waiting, ports, [...book.flights.values()])
}

/**
 * An order in memory changes in this tick. One that memory has let go waits until the journal has told it (PROTOCOL C5): it has
 * ended, so nothing that is decided meanwhile counts on it.
 */
function applyToOrder(context: PipelineContext, book: AccountBook, link: BrokerLink, update: OrderUpdate, waiting: WaitingUpdates, ports: UpdatePorts, flights: readonly Flight[]): Promise<void> {
  const reference = referenceOf(update)
  const use = (order: OrderState | undefined): Promise<void> =>
    (order !== undefined ? recordUpdate(context, book, link, order, update, ports) : update.kind === 'leg' ? bind(update.order) : awaitFlights(book, link, update, waiting, ports, flights))
  // The answer that names its parent may be on its way.
  const bind = async (leg: BrokerOrder): Promise<void> => {
    if (!await bindLeg(context, link, book, leg)) await awaitFlights(book, link, update, waiting, ports, flights)
  }
  const order = findOrder(book, link.name, reference)
  return order === undefined && book.memory.partial ? parkUpdate(context, book, link.name, reference, use) : use(order)
}

/** Every client id of ours is known before it is sent; only a broker's id may belong to an answer that is on its way. */
function awaitFlights(book: AccountBook, link: BrokerLink, update: OrderUpdate, waiting: WaitingUpdates, ports: UpdatePorts, flights: readonly Flight[]): Promise<void> {
  const awaited = referenceOf(update).clientOrderId === undefined ? flights.filter((flight) => !flight.ended) : []
  if (awaited.length === 0) {
    if (update.kind === 'fill') link.trades.set(update.execution.executionId, update.execution)
    const remembered = update.kind === 'busted' ? rememberBust(book, link, update.executionId) : Promise.resolve()
    ports.external(link, update)
    return remembered
  }
  return new Promise((resolve, reject) => {
    const queue = waiting.get(link.name) ?? []
    waiting.set(link.name, queue)
    queue.push({ update, awaited, resolve, reject })
  })
}

/** A trade that is taken back before it is known: should it still come, late or from another channel, it must not stand. */
function rememberBust(book: AccountBook, { name: broker }: BrokerLink, executionId: string): Promise<void> {
  if (book.busts.has(executionName(broker, executionId))) return Promise.resolve()
  const message = `${broker} took back execution ${executionId} before it told of it`
  return book.record([{ type: 'anomaly_detected', data: { code: 'BUST_BEFORE_FILL', message, bust: { broker, executionId } } }])
}

/** What cannot be read is not taken in and not acknowledged; the books are compared before there is new risk. */
function recordUpdate(context: PipelineContext, book: AccountBook, link: BrokerLink, order: OrderState, update: OrderUpdate, ports: UpdatePorts): Promise<void> {
  let drafts: Draft[]
  try {
    drafts = draftsOf(book, order, update)
  } catch (cause) {
    const error = cause instanceof Error ? cause : new Error(describeError(cause))
    context.alert({ code: 'RECOVERY_FAILED', message: `${link.name} sent an update of order ${order.id} that cannot be read: ${error.message}`, cause })
    ports.external(link, update)
    return Promise.reject(error)
  }
  if (update.kind === 'cancel_refused' && outstanding(order, 'cancel') !== undefined) cancelRefused(context, book, order, update)
  // A cursor that moves before the books were compared would skip what a gap has swallowed.
  const cursors = update.cursor === undefined || !link.reconciled || !link.hasListedTrades || link.trades.size > 0 ? {} : { cursors: { [`broker:${link.name}`]: update.cursor } }
  if (drafts.length === 0) return Promise.resolve()
  const recorded = book.record(drafts, cursors)
  return update.kind === 'canceled' || update.kind === 'expired' || update.kind === 'rejected'
    ? Promise.all([recorded, announceUncovered(book, book.orders.get(order.id) as OrderState)]).then(() => undefined)
    : recorded
}

/** Tries again what waited, once a flight has ended. */
export function retryWaiting(context: PipelineContext, waiting: WaitingUpdates, ports: UpdatePorts): void {
  for (const [broker, queue] of waiting) {
    const link = context.brokers.get(broker)
    const book = link === undefined ? undefined : context.books.get(link.account)
    if (link === undefined || book === undefined || queue.length === 0) continue
    waiting.set(broker, [])
    for (const { update, awaited, resolve, reject } of queue) applyToOrder(context, book, link, update, waiting, ports, awaited).then(resolve, reject)
  }
}
