import { describe, expect, it } from 'vitest'
import { eventSource, makeExecution, makeIntent, NO_EVALUATION } from '../../test/support/make-event.ts'
import { formatDecimal, ONE } from '../order/decimal.ts'
import type { EventDraft, OrderIntent, Reservation } from '../order/event.ts'
import { createLedger, type Ledger } from './ledger.ts'
import { sessionProfit } from './position-book.ts'

interface Told {
  readonly ledger: Ledger
  tell(draft: EventDraft): void
  place(orderId: string, intent?: OrderIntent): void
  fill(orderId: string, quantity: string, price?: string): void
  ask(orderId: string, reservation: Reservation): void
  /** Position, working buys and working sells of AAPL. */
  books(exceptOrder?: string): string[]
}

function told(): Told {
  const ledger = createLedger()
  const source = eventSource()
  const tell = (draft: EventDraft): void => { ledger.apply(source.of(draft)) }
  return {
    ledger, tell,
    place: (orderId, intent = makeIntent()) => { tell({ type: 'order_pending_new', data: { orderId, intent, clientOrderId: orderId, submitBy: '', evaluation: NO_EVALUATION } }) },
    fill: (orderId, lastQuantity, lastPrice = '100') => {
      tell({ type: 'order_partially_filled', data: { orderId, execution: makeExecution({ lastQuantity, lastPrice }), filledQuantity: '', averagePrice: '' } })
    },
    ask: (orderId, reservation) => {
      tell({ type: 'order_pending_replace', data: { orderId, clientOrderId: 'r', revision: 1, changes: { quantity: reservation.quantity }, reservation, submitBy: '', actor: '', evaluation: NO_EVALUATION } })
    },
    books: (exceptOrder) => {
      const { position, workingBuy, workingSell } = ledger.exposure('main', 'AAPL', exceptOrder)
      return [position.quantity, workingBuy, workingSell].map(formatDecimal)
    },
  }
}

describe('a reservation', () => {
  it('moves from working to held with each fill, and is gone when all is filled', () => {
    const { ledger, place, fill, books } = told()
    place('a')
    expect(books()).toEqual(['0', '10', '0'])
    fill('a', '4')
    expect(books()).toEqual(['4', '6', '0'])
    fill('a', '6')
    expect([books(), ledger.openOrders, ledger.order('a')]).toEqual([['10', '0', '0'], 0, undefined])
  })

  it('is held while the outcome is unknown, however long', () => {
    const { tell, place, books } = told()
    place('a')
    tell({ type: 'order_unknown', data: { orderId: 'a', command: 'new', reason: 'timeout' } })
    tell({ type: 'session_rolled', data: { session: 's', source: 'marks', marks: {} } })
    expect(books()).toEqual(['0', '10', '0'])
  })

  it('is held while a human is asked, once', () => {
    const { tell, place, books } = told()
    tell({ type: 'order_pending_approval', data: { orderId: 'a', intent: makeIntent({ side: 'sell_short' }), challenge: { id: 'c', reasons: [], digest: '', expiresAt: '', method: '' }, evaluation: NO_EVALUATION } })
    expect(books()).toEqual(['0', '0', '10'])
    place('a', makeIntent({ side: 'sell_short' }))
    expect(books()).toEqual(['0', '0', '10'])
  })

  it.each(['order_rejected', 'order_canceled', 'order_expired', 'order_denied'] as const)('ends with %s, and a late fill still counts', (type) => {
    const { tell, place, fill, books } = told()
    place('a')
    tell({ type, data: { orderId: 'a', reason: 'broker', rejection: {}, denial: {} } } as unknown as EventDraft)
    expect(books()).toEqual(['0', '0', '0'])
    fill('a', '3')
    expect(books()).toEqual(['3', '0', '0'])
  })

  it('of an order by money is its bound until the broker\'s word ends it', () => {
    const { ledger, tell, place, fill, books } = told()
    place('a', makeIntent({ type: 'market', notional: '1000' }, { quantity: '12', price: '100' }))
    fill('a', '12')
    expect([books(), ledger.openOrders]).toEqual([['12', '0', '0'], 1])
    tell({ type: 'order_filled', data: { orderId: 'a', execution: makeExecution({ lastQuantity: '1' }), filledQuantity: '13', averagePrice: '100' } })
    expect([books(), ledger.openOrders]).toEqual([['13', '0', '0'], 0])
  })

  it('comes back with a bust, as far as the order may trade again', () => {
    const { ledger, tell, place, books } = told()
    place('a')
    const execution = makeExecution({ lastQuantity: '10' })
    tell({ type: 'order_filled', data: { orderId: 'a', execution, filledQuantity: '10', averagePrice: '100' } })
    expect(ledger.openOrders).toBe(0)
    tell({ type: 'execution_corrected', data: { orderId: 'a', previous: execution, execution: { ...execution, lastQuantity: '7' } } })
    expect([books(), ledger.openOrders]).toEqual([['7', '3', '0'], 1])
    tell({ type: 'execution_busted', data: { orderId: 'a', execution: { ...execution, lastQuantity: '7' } } })
    expect(books()).toEqual(['0', '10', '0'])
    tell({ type: 'order_canceled', data: { orderId: 'a', reason: 'broker' } })
    expect(books()).toEqual(['0', '0', '0'])
  })

  it('may be larger than what users may write', () => {
    const { place, books } = told()
    place('a', makeIntent({}, { quantity: '123456789012345.5', price: '0.000000001' }))
    expect(books()).toEqual(['0', '123456789012345.5', '0'])
  })
})

describe('an unanswered replace', () => {
  it('holds the larger quantity of both, and both prices', () => {
    const { ledger, place, fill, ask, books } = told()
    place('a')
    fill('a', '4')
    ask('a', { quantity: '25', price: '120' })
    expect(books()).toEqual(['4', '21', '0'])
    expect(ledger.order('a')).toMatchObject({ price: 187_500_000_000n, pending: { quantity: 25n * ONE, price: 120n * ONE } })
    ask('a', { quantity: '5', price: '80' })
    expect(books()).toEqual(['4', '6', '0'])
  })

  it('keeps the order when the old quantity is filled, until the answer comes', () => {
    const { ledger, tell, place, fill, ask, books } = told()
    place('a')
    ask('a', { quantity: '25', price: '120' })
    fill('a', '10')
    expect(books()).toEqual(['10', '15', '0'])
    tell({ type: 'order_replace_refused', data: { orderId: 'a', code: '', message: '' } })
    expect([books(), ledger.openOrders]).toEqual([['10', '0', '0'], 0])
  })

  it('becomes what is held when the broker confirms it, and ends the order when all of it is filled already', () => {
    const { ledger, tell, place, fill, ask, books } = told()
    place('a')
    fill('a', '4')
    ask('a', { quantity: '25', price: '120' })
    tell({ type: 'order_replaced', data: { orderId: 'a', clientOrderId: 'r', brokerOrderId: 'b', changes: { quantity: '25' } } })
    expect([books(), ledger.order('a')]).toMatchObject([['4', '21', '0'], { price: 120n * ONE, pending: undefined }])
    ask('a', { quantity: '4', price: '120' })
    tell({ type: 'order_replaced', data: { orderId: 'a', clientOrderId: 'r2', brokerOrderId: 'b', changes: { quantity: '4' } } })
    expect([books(), ledger.openOrders]).toEqual([['4', '0', '0'], 0])
  })

  it('that nobody asked for takes the new quantity and the worse price', () => {
    const { ledger, tell, place } = told()
    place('a', makeIntent({}, { price: '100' }))
    const changed = (changes: object): void => { tell({ type: 'order_replaced', data: { orderId: 'a', clientOrderId: 'r', brokerOrderId: 'b', changes } }) }
    changed({ limitPrice: '90' })
    expect(ledger.order('a')).toMatchObject({ quantity: 10n * ONE, price: 100n * ONE })
    changed({ limitPrice: '130', quantity: '12' })
    expect(ledger.order('a')).toMatchObject({ quantity: 12n * ONE, price: 130n * ONE })
  })
})

describe('the view without one order', () => {
  it('leaves out what that order holds, on its side, in its symbol, at its broker', () => {
    const { ledger, place, books } = told()
    place('a')
    place('b', makeIntent({ quantity: '3' }))
    place('c', makeIntent({ side: 'sell', quantity: '2' }))
    place('d', makeIntent({ symbol: 'MSFT' }))
    place('e', makeIntent({}, {}, 'other'))
    expect([books(), books('a'), books('c'), books('d'), books('e'), books('nobody')]).toEqual([
      ['0', '13', '2'], ['0', '3', '2'], ['0', '13', '0'], ['0', '13', '2'], ['0', '13', '2'], ['0', '13', '2'],
    ])
    expect(ledger.exposure('nobody', 'AAPL', 'a')).toMatchObject({ workingBuy: 0n, workingSell: 0n })
  })
})

describe('sessions', () => {
  it('begin where they roll, at the given mark or the average price, with the broker\'s equity', () => {
    const { ledger, tell, place, fill } = told()
    expect(ledger.session).toBeUndefined()
    place('a')
    fill('a', '10', '100')
    tell({ type: 'session_rolled', data: { session: 's1', equity: '-5.5', source: 'broker', marks: { main: { AAPL: '110' } } } })
    expect(ledger.session).toEqual({ id: 's1', equity: -5_500_000_000n })
    expect(sessionProfit(ledger.exposure('main', 'AAPL').position, 115n * ONE)).toBe(50n * ONE)
    tell({ type: 'session_rolled', data: { session: 's2', source: 'marks', marks: {} } })
    expect(ledger.session).toEqual({ id: 's2', equity: undefined })
    expect(sessionProfit(ledger.exposure('main', 'AAPL').position, 115n * ONE)).toBe(150n * ONE)
  })
})

it('A5: a session begins at each broker\'s own price, also where one is long and the other short', () => {
  const { ledger, tell } = told()
  for (const [broker, quantity] of [['main', '5'], ['second', '-5']] as const) tell({ type: 'position_changed', data: { broker, symbol: 'AAPL', quantity, averagePrice: '90', source: 'opening' } })
  tell({ type: 'session_rolled', data: { session: 's1', source: 'marks', marks: { main: { AAPL: '99' }, second: { AAPL: '101' } } } })
  expect(sessionProfit(ledger.exposure('main', 'AAPL').position, 99n * ONE)).toBe(0n)
  expect(sessionProfit(ledger.exposure('second', 'AAPL').position, 101n * ONE)).toBe(0n)
})

describe('positions from outside', () => {
  it('change what is held, unless they only restate a fill', () => {
    const { tell, books } = told()
    const state = (quantity: string, source: 'fill' | 'opening' | 'external' | 'adjustment'): void => {
      tell({ type: 'position_changed', data: { broker: 'main', symbol: 'AAPL', quantity, averagePrice: '100', source } })
    }
    state('5', 'opening')
    expect(books()).toEqual(['5', '0', '0'])
    state('7', 'fill')
    expect(books()).toEqual(['5', '0', '0'])
    state('-3', 'external')
    expect(books()).toEqual(['-3', '0', '0'])
    state('0', 'adjustment')
    expect(books()).toEqual(['0', '0', '0'])
  })
})

it('forgets the oldest filled orders, so that it stays small', () => {
  const { ledger, tell, place, fill, books } = told()
  const execution = makeExecution({ lastQuantity: '1' })
  for (const orderId of ['first', 'second']) {
    place(orderId, makeIntent({ quantity: '1' }))
    tell({ type: 'order_filled', data: { orderId, execution, filledQuantity: '1', averagePrice: '100' } })
  }
  for (let count = 0; count < 4095; count += 1) {
    place('next', makeIntent({ quantity: '1' }))
    fill('next', '1')
    place(`order-${count}`, makeIntent({ quantity: '1' }))
    fill(`order-${count}`, '1')
  }
  expect(ledger.openOrders).toBe(0)
  tell({ type: 'execution_busted', data: { orderId: 'first', execution } })
  expect(books()[1]).toBe('0')
})
