import { clientOrderIdOf } from '../../order/digest.ts'
import type { Denial } from '../../order/event.ts'
import { isExternal, isFinished, type OrderState, statusOf } from '../../order/order.ts'
import { parseReplaceRequest } from '../../order/parse-request.ts'
import { applyChanges } from '../../order/reduce.ts'
import type { ReplaceRequest } from '../../order/request.ts'
import type { OrderCandidate } from '../../risk/order-candidate.ts'
import { toIso } from '../../runtime/clock.ts'
import { SluiceError } from '../../runtime/errors.ts'
import type { AccountBook } from '../book/account-book.ts'
import { assertTakesOrders, epochOf, linkOf, type PipelineContext } from '../context.ts'
import { type Judgement, judge, replaceCandidate } from '../place/decide.ts'
import { prepare } from '../place/prepare.ts'
import { onOrder } from '../look-up/recall.ts'
import { rollSession } from '../session/session-roll.ts'
import { sendReplacement } from './submit-replace.ts'
import { waitDurable } from '../wait-durable.ts'

export interface ReplaceOptions {
  readonly actor: string
  readonly expectedVersion: number | undefined
}

const current = (book: AccountBook, orderId: string): OrderState => book.orders.get(orderId) as OrderState

function assertReplaceable(order: OrderState, expectedVersion: number | undefined): void {
  const orderId = order.id
  if (expectedVersion !== undefined && order.version !== expectedVersion) {
    throw new SluiceError('VERSION_CONFLICT', `the order is at version ${order.version}, not ${expectedVersion}; read it again`, { orderId })
  }
  if (isFinished(statusOf(order))) throw new SluiceError('ORDER_FINISHED', `the order can no longer be changed: it is ${statusOf(order)}`, { orderId })
  if (isExternal(order)) throw new SluiceError('REPLACE_REFUSED', 'the order was not placed here: change it where it was placed, or cancel it', { orderId })
  if (order.brokerOrderId === undefined || order.requests.length > 0) {
    throw new SluiceError('REPLACE_REFUSED', `the order has a command outstanding (${statusOf(order)}); wait for its answer`, { orderId, retryable: true })
  }
}

const reasonOf = ({ denial, challenges }: Pick<Judgement, 'denial' | 'challenges'>): Denial => denial ?? challenges[0] ?? { code: 'DENIED', message: 'the guards denied the change' }

const deniedError = (orderId: string, denial: Denial): SluiceError =>
  new SluiceError('REPLACE_DENIED', `the change was denied and the live order is untouched: ${denial.message}`, { orderId, denial })

interface DeniedReplace {
  readonly denial: Denial
  readonly durable: Promise<void>
}

interface DecidedReplace {
  readonly denial?: never
  readonly state: OrderState
  readonly candidate: OrderCandidate
  readonly clientOrderId: string
  readonly submitBy: string
  readonly epoch: number
  readonly durable: Promise<void>
}

/** The synchronous step of a replace: guards on the new terms, then both terms reserved and written down. */
function decideReplace(context: PipelineContext, book: AccountBook, orderId: string, changes: ReplaceRequest, actor: string, facts: readonly unknown[]): DecidedReplace | DeniedReplace {
  rollSession(context, book)
  const state = current(book, orderId)
  const terms = applyChanges(state.terms, changes)
  const candidate = replaceCandidate(state, terms, actor)
  const judgement = judge(context, book, candidate, facts)
  if (judgement.verdict !== 'allow') {
    const denial = reasonOf(judgement)
    return { denial, durable: book.record([{ type: 'order_replace_denied', data: { orderId, changes, denial, actor, evaluation: judgement.evaluation } }]) }
  }
  const revision = state.chain.length
  const { adapter } = linkOf(context, state.intent.broker)
  const clientOrderId = clientOrderIdOf(context.tag, terms.account, state.intent.idempotencyKey, revision, adapter.capabilities.clientOrderId)
  const submitBy = toIso(context.clock.now() + context.timing.submitWithin)
  const reservation = { quantity: terms.quantity ?? state.reservation.quantity, price: judgement.reservation.price }
  const epoch = epochOf(context)
  const durable = book.record([{ type: 'order_pending_replace', data: { orderId, clientOrderId, revision, changes, reservation, submitBy, actor, evaluation: judgement.evaluation } }])
  return { state, candidate, clientOrderId, submitBy, epoch, durable }
}

/** Changes a live order: same way, same guards, same permit as a new one. */
export async function replaceOrder(context: PipelineContext, orderId: string, request: unknown, options: ReplaceOptions): Promise<OrderState> {
  assertTakesOrders(context)
  return onOrder(context, orderId, ({ book, order }) => replaceKnown(context, book, order, request, options))
}

async function replaceKnown(context: PipelineContext, book: AccountBook, order: OrderState, request: unknown, options: ReplaceOptions): Promise<OrderState> {
  const orderId = order.id
  const changes = parseReplaceRequest(request, order.terms)
  assertReplaceable(order, options.expectedVersion)
  if (!linkOf(context, order.intent.broker).adapter.capabilities.replace) {
    throw new SluiceError('REPLACE_REFUSED', 'the broker cannot change live orders; cancel it and place a new one', { orderId })
  }
  const prepared = prepare(context, replaceCandidate(order, applyChanges(order.terms, changes), options.actor))
  const facts = 'then' in prepared ? await prepared : prepared
  assertTakesOrders(context)
  assertReplaceable(current(book, orderId), options.expectedVersion)
  const decided = decideReplace(context, book, orderId, changes, options.actor, facts)
  try {
    await waitDurable(context, decided.durable)
  } catch (cause) {
    throw new SluiceError('JOURNAL_FAILED', 'the change could not be made durable and was not sent', { retryable: true, cause, orderId })
  }
  if (decided.denial !== undefined) throw deniedError(orderId, decided.denial)
  const { state, candidate, clientOrderId, submitBy, epoch } = decided
  return sendReplacement(context, book, orderId, { state, candidate, clientOrderId, submitBy, epoch, facts, terms: candidate.terms, changes })
}
