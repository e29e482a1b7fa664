import { killEntryFor } from '../../kill-switch/kill-state.ts'
import type { Units } from '../../order/decimal.ts'
import { isFinished, type OrderState, statusOf } from '../../order/order.ts'
import { sleep } from '../../runtime/clock.ts'
import { describeError } from '../../runtime/errors.ts'
import type { AccountBook } from '../book/account-book.ts'
import { cancelOrder } from '../cancel/cancel.ts'
import type { BrokerLink, PipelineContext } from '../context.ts'
import { easePace, nextTerms, type Pace } from './flatten-order.ts'
import { placeFlattening } from '../place/place-order.ts'

const PAUSE = 250
const LONGEST_PAUSE = 5000
/** How long an order that does not end by itself may work before it is cancelled and priced anew, in ms. */
const WORKS_FOR = 2000
/** Nothing closed for so long is announced; closing goes on. */
const STALLED = 10_000

/** Whether the strongest kill switch over a position wants it closed. A level of a newer version closes nothing. */
function isWanted(context: PipelineContext, link: BrokerLink, symbol: string): boolean {
  return killEntryFor(context.kill, { broker: link.name, account: link.account, symbol })?.level === 'flatten'
}

function openOrders(book: AccountBook, link: BrokerLink, symbol: string): readonly OrderState[] {
  return [...book.open].map((id) => book.orders.get(id) as OrderState).filter(({ intent }) => intent.broker === link.name && intent.terms.symbol === symbol)
}

/** Gives an order that may rest the time to trade, then takes it back. */
async function giveTime(context: PipelineContext, book: AccountBook, orderId: string): Promise<void> {
  const isOver = (): boolean => isFinished(statusOf(book.orders.get(orderId) as OrderState))
  for (let waited = 0; waited < WORKS_FOR && !isOver() && !context.signal.aborted; waited += PAUSE) await sleep(context.clock, PAUSE, context.signal)
  if (!isOver()) await cancelOrder(context, orderId, { actor: 'kill-switch', reason: 'to be priced anew' }).catch(() => undefined)
}

/** One order towards zero. Answers how long to wait before the next, in ms; undefined: as long as nothing changes. */
async function closeSome(context: PipelineContext, link: BrokerLink, book: AccountBook, symbol: string, pace: Pace): Promise<number | undefined> {
  const position = (): Units => book.ledger.exposure(link.name, symbol).position.quantity
  // What still works, or may, could fill besides: it is cancelled and resolved first (PROTOCOL E4).
  if (openOrders(book, link, symbol).length > 0) return undefined
  const terms = await nextTerms(context, link, symbol, position, pace)
  if (terms === undefined || !isWanted(context, link, symbol) || openOrders(book, link, symbol).length > 0) return undefined
  const before = position()
  const { id } = await placeFlattening(context, book, link.name, terms)
  const order = book.orders.get(id) as OrderState
  if (statusOf(order) === 'denied' && order.denial !== undefined) {
    easePace(link, symbol, pace, order.denial)
    context.logger.info('a guard denied an order of the flattening; the next one is smaller', { orderId: id, code: order.denial.code })
    return order.denial.retryAfter
  }
  await giveTime(context, book, id)
  const filled = position() !== before
  pace.unfilled = filled ? 0n : pace.unfilled + 1n
  return filled ? 0 : PAUSE
}

async function closePosition(context: PipelineContext, link: BrokerLink, book: AccountBook, symbol: string): Promise<void> {
  const pace: Pace = { size: undefined, unfilled: 0n }
  const held = (): Units => book.ledger.exposure(link.name, symbol).position.quantity
  let pause = PAUSE
  let progress = context.clock.monotonic()
  let announced = false
  while (held() !== 0n && isWanted(context, link, symbol) && !context.signal.aborted) {
    const before = held()
    let wait: number | undefined
    try {
      wait = await closeSome(context, link, book, symbol, pace)
    } catch (error) {
      // A journal that has stopped lets nothing new out, this neither: only a person can close the rest.
      context.logger.warn('an order of the flattening could not be placed', { symbol, reason: describeError(error) })
    }
    if (held() !== before) {
      progress = context.clock.monotonic()
      pause = PAUSE
      announced = false
    } else if (!announced && context.clock.monotonic() - progress > STALLED) {
      announced = true
      context.alert({ code: 'FLATTEN_STALLED', message: `the position in ${symbol} at ${link.name} has not come nearer to zero for ${STALLED} ms; flattening goes on, look at its denied orders` })
    }
    if (held() === 0n) break
    await sleep(context.clock, wait ?? pause, context.signal)
    if (wait === undefined && held() === before) pause = Math.min(pause * 2, LONGEST_PAUSE)
  }
}

const closing = new WeakMap<BrokerLink, Set<string>>()

async function closeOnce(context: PipelineContext, link: BrokerLink, book: AccountBook, symbol: string): Promise<void> {
  const busy = closing.get(link) ?? new Set<string>()
  closing.set(link, busy)
  if (busy.has(symbol)) return
  busy.add(symbol)
  try {
    await closePosition(context, link, book, symbol)
  } catch (error) {
    context.alert({ code: 'FLATTEN_STALLED', message: `flattening ${symbol} at ${link.name} stopped: ${describeError(error)}; close the position by hand`, cause: error })
  } finally {
    busy.delete(symbol)
  }
}

/**
 * Closes every position that a kill switch at `flatten` covers, by reducing orders on the way of all orders: guards, journal,
 * permit. Positions do not wait for each other. Called again whenever a position changes: what fills late is closed too.
 */
export function flatten(context: PipelineContext): void {
  if (!context.kill.engaged.some(({ level }) => level === 'flatten')) return
  for (const link of context.brokers.values()) {
    const book = context.books.get(link.account)
    if (book === undefined) continue
    for (const { broker, symbol, position } of book.ledger.entries()) {
      if (broker === link.name && position.quantity !== 0n && isWanted(context, link, symbol)) void closeOnce(context, link, book, symbol)
    }
  }
}
