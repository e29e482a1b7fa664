import type { AbsenceProof, Lookup } from '../../broker/broker-adapter.ts'
import type { EventDraft, Evaluation } from '../../order/event.ts'
import type { OrderState, OutstandingRequest } from '../../order/order.ts'
import { sleep } from '../../runtime/clock.ts'
import { describeError } from '../../runtime/errors.ts'
import type { AccountBook } from '../book/account-book.ts'
import { applyBrokerOrder } from '../facts/apply-broker-order.ts'
import { linkOf, type PipelineContext } from '../context.ts'
import { lookUpOrder } from './look-up.ts'

const FIRST_WAIT = 250
const LONGEST_WAIT = 30_000

/** When a look-up was asked, on both clocks, and when the request could no longer be in flight, on the one that does not jump. */
export interface Asked {
  readonly wall: number
  readonly monotonic: number
  readonly landed: number
}

/**
 * Whether "not found" proves that the order never came to be: counted from when the request can no longer be in flight. The time
 * between must have passed in fact; where that moment lies on the wall clock is reckoned back from now, so that a jump proves nothing.
 */
export function provesAbsence(absence: AbsenceProof | undefined, lookup: Lookup, { wall, monotonic, landed }: Asked): boolean {
  if (lookup.kind !== 'not_found' || absence === undefined || !absence.historyComplete) return false
  const passed = monotonic - landed
  return passed >= absence.visibilityLag && lookup.asOf >= wall - passed + absence.visibilityLag
}

type Unknown = OutstandingRequest & { readonly command: 'new' | 'replace' }

/** The order itself or a change of it whose outcome is not known. A lost cancel is pursued by the cancel. */
const unknownOf = (order: OrderState | undefined): Unknown | undefined =>
  order?.requests.find((request): request is Unknown => request.command !== 'cancel' && request.certainty === 'unknown')

const resolving = new WeakMap<AccountBook, Set<string>>()

/**
 * Asks the broker about an order of unknown outcome, or of unknown terms, until it shows or is proven absent. It holds its worst
 * exposure all the while and never decides by itself: without proof it stays unknown for a human (`resolveOrder`).
 */
export async function resolveUnknown(context: PipelineContext, book: AccountBook, orderId: string): Promise<void> {
  const busy = resolving.get(book) ?? new Set<string>()
  resolving.set(book, busy)
  if (busy.has(orderId)) return
  busy.add(orderId)
  const letGo = book.memory.keep(orderId)
  try {
    const landed = new Map<string, number>()
    for (let wait = FIRST_WAIT; !context.signal.aborted; wait = Math.min(wait * 2, LONGEST_WAIT)) {
      const request = unknownOf(book.orders.get(orderId))
      if (request === undefined) return
      const { command, clientOrderId } = request
      // As long as the adapter has not answered, the request may still be on its way and no look-up proves anything.
      const inFlight = book.flights.has(command === 'new' ? orderId : clientOrderId)
      if (!inFlight && !landed.has(clientOrderId)) landed.set(clientOrderId, Math.max(context.clock.monotonic(), book.lease.precededUntil ?? 0))
      await lookOnce(context, book, orderId, request, landed.get(clientOrderId) ?? Number.POSITIVE_INFINITY)
      if (unknownOf(book.orders.get(orderId)) !== undefined) await sleep(context.clock, wait, context.signal)
    }
  } catch (cause) {
    context.alert({ code: 'UNKNOWN_ORDER', message: `the look-up of order ${orderId} stopped: ${describeError(cause)}`, cause })
  } finally {
    busy.delete(orderId)
    letGo()
  }
}

async function lookOnce(context: PipelineContext, book: AccountBook, orderId: string, request: Unknown, landed: number): Promise<void> {
  const order = book.orders.get(orderId) as OrderState
  const { absence } = linkOf(context, order.intent.broker).adapter.capabilities
  const asked: Asked = { wall: context.clock.now(), monotonic: context.clock.monotonic(), landed }
  const lookup = await lookUpOrder(context, book, order, request.clientOrderId)
  const isOpen = (): boolean => unknownOf(book.orders.get(orderId))?.clientOrderId === request.clientOrderId
  if (!isOpen()) return
  if (lookup.kind === 'found') return applyBrokerOrder(context, book, orderId, lookup.order)
  const absent = provesAbsence(absence, lookup, asked)
  // What was accepted has been there: that it is not shown any more proves nothing of what became of it.
  if (request.command === 'new') return absent && order.brokerOrderId === undefined ? book.record([neverSent(book, orderId, 'the broker never received the order')]) : undefined
  // Some brokers keep the former id, with the new terms or without them.
  const former = await lookUpOrder(context, book, order)
  if (former.kind !== 'found') return
  await applyBrokerOrder(context, book, orderId, former.order)
  const moving = former.order.status === 'replaced' || former.order.status === 'pending_replace'
  if (!absent || moving || !isOpen()) return
  return book.record([{ type: 'order_replace_refused', data: { orderId, code: 'NOT_APPLIED', message: 'the broker kept the old terms' } }])
}

/** The end of an order that certainly is not at the broker: withdrawn when somebody wanted it cancelled, else open to a retry. */
export function neverSent(book: AccountBook, orderId: string, reason: string, evaluation?: Evaluation): EventDraft {
  if (book.cancelWishes.has(orderId) || book.orders.get(orderId)?.requests.some(({ command }) => command === 'cancel') === true) return { type: 'order_canceled', data: { orderId, reason: 'withdrawn' } }
  const denial = { code: 'NOT_SENT', message: `${reason}; retry with the same key to attempt it again` }
  return { type: 'order_denied', data: { orderId, denial, ...(evaluation !== undefined && { evaluation }) } }
}
