import { formatDecimal, type Units } from '../../order/decimal.ts'
import { createNoise } from '../../runtime/random.ts'
import type { BrokerUpdate } from '../broker-adapter.ts'
import { createDueQueue } from './due-queue.ts'
import { executionPrice, isAuction, isImmediate, partOf, reachesStop, trailedStop } from './execution-rules.ts'
import type { Prices } from './price-walk.ts'
import { numberOf, type SimulatedBook } from './simulated-book.ts'
import type { SimulatedMarket } from './simulated-market.ts'
import type { SimulatedSettings } from './simulated-options.ts'
import { auctionOf, isTrailing, leavesOf, numbersOf, type SimulatedOrder, unitsFor } from './simulated-order.ts'

/** Lets booked orders trade. Synchronous; what it has to say goes to `emit`, in its order. */
export interface MatchingEngine {
  /** Brings an order with new terms to the market. */
  enter(order: SimulatedOrder): void
  /** Ends a working order. */
  end(order: SimulatedOrder, status: 'canceled' | 'expired'): void
  /** Works off everything that was due until the given time, each at its own time. */
  advance(to: number): void
  /** When there will be something to work off; `Infinity` when nothing waits. */
  nextTime(): number
}

export interface MatchingOptions {
  readonly book: SimulatedBook
  readonly market: SimulatedMarket
  readonly settings: SimulatedSettings
  readonly emit: (update: BrokerUpdate) => void
}

/** After a sleep, how many missed prices are looked at. Of what lies before them, orders never hear. */
const MAXIMUM_STEPS = 4096

export function createMatchingEngine({ book, market, settings, emit }: MatchingOptions): MatchingEngine {
  const partial = createNoise(settings.seed, 'partial')
  const fraction = createNoise(settings.seed, 'fraction')
  const delays = createNoise(settings.seed, 'fill-delay')
  // Every working order either waits for its time in `due` or for its price in `resting`.
  const due = createDueQueue<SimulatedOrder>()
  const resting = new Set<SimulatedOrder>()
  for (const order of book.orders.working()) {
    if (order.matchAt > book.time()) due.push(order.matchAt, order.sequence, order)
    else resting.add(order)
  }

  /** Draws are addressed by the order and its progress, so that they do not depend on what other orders do. */
  const progress = (order: SimulatedOrder): number => order.clientOrderIds.length * 0x1_0000 + order.executions.length

  /** Whether the order has to wait before it may trade (again). */
  const postpone = (order: SimulatedOrder): boolean => {
    const [smallest, largest] = settings.fillDelay
    const delay = largest === 0 ? 0 : smallest + Math.floor(delays(order.key, progress(order)) * (largest - smallest + 1))
    const auction = auctionOf(order.terms, book.time(), settings.interval)
    order.matchAt = auction ?? book.time() + delay
    if (auction !== undefined) book.change(order, () => undefined)
    if (order.matchAt > book.time()) due.push(order.matchAt, order.sequence, order)
    return order.matchAt > book.time()
  }
  const end = (order: SimulatedOrder, status: 'canceled' | 'expired'): void => {
    resting.delete(order)
    const clientOrderId = order.clientOrderIds.at(-1)
    book.change(order, () => { order.status = status })
    emit({ kind: status, brokerOrderId: order.brokerOrderId, ...(clientOrderId !== undefined && { clientOrderId }) })
    settleGroup(order)
  }
  const wake = (leg: SimulatedOrder): void => {
    const clientOrderId = leg.clientOrderIds.at(-1)
    book.change(leg, () => { leg.status = 'working' })
    emit({ kind: 'resumed', brokerOrderId: leg.brokerOrderId, ...(clientOrderId !== undefined && { clientOrderId }) })
    if (!postpone(leg)) attempt(leg)
  }
  /** What the end of an order means for its group: exits begin when their entry has filled, and one exit's end is the other's. */
  const settleGroup = (order: SimulatedOrder): void => {
    const parent = order.leg === undefined ? order : book.orders.byBrokerOrderId(order.leg.parent)
    const exits = [...book.orders.legsOf(parent?.brokerOrderId ?? ''), ...(parent?.terms.orderClass === 'oco' ? [parent] : [])]
    for (const exit of exits) {
      if (exit === order || (exit.status !== 'held' && exit.status !== 'working')) continue
      if (order === parent && order.status === 'filled' && exit.status === 'held') wake(exit)
      else end(exit, 'canceled')
    }
  }
  const trail = (order: SimulatedOrder, prices: Prices): void => {
    const stop = trailedStop(order, prices, settings.tick)
    if (stop !== order.stop) book.change(order, () => { order.stop = stop })
  }
  /** An exit that has traded a part leaves less for the other to close. */
  const shrinkOthers = (order: SimulatedOrder): void => {
    for (const exit of book.orders.legsOf(order.leg?.parent ?? '')) {
      if (exit !== order && exit.status === 'working' && exit.quantity - exit.filled > leavesOf(order)) shrink(exit, exit.filled + leavesOf(order))
    }
  }
  const shrink = (exit: SimulatedOrder, quantity: Units): void => {
    const originalClientOrderId = exit.clientOrderIds.at(-1) ?? ''
    const clientOrderId = `${exit.clientOrderIds[0] ?? ''}.${exit.clientOrderIds.length}`
    const changes = { quantity: formatDecimal(quantity) }
    const terms = { ...exit.terms, ...changes }
    book.change(exit, () => { Object.assign(exit, { terms, clientOrderIds: [...exit.clientOrderIds, clientOrderId], quantity: numbersOf(terms).quantity }) })
    emit({ kind: 'replaced', clientOrderId, brokerOrderId: exit.brokerOrderId, originalClientOrderId, changes })
  }
  const hasEnded = (order: SimulatedOrder): boolean => order.status === 'filled'
  const priceNow = (order: SimulatedOrder): Units | undefined => {
    const prices = market.prices(order.terms.symbol, book.time())
    if (prices === undefined) return undefined
    if (!order.triggered) {
      if (isTrailing(order)) trail(order, prices)
      if (!reachesStop(order, prices)) return undefined
      book.change(order, () => { order.triggered = true })
    }
    return executionPrice(order, prices)
  }
  /** Its order has the caller's id, which no broker gives another for a smaller quantity: its exits trade whole. */
  const isOfOco = (order: SimulatedOrder): boolean => (order.leg === undefined ? order : book.orders.byBrokerOrderId(order.leg.parent))?.terms.orderClass === 'oco'
  const quantityNow = (order: SimulatedOrder, price: Units): Units => {
    const leaves = order.money === undefined ? leavesOf(order) : unitsFor(order.money - order.filledValue, price, settings.lot)
    if (order.terms.timeInForce === 'fok' || isAuction(order) || isOfOco(order) || settings.partialFills === 0 || partial(order.key, progress(order)) >= settings.partialFills) return leaves
    return partOf(leaves, settings.lot, fraction(order.key, progress(order)))
  }
  const attempt = (order: SimulatedOrder): void => {
    resting.delete(order)
    while (order.status === 'working') {
      if (order.expiresAt !== undefined && order.expiresAt <= book.time()) { end(order, 'expired'); return }
      const price = priceNow(order)
      if (price === undefined) {
        if (isImmediate(order)) end(order, 'canceled')
        else resting.add(order)
        return
      }
      const quantity = quantityNow(order, price)
      // Less money than one lot costs.
      if (quantity === 0n) { end(order, 'canceled'); return }
      const execution = book.execute(order, quantity, price)
      const isComplete = hasEnded(order)
      emit({ kind: 'fill', execution, ...(isComplete && order.money !== undefined && { complete: true }), cursor: String(numberOf(execution.executionId)) })
      if (isComplete) { settleGroup(order); return }
      shrinkOthers(order)
      if (isImmediate(order)) { end(order, 'canceled'); return }
      if (postpone(order)) return
    }
  }
  const nextStepTime = (): number => (resting.size > 0 ? market.timeOf(market.stepAt(book.time()) + 1) : Number.POSITIVE_INFINITY)

  const workOff = (stepTime: number): void => {
    book.moveTo(stepTime)
    // In the order of booking, which a restart keeps.
    for (const order of book.orders.working()) if (resting.has(order)) attempt(order)
  }
  const workOffDue = (): void => {
    const next = due.take()
    if (next === undefined) return
    book.moveTo(next.time)
    // Anything else was cancelled, replaced or has waited anew since.
    if (next.value.status === 'working' && next.value.matchAt === next.time) attempt(next.value)
  }

  return {
    enter: (order) => {
      resting.delete(order)
      if (!postpone(order)) attempt(order)
    },
    end,
    advance: (to) => {
      const firstStep = market.timeOf(market.stepAt(to) - MAXIMUM_STEPS + 1)
      for (;;) {
        const stepTime = Math.max(nextStepTime(), firstStep)
        const dueTime = due.nextTime()
        if (Math.min(stepTime, dueTime) > to) break
        if (stepTime <= dueTime) workOff(stepTime)
        else workOffDue()
      }
      book.moveTo(to)
    },
    nextTime: () => Math.min(nextStepTime(), due.nextTime()),
  }
}
