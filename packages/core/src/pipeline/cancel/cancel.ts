import type { CommandOutcome } from '../../broker/broker-adapter.ts'
import { clientOrderIdOf } from '../../order/digest.ts'
import { isFinished, type OrderState, statusOf } from '../../order/order.ts'
import { sleep } from '../../runtime/clock.ts'
import { describeError, SluiceError } from '../../runtime/errors.ts'
import { type AccountBook, type CancelWish, isOnItsWay } from '../book/account-book.ts'
import { applyBrokerOrder } from '../facts/apply-broker-order.ts'
import { linkOf, type PipelineContext } from '../context.ts'
import { lookUpOrder } from '../look-up/look-up.ts'
import { keeping, onOrder } from '../look-up/recall.ts'
import { waitBriefly } from '../wait-durable.ts'

const current = (book: AccountBook, orderId: string): OrderState => book.orders.get(orderId) as OrderState

/** The cancel's own id: a chain of its own, so that it never takes the number of a replace. */
function cancelIdOf(context: PipelineContext, state: OrderState): string {
  const { capabilities } = linkOf(context, state.intent.broker).adapter
  return clientOrderIdOf(context.tag, `${state.intent.terms.account}/cancel`, state.intent.idempotencyKey, state.version, capabilities.clientOrderId)
}

const refused = (orderId: string, message: string): SluiceError => new SluiceError('CANCEL_REFUSED', `the broker refused the cancel: ${message}`, { orderId })

interface Refusal {
  readonly code: string
  readonly message: string
}

/**
 * What the broker's refusal proves: nothing. Its own record of the order decides. While the order, or new terms of it, are still
 * on their way, the wish stays. True: the order has another id at the broker by now, the cancel can go out on that.
 */
async function afterRefusal(context: PipelineContext, book: AccountBook, sent: OrderState, { code, message }: Refusal): Promise<boolean> {
  const { id: orderId } = sent
  const lookup = isOnItsWay(book, orderId) ? undefined : await lookUpOrder(context, book, sent)
  if (lookup?.kind === 'found') await waitBriefly(context, applyBrokerOrder(context, book, orderId, lookup.order))
  const after = current(book, orderId)
  if (isFinished(statusOf(after))) return false
  const moved = after.brokerOrderId !== sent.brokerOrderId
  const stays = moved || after.requests.some((request) => request.command !== 'cancel')
  if (!stays) book.cancelWishes.delete(orderId)
  if (after.requests.some((request) => request.command === 'cancel')) {
    await waitBriefly(context, book.record([{ type: 'order_cancel_refused', data: { orderId, code, message } }]))
  }
  if (!stays) throw refused(orderId, message)
  return moved
}

/** A refusal that came as an update: the caller who waits learns of it by the end of the wish. */
export function cancelRefused(context: PipelineContext, book: AccountBook, order: OrderState, refusal: Refusal): void {
  keeping(book, order.id, () => afterRefusal(context, book, order, refusal)).then((again) => { if (again) honourWish(context, book, order.id) }, () => undefined)
}

/** The broker's answer; none within the time it may take is ambiguous. */
async function ask(context: PipelineContext, call: () => Promise<CommandOutcome>): Promise<CommandOutcome> {
  const { submitTimeout } = context.timing
  const silent = sleep(context.clock, submitTimeout, context.signal).then((): CommandOutcome => ({ kind: 'ambiguous', reason: `no answer within ${submitTimeout} ms` }))
  try {
    return await Promise.race([call(), silent])
  } catch (error) {
    return { kind: 'ambiguous', reason: describeError(error) }
  }
}

const sending = new WeakMap<AccountBook, Map<string, Promise<void>>>()

/**
 * Sends the cancel of an order that the broker may have. Bypasses guards, lane and kill switch. One at a time for an order:
 * whoever asks meanwhile shares it.
 */
function sendCancel(context: PipelineContext, book: AccountBook, orderId: string, wish: CancelWish): Promise<void> {
  const running = sending.get(book) ?? new Map<string, Promise<void>>()
  sending.set(book, running)
  const known = running.get(orderId)
  if (known !== undefined) return known
  const send = async (): Promise<void> => {
    try {
      let again = true
      while (again) again = await writeCancel(context, book, orderId, wish)
    } finally {
      running.delete(orderId)
    }
  }
  const started = keeping(book, orderId, send)
  running.set(orderId, started)
  return started
}

/** One attempt. True: it has to be made again at once. */
async function writeCancel(context: PipelineContext, book: AccountBook, orderId: string, { actor, reason }: CancelWish): Promise<boolean> {
  const asked = current(book, orderId)
  if (isFinished(statusOf(asked)) || asked.clientOrderId === undefined) return false
  const clientOrderId = cancelIdOf(context, asked)
  await waitBriefly(context, book.record([{ type: 'order_pending_cancel', data: { orderId, clientOrderId, actor, ...(reason !== undefined && { reason }) } }]))
  const state = current(book, orderId)
  const { clientOrderId: originalClientOrderId = asked.clientOrderId, brokerOrderId, terms } = state
  if (isFinished(statusOf(state))) return false
  const outcome = await ask(context, () => linkOf(context, state.intent.broker).adapter.cancel({
    orderId, account: book.account, clientOrderId, originalClientOrderId, brokerOrderId, symbol: terms.symbol, side: terms.side,
  }))
  if (isFinished(statusOf(current(book, orderId)))) return false
  switch (outcome.kind) {
    case 'accepted': return false
    case 'refused': return afterRefusal(context, book, state, outcome)
    case 'not_sent':
    case 'ambiguous': {
      void pursue(context, book, orderId)
      await waitBriefly(context, book.record([{ type: 'order_unknown', data: { orderId, command: 'cancel', reason: outcome.reason } }]))
      return false
    }
  }
}

const FIRST_WAIT = 250
const LONGEST_WAIT = 10_000
const pursued = new WeakMap<AccountBook, Set<string>>()

/** A cancel of unknown fate is looked up and sent again until the order has ended or the broker says no. */
async function pursue(context: PipelineContext, book: AccountBook, orderId: string): Promise<void> {
  const busy = pursued.get(book) ?? new Set<string>()
  pursued.set(book, busy)
  if (busy.has(orderId)) return
  busy.add(orderId)
  const letGo = book.memory.keep(orderId)
  try {
    for (let wait = FIRST_WAIT; book.cancelWishes.has(orderId); wait = Math.min(wait * 2, LONGEST_WAIT)) {
      await sleep(context.clock, wait, context.signal)
      if (context.signal.aborted || !book.cancelWishes.has(orderId)) return
      const lookup = await lookUpOrder(context, book, current(book, orderId))
      if (lookup.kind === 'found') await waitBriefly(context, applyBrokerOrder(context, book, orderId, lookup.order))
      const wish = book.cancelWishes.get(orderId)
      if (wish !== undefined) await sendCancel(context, book, orderId, wish)
    }
  } catch (error) {
    context.logger.warn('a cancel was given up', { orderId, reason: describeError(error) })
  } finally {
    busy.delete(orderId)
    letGo()
  }
}

/** A wish that cannot go out yet is written down at once, side by side with what it waits for: a restart must not forget it. */
function rememberWish(context: PipelineContext, book: AccountBook, order: OrderState, { actor, reason }: CancelWish): void {
  if (order.requests.some(({ command }) => command === 'cancel')) return
  const data = { orderId: order.id, clientOrderId: cancelIdOf(context, order), actor, waits: true, ...(reason !== undefined && { reason }) } as const
  // A journal that fails here has said so by itself, and the wish in memory stands.
  book.record([{ type: 'order_pending_cancel', data }]).catch(() => undefined)
}

/** Cancels an order at whatever point of its way it is. */
export async function cancelOrder(context: PipelineContext, orderId: string, wish: CancelWish): Promise<OrderState> {
  return onOrder(context, orderId, ({ book, order }) => cancelKnown(context, book, order, wish))
}

async function cancelKnown(context: PipelineContext, book: AccountBook, order: OrderState, wish: CancelWish): Promise<OrderState> {
  const orderId = order.id
  const status = statusOf(order)
  if (isFinished(status)) return order
  if (status === 'pending_approval') {
    await waitBriefly(context, book.record([{ type: 'order_canceled', data: { orderId, reason: 'withdrawn' } }]))
    return current(book, orderId)
  }
  book.cancelWishes.set(orderId, wish)
  if (order.requests.some(({ command }) => command === 'new')) rememberWish(context, book, order, wish)
  // A wish ends with the order, or by a refusal of the broker that its record of the order confirms.
  const hasEnded = (): boolean => !book.cancelWishes.has(orderId)
  const passes = (state: OrderState): boolean => isFinished(statusOf(state)) || (hasEnded() && !isFinished(statusOf(current(book, orderId))))
  const ended = context.waitFor(orderId, passes, context.timing.submitTimeout)
  const { cancelByClientOrderId } = linkOf(context, order.intent.broker).adapter.capabilities
  const written = book.flights.get(orderId)?.written ?? status !== 'pending_new'
  const isKnown = order.brokerOrderId !== undefined || (written && cancelByClientOrderId)
  await Promise.race([ended, isKnown ? sendCancel(context, book, orderId, wish).then(() => (hasEnded() ? undefined : ended)) : ended])
  const after = current(book, orderId)
  if (hasEnded() && !isFinished(statusOf(after))) throw refused(orderId, 'the order stands')
  return after
}

/** Sends a cancel that was waiting for the broker to have the order: what memory knows of it, else what was written down. */
export function honourWish(context: PipelineContext, book: AccountBook, orderId: string): void {
  const request = current(book, orderId).requests.find(({ command }) => command === 'cancel')
  const wish = book.cancelWishes.get(orderId) ?? (request?.waits === true ? { actor: 'recovery', reason: 'it was wanted before' } : undefined)
  if (wish === undefined || (request !== undefined && request.waits !== true)) return
  book.cancelWishes.set(orderId, wish)
  sendCancel(context, book, orderId, wish).catch((cause: unknown) => {
    context.logger.warn('a waiting cancel failed', { orderId, reason: describeError(cause) })
  })
}
