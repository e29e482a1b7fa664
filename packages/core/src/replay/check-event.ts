import { BOUND } from '../guards/evaluate.ts'
import { formatDecimal, parseDecimal, parseSigned } from '../order/decimal.ts'
import { clientOrderIdOf, digestOrder } from '../order/digest.ts'
import type { DecisionRecord, Evaluation, EventOf, OrderIntent, StoredEvent } from '../order/event.ts'
import type { OrderState } from '../order/order.ts'
import { applyChanges } from '../order/reduce.ts'
import { drifted } from '../pipeline/approve/approve-order.ts'
import { candidateOf, replaceCandidate } from '../pipeline/place/decide.ts'
import { fillOf } from '../pipeline/facts/record-fill.ts'
import type { OrderCandidate } from '../risk/order-candidate.ts'
import { checkEvaluation, type Moment, type Rederived } from './check-evaluation.ts'
import { isSame, type Report } from './difference.ts'

const boundOf = (inputs: Evaluation['inputs']): string | undefined => (typeof inputs[BOUND] === 'string' ? inputs[BOUND] : undefined)

/** An order being decided on as the guards saw it. What money may buy was only known then: its bound is taken from the record. */
function newOrder(orderId: string, intent: OrderIntent, approved: boolean, { inputs }: Evaluation): OrderCandidate {
  const { terms, reservation, actor, broker, purpose } = intent
  const quantity = terms.quantity === undefined ? parseSigned(boundOf(inputs) ?? reservation.quantity) : parseDecimal(terms.quantity)
  return candidateOf({ orderId, terms, actor, broker, approved, purpose }, quantity)
}

function clientOrderId(moment: Moment, account: string, intent: OrderIntent, revision: number): string | undefined {
  const capabilities = moment.settings.brokers[intent.broker]?.capabilities as { readonly clientOrderId?: { readonly maximumLength: number } } | undefined
  return capabilities?.clientOrderId === undefined ? undefined : clientOrderIdOf(moment.settings.tag, account, intent.idempotencyKey, revision, capabilities.clientOrderId)
}

function checkIntent(intent: OrderIntent, report: Report): void {
  const digest = digestOrder(intent.terms, intent.actor)
  if (digest !== intent.digest) report('identity', 'the digest is not that of the order', intent.digest, digest)
}

function checkReservation(recorded: unknown, made: Rederived | undefined, report: Report): void {
  if (made !== undefined && !isSame(recorded, made.reservation)) report('reservation', 'the order would reserve something else', recorded, made.reservation)
}

function checkVerdict(wanted: Rederived['verdict'], made: Rederived | undefined, report: Report): void {
  if (made !== undefined && made.verdict !== wanted) report('outcome', `the guards together say ${made.verdict}`, wanted, made.verdict)
}

function checkId(recorded: string, derived: string | undefined, report: Report): void {
  if (derived !== undefined && recorded !== derived) report('identity', 'the client order id is not the one that follows from the order', recorded, derived)
}

/** Denials that the service gives by itself, whatever the guards say. */
const OWN_DENIALS: ReadonlySet<string> = new Set(['APPROVALS_PENDING', 'APPROVAL_PRICE_DRIFT', 'NOT_SENT'])

function checkDenied({ data }: EventOf<'order_denied'>, before: OrderState | undefined, moment: Moment, report: Report): void {
  const { orderId, intent = before?.intent, denial, evaluation } = data
  if (data.intent !== undefined) checkIntent(data.intent, report)
  if (evaluation === undefined || intent === undefined || evaluation.after !== undefined) return
  const made = checkEvaluation(moment, newOrder(orderId, intent, data.intent === undefined && before?.challenge !== undefined, evaluation), evaluation, report)
  if (made === undefined) return
  if (data.intent !== undefined) checkReservation(data.intent.reservation, made, report)
  if (!OWN_DENIALS.has(denial.code)) {
    if (!isSame(denial, made.denial)) report('outcome', 'the denial is not what the guards say', denial, made.denial)
  } else if (denial.code === 'APPROVAL_PRICE_DRIFT' && (before?.challenge === undefined || !drifted(before.challenge, made.challenges))) {
    report('outcome', 'what the guards observed has not drifted', denial, made.challenges)
  }
}

function checkPendingApproval({ data }: EventOf<'order_pending_approval'>, moment: Moment, report: Report): void {
  checkIntent(data.intent, report)
  const made = checkEvaluation(moment, newOrder(data.orderId, data.intent, false, data.evaluation), data.evaluation, report)
  checkVerdict('challenge', made, report)
  checkReservation(data.intent.reservation, made, report)
  if (made !== undefined && !isSame(data.challenge.reasons, made.challenges)) report('outcome', 'the challenge is not what the guards ask for', data.challenge.reasons, made.challenges)
  if (data.challenge.digest !== data.intent.digest) report('identity', 'the challenge is bound to another order', data.challenge.digest, data.intent.digest)
}

function checkPendingNew({ account, data }: EventOf<'order_pending_new'>, before: OrderState | undefined, moment: Moment, report: Report): void {
  const { orderId, intent, approval, evaluation } = data
  checkIntent(intent, report)
  const made = checkEvaluation(moment, newOrder(orderId, intent, approval !== undefined, evaluation), evaluation, report)
  checkVerdict('allow', made, report)
  checkReservation(intent.reservation, made, report)
  checkId(data.clientOrderId, clientOrderId(moment, account, intent, 0), report)
  if (approval !== undefined && approval.challengeId !== before?.challenge?.id) report('outcome', 'the approval answers no challenge of the order', approval.challengeId, before?.challenge?.id)
}

function checkPendingReplace({ account, data }: EventOf<'order_pending_replace'>, before: OrderState, moment: Moment, report: Report): void {
  const terms = applyChanges(before.terms, data.changes)
  const made = checkEvaluation(moment, replaceCandidate(before, terms, data.actor), data.evaluation, report)
  checkVerdict('allow', made, report)
  const reservation = made && { quantity: terms.quantity ?? before.reservation.quantity, price: made.reservation.price }
  if (reservation !== undefined && !isSame(data.reservation, reservation)) report('reservation', 'the order would reserve something else', data.reservation, reservation)
  if (data.revision !== before.chain.length) report('identity', 'the revision does not follow', data.revision, before.chain.length)
  checkId(data.clientOrderId, clientOrderId(moment, account, before.intent, data.revision), report)
}

function checkReplaceDenied({ data }: EventOf<'order_replace_denied'>, before: OrderState, moment: Moment, report: Report): void {
  const made = checkEvaluation(moment, replaceCandidate(before, applyChanges(before.terms, data.changes), data.actor), data.evaluation, report)
  if (made === undefined) return
  const derived = made.denial ?? made.challenges[0]
  if (!isSame(data.denial, derived)) report('outcome', 'the denial is not what the guards say', data.denial, derived)
}

function checkFill(event: EventOf<'order_filled' | 'order_partially_filled'>, before: OrderState, report: Report): void {
  // How much money buys, and when that is all of it, only the broker knows.
  const derived = fillOf(before, event.data.execution, event.type === 'order_filled')
  if (!isSame({ type: event.type, data: event.data }, derived)) report('fill', 'the trade makes something else of the order', { type: event.type, data: event.data }, derived)
}

function checkPosition({ data }: EventOf<'position_changed'>, { ledger }: Moment, report: Report): void {
  if (data.source !== 'fill') return
  const { quantity, averagePrice } = ledger.exposure(data.broker, data.symbol).position
  const derived = { quantity: formatDecimal(quantity), averagePrice: formatDecimal(averagePrice) }
  if (!isSame({ quantity: data.quantity, averagePrice: data.averagePrice }, derived)) report('position', 'trades make something else of the position', { quantity: data.quantity, averagePrice: data.averagePrice }, derived)
}

function checkWarning({ data }: EventOf<'limit_warning'>, last: readonly DecisionRecord[], report: Report): void {
  const given = last.find(({ guard, warning }) => guard === data.guard && warning === data.percent)
  const said = given && { limit: given.limit ?? '', observed: given.observed ?? '' }
  if (!isSame({ limit: data.limit, observed: data.observed }, said)) report('warning', `guard ${data.guard} did not warn of ${data.percent} %`, { limit: data.limit, observed: data.observed }, said, data.guard)
}

/** Checks one event against everything before it. `last` are the decisions of the last event that has some. */
export function checkEvent(event: StoredEvent, before: OrderState | undefined, moment: Moment, last: readonly DecisionRecord[], report: Report): void {
  switch (event.type) {
    case 'order_denied': return checkDenied(event, before, moment, report)
    case 'order_pending_approval': return checkPendingApproval(event, moment, report)
    case 'order_pending_new': return checkPendingNew(event, before, moment, report)
    case 'order_pending_replace': return before && checkPendingReplace(event, before, moment, report)
    case 'order_replace_denied': return before && checkReplaceDenied(event, before, moment, report)
    case 'order_partially_filled':
    case 'order_filled': return before && checkFill(event, before, report)
    case 'order_pending_cancel':
      return before && checkId(event.data.clientOrderId, clientOrderId(moment, `${event.account}/cancel`, before.intent, before.version), report)
    case 'position_changed': return checkPosition(event, moment, report)
    case 'limit_warning': return checkWarning(event, last, report)
    default:
  }
}

/** Checks a decision that others came before in the history: a permit refused by the guards between decision and write. */
export function checkLateEvaluation(orderId: string, evaluation: Evaluation, order: OrderState | undefined, moment: Moment, report: Report): void {
  if (order === undefined) {
    report('order_state', 'the order of the decision did not exist yet', orderId, null)
    return
  }
  const { terms, approved, intent } = order
  const made = checkEvaluation(moment, { ...newOrder(orderId, { ...intent, terms }, approved, evaluation), recheck: true }, evaluation, report)
  if (made?.verdict === 'allow') report('outcome', 'the guards allow what the permit refused', 'reject', made.verdict)
}
