import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { historyArbitrary } from '../../test/support/random-history.ts'
import { formatDecimal, ONE, parseSigned } from '../order/decimal.ts'
import type { Execution, StoredEvent } from '../order/event.ts'
import { isFinished, leavesOf, type OrderState, statusOf } from '../order/order.ts'
import { reduceOrder } from '../order/reduce.ts'
import { createLedger, type Ledger } from './ledger.ts'
import { leavesOfExposure } from './order-exposure.ts'
import { sessionProfit, unrealisedProfit } from './position-book.ts'

const ledgerAfter = (events: readonly StoredEvent[]): Ledger => {
  const ledger = createLedger()
  for (const event of events) ledger.apply(event)
  return ledger
}

function statesAfter(events: readonly StoredEvent[]): Map<string, OrderState> {
  const states = new Map<string, OrderState>()
  for (const event of events) {
    if (!('orderId' in event.data) || event.data.orderId === undefined || event.type === 'limit_warning' || event.type === 'anomaly_detected') continue
    states.set(event.data.orderId, reduceOrder(states.get(event.data.orderId), event))
  }
  return states
}

/** The trades that stand at the end, straight from the events. */
function liveExecutions(events: readonly StoredEvent[]): Map<string, Execution> {
  const live = new Map<string, Execution>()
  for (const event of events) {
    if (event.type === 'order_filled' || event.type === 'order_partially_filled') live.set(event.data.execution.executionId, event.data.execution)
    if (event.type === 'execution_busted') live.delete(event.data.execution.executionId)
    if (event.type === 'execution_corrected') live.set(event.data.execution.executionId, event.data.execution)
  }
  return live
}

/** What one order may still trade, by reading its whole story again. */
function naiveLeaves(story: readonly StoredEvent[]): bigint {
  let quantity = 0n
  let asked: bigint | undefined
  let money = false
  let ended = false
  const executions = new Map<string, bigint>()
  const filled = (): bigint => [...executions.values()].reduce((sum, value) => sum + value, 0n)
  const left = (): bigint => {
    const most = asked !== undefined && asked > quantity ? asked : quantity
    const rest = most - filled()
    return ended || rest < 0n ? 0n : rest
  }
  for (const { type, data } of story) {
    switch (type) {
      case 'order_pending_approval':
      case 'order_pending_new':
        quantity = parseSigned(data.intent.reservation.quantity)
        money = data.intent.terms.notional !== undefined
        break
      case 'order_partially_filled': executions.set(data.execution.executionId, parseSigned(data.execution.lastQuantity)); break
      case 'order_filled':
        executions.set(data.execution.executionId, parseSigned(data.execution.lastQuantity))
        if (money) ended = true
        break
      case 'execution_busted': executions.delete(data.execution.executionId); break
      case 'execution_corrected': executions.set(data.execution.executionId, parseSigned(data.execution.lastQuantity)); break
      case 'order_pending_replace': asked = parseSigned(data.reservation.quantity); break
      case 'order_replaced':
        if (left() > 0n || parseSigned(data.changes.quantity!) <= filled()) quantity = parseSigned(data.changes.quantity!)
        asked = undefined
        break
      case 'order_replace_refused': asked = undefined; break
      case 'order_denied': case 'order_rejected': case 'order_canceled': case 'order_expired': ended = true; break
      default:
    }
  }
  return left()
}

function naiveWorking(events: readonly StoredEvent[]): Map<string, bigint> {
  const stories = new Map<string, StoredEvent[]>()
  for (const event of events) {
    if (!('orderId' in event.data) || event.data.orderId === undefined) continue
    const story = stories.get(event.data.orderId)
    if (story === undefined) stories.set(event.data.orderId, [event])
    else story.push(event)
  }
  const working = new Map<string, bigint>()
  for (const story of stories.values()) {
    const [first] = story
    if (first?.type !== 'order_pending_new' && first?.type !== 'order_pending_approval') throw new Error('not told from the beginning')
    const { broker, terms } = first.data.intent
    const key = `${broker} ${terms.symbol} ${terms.side === 'buy' ? 'buy' : 'sell'}`
    working.set(key, (working.get(key) ?? 0n) + naiveLeaves(story))
  }
  return working
}

const everyBook = ['one', 'two'].flatMap((broker) => ['AAPL', 'MSFT'].map((symbol) => [broker, symbol] as const))

describe('after any history', () => {
  it('what unfinished orders may add is the sum over the orders, read again from the beginning', () => {
    fc.assert(fc.property(historyArbitrary(), (events) => {
      const ledger = ledgerAfter(events)
      const naive = naiveWorking(events)
      for (const [broker, symbol] of everyBook) {
        const { workingBuy, workingSell } = ledger.exposure(broker, symbol)
        expect([workingBuy, workingSell]).toEqual([naive.get(`${broker} ${symbol} buy`) ?? 0n, naive.get(`${broker} ${symbol} sell`) ?? 0n])
      }
    }), { numRuns: 1000 })
  })

  it('the ledger holds an order exactly as long as the order is not finished', () => {
    fc.assert(fc.property(historyArbitrary(), (events) => {
      const ledger = ledgerAfter(events)
      const open = [...statesAfter(events).values()].filter((state) => !isFinished(statusOf(state)))
      expect(ledger.openOrders).toBe(open.length)
      for (const state of open) {
        const held = ledger.order(state.id)!
        if (state.requests.every((request) => request.command !== 'replace') && leavesOf(state) !== undefined) expect(leavesOfExposure(held)).toBe(leavesOf(state))
        expect(held.filled).toBe(state.filled)
      }
      expect([...ledger.orders()]).toHaveLength(open.length)
    }), { numRuns: 1000 })
  })

  it('filled quantity is the sum of the executions that stand (I8)', () => {
    fc.assert(fc.property(historyArbitrary(), (events) => {
      const sums = new Map<string, { filled: bigint; value: bigint }>()
      for (const { brokerOrderId, lastQuantity, lastPrice } of liveExecutions(events).values()) {
        const sum = sums.get(brokerOrderId) ?? { filled: 0n, value: 0n }
        sums.set(brokerOrderId, { filled: sum.filled + parseSigned(lastQuantity), value: sum.value + parseSigned(lastQuantity) * parseSigned(lastPrice) })
      }
      for (const state of statesAfter(events).values()) {
        expect({ filled: state.filled, value: state.filledValue }).toEqual(sums.get(`b-${state.id}`) ?? { filled: 0n, value: 0n })
      }
    }), { numRuns: 300 })
  })

  it('no reservation is left when every order has ended', () => {
    fc.assert(fc.property(historyArbitrary(), (events) => {
      const ledger = ledgerAfter(events)
      const last = events.at(-1)
      for (const state of statesAfter(events).values()) ledger.apply({ ...last!, type: 'order_canceled', data: { orderId: state.id, reason: 'broker' } })
      for (const { workingBuy, workingSell } of ledger.entries()) expect([workingBuy, workingSell]).toEqual([0n, 0n])
      expect(ledger.openOrders).toBe(0)
    }), { numRuns: 300 })
  })

  it('the view without one order is the view with that order taken out of the history', () => {
    fc.assert(fc.property(historyArbitrary(), fc.nat(), (events, pick) => {
      const ledger = ledgerAfter(events)
      const ids = [...statesAfter(events).keys()]
      const orderId = ids[pick % Math.max(1, ids.length)]
      if (orderId === undefined) return
      const naive = naiveWorking(events.filter((event) => !('orderId' in event.data) || event.data.orderId !== orderId))
      for (const [broker, symbol] of everyBook) {
        const { workingBuy, workingSell, position } = ledger.exposure(broker, symbol, orderId)
        expect([workingBuy, workingSell]).toEqual([naive.get(`${broker} ${symbol} buy`) ?? 0n, naive.get(`${broker} ${symbol} sell`) ?? 0n])
        expect(position).toEqual(ledger.exposure(broker, symbol).position)
      }
    }), { numRuns: 300 })
  })
})

describe('after any trading', () => {
  const signed = ({ side, lastQuantity }: Execution): bigint => (side === 'buy' ? 1n : -1n) * parseSigned(lastQuantity)

  it('positions are the sum of the trades that stand', () => {
    fc.assert(fc.property(historyArbitrary({ external: false }), (events) => {
      const ledger = ledgerAfter(events)
      const sums = new Map<string, bigint>()
      for (const execution of liveExecutions(events).values()) {
        const key = `${execution.broker} ${execution.symbol}`
        sums.set(key, (sums.get(key) ?? 0n) + signed(execution))
      }
      for (const [broker, symbol] of everyBook) expect(ledger.exposure(broker, symbol).position.quantity).toBe(sums.get(`${broker} ${symbol}`) ?? 0n)
    }), { numRuns: 300 })
  })

  it('the profit of the session is exact: each trade at its own price, what was held at its starting price', () => {
    const mark = 101n * ONE + 1n
    fc.assert(fc.property(historyArbitrary({ external: false }), (events) => {
      const ledger = ledgerAfter(events)
      const roll = events.findLastIndex(({ type }) => type === 'session_rolled')
      const before = ledgerAfter(events.slice(0, roll + 1))
      for (const [broker, symbol] of everyBook) {
        // Scaled 1e18. What stood at the roll counts from the roll; each change after it from its own price.
        const { startQuantity, startPrice } = before.exposure(broker, symbol).position
        let exact = startQuantity * (mark - startPrice)
        for (const event of events.slice(roll + 1)) {
          const add = (execution: Execution, sign: bigint): void => {
            if (execution.broker === broker && execution.symbol === symbol) exact += sign * signed(execution) * (mark - parseSigned(execution.lastPrice))
          }
          if (event.type === 'order_filled' || event.type === 'order_partially_filled') add(event.data.execution, 1n)
          if (event.type === 'execution_busted') add(event.data.execution, -1n)
          if (event.type === 'execution_corrected') { add(event.data.previous, -1n); add(event.data.execution, 1n) }
        }
        const floor = exact / ONE - (exact % ONE < 0n ? 1n : 0n)
        expect(formatDecimal(sessionProfit(ledger.exposure(broker, symbol).position, mark))).toBe(formatDecimal(floor))
      }
    }), { numRuns: 300 })
  })

  it('realised and unrealised profit together are what all trades made, but for the rounding of averages', () => {
    const mark = 101n * ONE
    fc.assert(fc.property(historyArbitrary({ external: false }), (events) => {
      const ledger = ledgerAfter(events)
      for (const [broker, symbol] of everyBook) {
        const { position } = ledger.exposure(broker, symbol)
        let exact = 0n
        for (const execution of liveExecutions(events).values()) if (execution.broker === broker && execution.symbol === symbol) exact += signed(execution) * (mark - parseSigned(execution.lastPrice))
        const error = position.realised + unrealisedProfit(position, mark) - exact / ONE
        // One unit of the average, times what may be held, for each trade.
        const bound = BigInt(events.length) * 2_000n
        expect(error < bound && error > -bound).toBe(true)
      }
    }), { numRuns: 300 })
  })
})
