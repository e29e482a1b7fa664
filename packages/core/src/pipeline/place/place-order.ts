import { clientOrderIdOf, digestOrder } from '../../order/digest.ts'
import type { DecisionRecord, EventDraft } from '../../order/event.ts'
import { isVerdict, type OrderState, statusOf } from '../../order/order.ts'
import { parseOrderRequest } from '../../order/parse-request.ts'
import type { OrderTerms } from '../../order/request.ts'
import { fromIso, toIso } from '../../runtime/clock.ts'
import { SluiceError } from '../../runtime/errors.ts'
import type { AccountBook } from '../book/account-book.ts'
import { armChallenge } from '../approve/approve-order.ts'
import { assertTakesOrders, epochOf, linkOf, type PipelineContext } from '../context.ts'
import { judge, makeIntent, newCandidate } from './decide.ts'
import { aborted, askJournal, conflict, endClaim, mayRetry, shareResult } from './key-claim.ts'
import type { KeyClaim } from '../book/order-index.ts'
import { prepare } from './prepare.ts'
import { rollSession } from '../session/session-roll.ts'
import { submitOrder } from './submit.ts'
import { waitDurable } from '../wait-durable.ts'

export interface PlaceInput {
  readonly request: unknown
  readonly actor: string
  readonly signal: AbortSignal | undefined
  readonly onReplay: (() => void) | undefined
  readonly notAfter?: string | undefined
}

interface Placement {
  readonly terms: OrderTerms
  readonly digest: string
  readonly key: string
  readonly actor: string
  readonly broker: string
  readonly orderId: string
  readonly purpose?: 'flatten'
}

const invalidAccount = (message: string): SluiceError => new SluiceError('ORDER_INVALID', message, { issues: [{ path: ['account'], rule: 'route', message }] })

/** The broker an order goes to; one broker serves one account (PROTOCOL A5). */
export function routeOf(context: PipelineContext, terms: OrderTerms): string {
  const broker = context.route(terms)
  const link = context.brokers.get(broker)
  if (link === undefined) throw invalidAccount(`the route leads to ${broker}, which is no configured broker`)
  if (link.account !== terms.account) throw invalidAccount(`account ${terms.account} has no broker: ${broker} trades for account ${link.account}`)
  return broker
}

export function bookOf(context: PipelineContext, account: string): AccountBook {
  const book = context.books.get(account)
  if (book === undefined) throw invalidAccount(`account ${account} is not served here; name it in the option accounts`)
  return book
}

/** Warnings of a decision that were not already given for the account. */
function warningDrafts(book: AccountBook, decisions: readonly DecisionRecord[], orderId: string): EventDraft[] {
  const drafts: EventDraft[] = []
  const given = warned.get(book) ?? new Map<string, number>()
  warned.set(book, given)
  for (const { guard, warning, limit = '', observed = '' } of decisions) {
    if (warning === undefined) given.delete(guard)
    else if ((given.get(guard) ?? 0) < warning) {
      given.set(guard, warning)
      drafts.push({ type: 'limit_warning', data: { guard, code: 'LIMIT_WARNING', limit, observed, percent: warning, orderId } })
    }
  }
  return drafts
}

const warned = new WeakMap<AccountBook, Map<string, number>>()

/** What the lane decided: whether the order goes out, and when its events are durable. */
interface Decided {
  readonly sends: boolean
  readonly durable: Promise<void>
}

/** The lane: one synchronous step from the guards to the changed memory. */
function decideAndReserve(context: PipelineContext, book: AccountBook, placement: Placement, facts: readonly unknown[]): Decided {
  const { terms, digest, key, broker, orderId } = placement
  rollSession(context, book)
  const candidate = newCandidate(context, { ...placement, approved: false })
  const { verdict, denial, challenges, evaluation, reservation } = judge(context, book, candidate, facts)
  const intent = makeIntent(candidate, digest, key, reservation)
  const begun = { orderId, intent, ...(book.orders.has(orderId) && { again: true as const }) }
  const keys = [{ key, orderId, digest }]
  if (denial !== undefined) return { sends: false, durable: book.record([{ type: 'order_denied', data: { ...begun, denial, evaluation } }], { keys }) }
  const now = context.clock.now()
  if (verdict === 'challenge') {
    const limit = context.timing.maximumChallenges
    const pending = [...book.open].filter((id) => statusOf(book.orders.get(id) as OrderState) === 'pending_approval').length
    if (pending >= limit) {
      const denial = { code: 'APPROVALS_PENDING', message: `${pending} orders wait for a code already; approve or cancel one first`, limit: String(limit), observed: String(pending) }
      return { sends: false, durable: book.record([{ type: 'order_denied', data: { ...begun, denial, evaluation } }], { keys }) }
    }
    const method = context.guards.find((guard) => guard.approvals !== undefined)?.approvals?.name ?? context.approvals?.name ?? 'none'
    const challenge = { id: context.ids.next(), reasons: challenges, digest, expiresAt: toIso(now + context.timing.approvalTimeout), method }
    return { sends: false, durable: book.record([{ type: 'order_pending_approval', data: { ...begun, challenge, evaluation } }, ...warningDrafts(book, evaluation.decisions, orderId)], { keys }) }
  }
  const clientOrderId = clientOrderIdOf(context.tag, terms.account, key, 0, linkOf(context, broker).adapter.capabilities.clientOrderId)
  const submitBy = toIso(now + context.timing.submitWithin)
  return { sends: true, durable: book.record([{ type: 'order_pending_new', data: { ...begun, clientOrderId, submitBy, evaluation } }, ...warningDrafts(book, evaluation.decisions, orderId)], { keys }) }
}

/** From the claimed key to the first verdict. */
async function run(context: PipelineContext, book: AccountBook, placement: Placement, isWanted: () => boolean): Promise<OrderState> {
  const { orderId } = placement
  const prepared = prepare(context, newCandidate(context, { ...placement, approved: false }))
  let facts: readonly unknown[]
  if ('then' in prepared) {
    facts = await prepared
    if (!isWanted()) throw aborted()
  } else facts = prepared
  assertTakesOrders(context)
  const epoch = epochOf(context)
  const { sends, durable } = decideAndReserve(context, book, placement, facts)
  try {
    await waitDurable(context, durable)
  } catch (cause) {
    throw new SluiceError('JOURNAL_FAILED', 'the order could not be made durable and was not sent; retry with the same key only', { retryable: true, cause, orderId })
  }
  const state = book.orders.get(orderId) as OrderState
  if (statusOf(state) === 'pending_approval') armChallenge(context, book, orderId)
  if (isVerdict(statusOf(state))) return state
  if (sends) return submitOrder(context, book, orderId, { epoch, facts })
  // Approved before its challenge was durable: who approved it sends it, and nobody else.
  const verdict = await context.waitFor(orderId, (after) => isVerdict(statusOf(after)), context.timing.submitTimeout)
  return verdict ?? (book.orders.get(orderId) as OrderState)
}

/** An order as it was asked for, its key not yet looked at. */
type Asked = Omit<Placement, 'orderId'> & Pick<PlaceInput, 'signal' | 'onReplay' | 'notAfter'>

/** @throws SluiceError TOO_LATE, also for a time that nobody can read */
function assertInTime({ clock }: PipelineContext, { notAfter }: Asked): void {
  if (notAfter !== undefined && !(clock.now() < fromIso(notAfter))) throw new SluiceError('TOO_LATE', `the order came after ${notAfter.slice(0, 64)}; nothing was recorded`)
}

/** Claims a key that memory does not know, or that an order never sent has, and starts the attempt in this tick. */
function attempt(context: PipelineContext, book: AccountBook, asked: Asked, former: OrderState | undefined, isNew: boolean): Promise<OrderState> {
  const { terms, digest, key } = asked
  if (book.inFlight >= context.timing.maximumInFlight) {
    throw new SluiceError('BUSY', `${context.timing.maximumInFlight} orders of account ${terms.account} are in flight; retry with the same key`, { retryable: true })
  }
  const atOnce = isNew || !book.memory.partial
  if (atOnce) assertInTime(context, asked)
  const claim: KeyClaim = { digest, orderId: former?.id ?? context.ids.next(), pending: undefined, asking: undefined, callers: 0 }
  book.keys.set(key, claim)
  book.inFlight += 1
  const start = (earlier: OrderState | undefined): Promise<OrderState> | OrderState => {
    if (earlier !== undefined && !mayRetry(earlier)) {
      asked.onReplay?.()
      return earlier
    }
    // The journal was asked meanwhile.
    if (!atOnce) assertInTime(context, asked)
    // An order remembers its broker for life, whatever the route would say now.
    return run(context, book, { ...asked, broker: earlier?.intent.broker ?? asked.broker, orderId: claim.orderId }, () => claim.callers > 0)
  }
  const begun = atOnce ? Promise.resolve(start(former)) : askJournal(context, book, key, claim).then(start)
  claim.pending = begun.finally(() => {
    book.inFlight -= 1
    endClaim(book, key, claim)
  })
  return shareResult(book, key, claim, claim.pending, asked.signal)
}

/** From a request to its first verdict. The key is claimed in the tick in which it is checked. */
export async function placeOrder(context: PipelineContext, input: PlaceInput): Promise<OrderState> {
  assertTakesOrders(context)
  const { terms, idempotencyKey } = parseOrderRequest(input.request)
  if (input.signal?.aborted === true) throw aborted()
  const book = bookOf(context, terms.account)
  const broker = routeOf(context, terms)
  const digest = digestOrder(terms, input.actor)
  const key = idempotencyKey ?? context.ids.next()
  const asked = { terms, digest, key, actor: input.actor, broker, signal: input.signal, onReplay: input.onReplay, notAfter: input.notAfter }
  for (;;) {
    const known = book.keys.get(key)
    if (known === undefined) return attempt(context, book, asked, undefined, idempotencyKey === undefined)
    if (known.digest === digest) {
      const state = book.orders.get(known.orderId)
      if (known.pending === undefined && mayRetry(state)) return attempt(context, book, asked, state, true)
      input.onReplay?.()
      return known.pending === undefined ? (state as OrderState) : shareResult(book, key, known, known.pending, input.signal)
    }
    if (known.asking === undefined) throw conflict(known.orderId)
    // Whose key it is will be known when the journal has answered.
    await known.asking
    assertTakesOrders(context)
  }
}

/** An order of the kill switch itself to close a position: the same way, guards and permit as any other. */
export async function placeFlattening(context: PipelineContext, book: AccountBook, broker: string, terms: OrderTerms): Promise<OrderState> {
  assertTakesOrders(context)
  const actor = 'kill-switch'
  const [key, orderId, digest] = [context.ids.next(), context.ids.next(), digestOrder(terms, actor)]
  const claim: KeyClaim = { digest, orderId, pending: undefined, asking: undefined, callers: 1 }
  book.keys.set(key, claim)
  book.inFlight += 1
  try {
    return await run(context, book, { terms, digest, key, actor, broker, orderId, purpose: 'flatten' }, () => true)
  } finally {
    book.inFlight -= 1
    endClaim(book, key, claim)
  }
}
