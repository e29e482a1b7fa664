import type { ApprovalProvider } from '../../approval/approval-provider.ts'
import { multiply, ONE, parseBrokerDecimal } from '../../order/decimal.ts'
import { clientOrderIdOf, digestOrder } from '../../order/digest.ts'
import type { Challenge, Denial } from '../../order/event.ts'
import { isVerdict, type OrderState, statusOf } from '../../order/order.ts'
import { fromIso, toIso } from '../../runtime/clock.ts'
import { SluiceError } from '../../runtime/errors.ts'
import type { AccountBook } from '../book/account-book.ts'
import { assertTakesOrders, epochOf, linkOf, type PipelineContext } from '../context.ts'
import { judge, makeIntent, newCandidate } from '../place/decide.ts'
import { prepare } from '../place/prepare.ts'
import { onOrder } from '../look-up/recall.ts'
import { rollSession } from '../session/session-roll.ts'
import { spendCode } from './spend-code.ts'
import { submitOrder } from '../place/submit.ts'
import { waitDurable } from '../wait-durable.ts'

/** How much worse the observed value may be than at the challenge: 0.5 %. More needs a new order and a new code. */
const DRIFT = ONE + ONE / 200n

const current = (book: AccountBook, orderId: string): OrderState => book.orders.get(orderId) as OrderState

async function deny(book: AccountBook, orderId: string, denial: Denial): Promise<void> {
  const order = book.orders.get(orderId)
  if (order === undefined || statusOf(order) !== 'pending_approval') return
  await book.record([{ type: 'order_denied', data: { orderId, denial } }])
}

const EXPIRED: Denial = { code: 'APPROVAL_EXPIRED', message: 'no code came in time; place the order again' }

const expired = (context: PipelineContext, challenge: Challenge): boolean => context.clock.now() >= fromIso(challenge.expiresAt)

/** Ends a challenged order when its time is up, also over a restart: the deadline is a wall-clock one. */
export function armChallenge(context: PipelineContext, book: AccountBook, orderId: string): void {
  const { challenge } = current(book, orderId)
  if (challenge === undefined) return
  context.clock.setTimer(() => {
    if (context.signal.aborted) return
    deny(book, orderId, EXPIRED).catch(() => undefined)
  }, Math.max(0, fromIso(challenge.expiresAt) - context.clock.now()))
}

function providerOf(context: PipelineContext): ApprovalProvider {
  const provider = context.guards.find((guard) => guard.approvals !== undefined)?.approvals ?? context.approvals
  if (provider === undefined) throw new SluiceError('APPROVAL_UNAVAILABLE', 'no approval provider is configured; cancel the order')
  return provider
}

/** Attempts are counted in the journal before the code is looked at, so that a restart gives no fresh ones. */
async function takeAttempt(context: PipelineContext, challenge: Challenge): Promise<number> {
  for (let attempt = 1; attempt <= context.timing.approvalAttempts; attempt += 1) {
    if (await context.journal.advance(`approval-attempts:${challenge.id}`, attempt)) return context.timing.approvalAttempts - attempt
  }
  return -1
}

/** Whether an observed number grew beyond the drift; of names and of nothing, whether they changed. */
function isWorse(seen: string | undefined, now: string | undefined): boolean {
  if (seen === now) return false
  const before = parseBrokerDecimal(seen ?? '')?.units
  const after = parseBrokerDecimal(now ?? '')?.units
  return before === undefined || after === undefined || after > multiply(before, DRIFT, 'up')
}

/** An approval holds while what was observed is no worse than what the human saw. */
export function drifted(challenge: Challenge, now: readonly Denial[]): boolean {
  return now.some(({ code, observed, own }) => {
    const seen = challenge.reasons.find((reason) => reason.code === code)
    // What others have sent meanwhile is no drift of this order.
    return seen === undefined || (own !== undefined && seen.own !== undefined ? isWorse(seen.own, own) : isWorse(seen.observed, observed))
  })
}

/** The second decision, on the memory of this tick, with the approval held. */
function decideAgain(context: PipelineContext, book: AccountBook, orderId: string, challenge: Challenge, actor: string, facts: readonly unknown[]): Promise<void> {
  if (expired(context, challenge)) return deny(book, orderId, EXPIRED)
  rollSession(context, book)
  const { intent, terms } = current(book, orderId)
  // What is about to be sent must be what the human was shown, whatever became of memory or journal since (I6).
  if (digestOrder(terms, intent.actor) !== challenge.digest) {
    return deny(book, orderId, { code: 'APPROVAL_MISMATCH', message: 'the order is not the one the approval was asked for; place it again' })
  }
  const candidate = newCandidate(context, { orderId, terms, actor: intent.actor, broker: intent.broker, approved: true })
  const { denial, challenges, evaluation, reservation } = judge(context, book, candidate, facts)
  const stale = drifted(challenge, challenges)
  if (denial !== undefined || stale) {
    const reason = denial ?? { code: 'APPROVAL_PRICE_DRIFT', message: 'the price has moved against the order since the code was asked for; place it again' }
    return book.record([{ type: 'order_denied', data: { orderId, denial: reason, evaluation } }])
  }
  const clientOrderId = clientOrderIdOf(context.tag, terms.account, intent.idempotencyKey, 0, linkOf(context, intent.broker).adapter.capabilities.clientOrderId)
  const submitBy = toIso(context.clock.now() + context.timing.submitWithin)
  const approval = { challengeId: challenge.id, digest: challenge.digest, actor, method: challenge.method }
  const again = makeIntent(candidate, intent.digest, intent.idempotencyKey, reservation)
  return book.record([{ type: 'order_pending_new', data: { orderId, intent: again, clientOrderId, submitBy, evaluation, approval } }])
}

interface ApprovalInput {
  readonly code: string
  readonly actor: string
}

/** From a code to the first verdict of the order it approves. */
export async function approveOrder(context: PipelineContext, orderId: string, approval: ApprovalInput): Promise<OrderState> {
  assertTakesOrders(context)
  return onOrder(context, orderId, ({ book, order }) => approveKnown(context, book, order, approval))
}

async function approveKnown(context: PipelineContext, book: AccountBook, order: OrderState, approval: ApprovalInput): Promise<OrderState> {
  const orderId = order.id
  const { challenge } = order
  if (statusOf(order) !== 'pending_approval' || challenge === undefined) {
    throw new SluiceError('ORDER_FINISHED', `the order waits for no approval: it is ${statusOf(order)}`, { orderId })
  }
  if (expired(context, challenge)) {
    await deny(book, orderId, EXPIRED)
    throw new SluiceError('ORDER_FINISHED', 'the time for a code is over; place the order again', { orderId })
  }
  if (context.fourEyes && approval.actor === order.intent.actor) {
    throw new SluiceError('APPROVAL_REFUSED', `${approval.actor} placed the order: somebody else must approve it`, { orderId })
  }
  const provider = providerOf(context)
  const attemptsLeft = await takeAttempt(context, challenge)
  const passed = attemptsLeft >= 0 && await spendCode(context, provider, approval.actor, approval.code, orderId)
  if (!passed) {
    if (attemptsLeft <= 0) await deny(book, orderId, { code: 'APPROVAL_LOCKED', message: 'too many wrong codes; place the order again' })
    throw new SluiceError('APPROVAL_REFUSED', 'the code is wrong, too old or was used before', { orderId, attemptsLeft: Math.max(0, attemptsLeft), retryable: attemptsLeft > 0 })
  }
  const prepared = prepare(context, newCandidate(context, { orderId, terms: order.terms, actor: order.intent.actor, broker: order.intent.broker, approved: true }))
  const facts = 'then' in prepared ? await prepared : prepared
  assertTakesOrders(context)
  if (statusOf(current(book, orderId)) !== 'pending_approval') {
    throw new SluiceError('ORDER_FINISHED', 'the order ended while the code was being checked', { orderId })
  }
  const epoch = epochOf(context)
  try {
    await waitDurable(context, decideAgain(context, book, orderId, challenge, approval.actor, facts))
  } catch (cause) {
    throw new SluiceError('JOURNAL_FAILED', 'the approval could not be made durable and the order was not sent', { retryable: true, cause, orderId })
  }
  const state = current(book, orderId)
  return isVerdict(statusOf(state)) ? state : submitOrder(context, book, orderId, { epoch, facts })
}
