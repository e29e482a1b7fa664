import { formatDecimal, ONE, type Units } from '../../order/decimal.ts'
import type { LegRole, OrderTerms } from '../../order/request.ts'
import { toIso } from '../../runtime/clock.ts'
import type { BrokerExecution } from '../broker-adapter.ts'
import {
  type BookMeta, encodeHolding, EXECUTION_PREFIX, META_KEY, ORDER_PREFIX, POSITION_PREFIX, readMeta, readNumbered, readPositions,
} from './book-entries.ts'
import { type Commitments, createCommitments } from './commitments.ts'
import { createHoldings, type Holdings } from './holdings.ts'
import { createOrderIndex, type OrderIndex } from './order-index.ts'
import { decodeOrder, directionOf, encodeOrder, type NewOrder, newOrder, type OrderExposure, type SimulatedOrder, unitsFor } from './simulated-order.ts'
import type { SimulatedSettings } from './simulated-options.ts'

/** The broker's records: orders, executions, positions, cash and counters. It keeps them and judges nothing. */
export interface SimulatedBook {
  readonly orders: Omit<OrderIndex, 'update'>
  readonly holdings: Holdings
  readonly commitments: Commitments
  /** How far the market has been worked off, in ms since the epoch. */
  time(): number
  /** Never goes backwards. */
  moveTo(time: number): void
  add(clientOrderId: string, terms: OrderTerms, exposure: OrderExposure): SimulatedOrder
  /** An exit of an order. */
  addLeg(parent: SimulatedOrder, role: LegRole, terms: OrderTerms, status: 'held' | 'working'): SimulatedOrder
  /** Changes a working order; what it commits is counted anew. */
  change(order: SimulatedOrder, change: (order: SimulatedOrder) => void): void
  /** Records a trade of a working order. */
  execute(order: SimulatedOrder, quantity: Units, price: Units): BrokerExecution
  /** Executions after the given number, oldest first. */
  executionsAfter(number: number): readonly BrokerExecution[]
  executionCount(): number
  /** Everything that changed since the last call, for the store. */
  takeChanges(): ReadonlyMap<string, string | undefined>
}

/** Opens the books as the store has them, or new ones. */
export function openBook(entries: ReadonlyMap<string, string>, settings: SimulatedSettings, now: number): SimulatedBook {
  const meta = readMeta(entries, settings.cash * ONE, now)
  let { orders: orderCount, executions: executionCount, time } = meta
  const executions = new Map<number, BrokerExecution>()
  const holdings = createHoldings(BigInt(meta.cash), readPositions(entries))
  const commitments = createCommitments()
  // Encoded when they are taken, so that what changes often in one batch is written once.
  const changed = new Map<string, (() => string | undefined) | undefined>()

  const orders = createOrderIndex(settings.history, (order) => {
    changed.set(ORDER_PREFIX + order.sequence, undefined)
    for (const { executionId } of order.executions) {
      const number = numberOf(executionId)
      executions.delete(number)
      changed.set(EXECUTION_PREFIX + number, undefined)
    }
  })
  for (const [, text] of readNumbered(entries, ORDER_PREFIX)) orders.update(decodeOrder(text))
  for (const [number, text] of readNumbered(entries, EXECUTION_PREFIX)) {
    const execution = JSON.parse(text) as BrokerExecution
    executions.set(number, execution)
    orders.byBrokerOrderId(execution.brokerOrderId)?.executions.push(execution)
  }
  for (const order of orders.working()) commitments.hold(order)

  const save = (order: SimulatedOrder): void => {
    changed.set(ORDER_PREFIX + order.sequence, () => encodeOrder(order))
    orders.update(order)
  }
  const book = (entry: Pick<NewOrder, 'clientOrderId' | 'terms' | 'exposure' | 'leg' | 'status'>): SimulatedOrder => {
    orderCount += 1
    const order = newOrder({ sequence: orderCount, brokerOrderId: `sim-${meta.name}-${orderCount}`, time, ...entry })
    commitments.hold(order)
    save(order)
    return order
  }
  const change = (order: SimulatedOrder, apply: (order: SimulatedOrder) => void): void => {
    commitments.release(order)
    apply(order)
    order.updatedAt = time
    commitments.hold(order)
    save(order)
  }

  return {
    orders,
    holdings,
    commitments,
    time: () => time,
    moveTo: (to) => { time = Math.max(time, to) },
    add: (clientOrderId, terms, exposure) => book({ clientOrderId, terms, exposure, leg: undefined, status: 'working' }),
    // It only closes what its entry opened.
    addLeg: ({ brokerOrderId: parent }, role, terms, status) =>
      book({ clientOrderId: `${parent}-${role}`, terms, exposure: { opening: 0n, heldPrice: 0n }, leg: { parent, role }, status }),
    change,
    execute: (order, quantity, price) => {
      executionCount += 1
      const { symbol, side } = order.terms
      const execution: BrokerExecution = {
        executionId: `sim-${meta.name}-x-${executionCount}`, brokerOrderId: order.brokerOrderId, clientOrderId: order.clientOrderIds.at(-1),
        symbol, side, lastQuantity: formatDecimal(quantity), lastPrice: formatDecimal(price), time: toIso(time),
      }
      executions.set(executionCount, execution)
      order.executions.push(execution)
      changed.set(EXECUTION_PREFIX + executionCount, () => JSON.stringify(execution))
      holdings.apply(symbol, directionOf(order), quantity, price)
      changed.set(POSITION_PREFIX + symbol, () => encodeHolding(holdings.holding(symbol)))
      change(order, () => {
        order.filled += quantity
        order.filledValue += quantity * price
        if (order.money === undefined ? order.filled === order.quantity : unitsFor(order.money - order.filledValue, price, settings.lot) === 0n) order.status = 'filled'
      })
      return execution
    },
    executionsAfter: (number) => {
      if (number <= 0) return [...executions.values()]
      const later: BrokerExecution[] = []
      for (let next = number + 1; next <= executionCount; next += 1) {
        const execution = executions.get(next)
        if (execution !== undefined) later.push(execution)
      }
      return later
    },
    executionCount: () => executionCount,
    takeChanges: () => {
      const taken = new Map<string, string | undefined>()
      if (changed.size === 0) return taken
      for (const [key, encode] of changed) taken.set(key, encode?.())
      changed.clear()
      const now: BookMeta = { ...meta, orders: orderCount, executions: executionCount, cash: String(holdings.cash()), time }
      return taken.set(META_KEY, JSON.stringify(now))
    },
  }
}

/** The counter at the end of an execution id. */
export function numberOf(executionId: string): number {
  return Number(executionId.slice(executionId.lastIndexOf('-') + 1))
}
