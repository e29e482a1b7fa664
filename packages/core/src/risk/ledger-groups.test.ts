import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { eventSource, makeExecution, makeIntent, NO_EVALUATION } from '../../test/support/make-event.ts'
import { formatDecimal, ONE, parseSigned } from '../order/decimal.ts'
import type { EventDraft, Execution } from '../order/event.ts'
import { legIdOf } from '../order/order.ts'
import { type LegRole, type OrderTerms, type Side } from '../order/request.ts'
import { createLedger, type Ledger } from './ledger.ts'

interface Told {
  readonly ledger: Ledger
  tell(draft: EventDraft): void
  /** A bracket, unless told otherwise. */
  place(terms: Partial<OrderTerms>, orderId?: string): void
  plain(orderId: string, quantity?: string): void
  /** The broker shows an exit of the order. */
  exit(role: LegRole, quantity: string, side?: Side, parentOrderId?: string): void
  fill(orderId: string, quantity: string, side?: Side): Execution
  end(orderId: string): void
  /** Position, working buys and working sells of AAPL. */
  books(exceptOrder?: string): string[]
}

const [PROFIT, LOSS] = [legIdOf('a', 'take_profit'), legIdOf('a', 'stop_loss')]

function told(): Told {
  const ledger = createLedger()
  const source = eventSource()
  const tell = (draft: EventDraft): void => { ledger.apply(source.of(draft)) }
  return {
    ledger, tell,
    place: (terms, orderId = 'a') => { tell({ type: 'order_pending_new', data: { orderId, intent: makeIntent({ orderClass: 'bracket', ...terms }), clientOrderId: orderId, submitBy: '', evaluation: NO_EVALUATION } }) },
    plain: (orderId, quantity = '10') => { tell({ type: 'order_pending_new', data: { orderId, intent: makeIntent({ quantity }), clientOrderId: orderId, submitBy: '', evaluation: NO_EVALUATION } }) },
    exit: (role, quantity, side = 'sell', parentOrderId = 'a') => {
      const intent = { ...makeIntent({ side, quantity }), leg: { parentOrderId, role } }
      tell({ type: 'order_accepted', data: { orderId: legIdOf(parentOrderId, role), clientOrderId: '', brokerOrderId: role, intent } })
    },
    fill: (orderId, lastQuantity, side = 'buy') => {
      const execution = makeExecution({ lastQuantity, side })
      tell({ type: 'order_partially_filled', data: { orderId, execution, filledQuantity: '', averagePrice: '' } })
      return execution
    },
    end: (orderId) => { tell({ type: 'order_canceled', data: { orderId, reason: 'broker' } }) },
    books: (exceptOrder) => {
      const { position, workingBuy, workingSell } = ledger.exposure('main', 'AAPL', exceptOrder)
      return [position.quantity, workingBuy, workingSell].map(formatDecimal)
    },
  }
}

describe('D6: the exits of an order', () => {
  it('hold what the entry has traded, once for both of them', () => {
    const { ledger, place, exit, fill, books } = told()
    place({})
    expect(books()).toEqual(['0', '10', '0'])
    exit('take_profit', '10')
    exit('stop_loss', '10')
    expect(books()).toEqual(['0', '10', '0'])
    fill('a', '4')
    expect(books()).toEqual(['4', '6', '4'])
    fill('a', '6')
    expect([books(), ledger.openOrders]).toEqual([['10', '0', '10'], 2])
  })

  it('hold less with everything that one of them trades, and the larger of what is left', () => {
    const { place, exit, fill, books, end } = told()
    place({})
    fill('a', '10')
    exit('take_profit', '10')
    exit('stop_loss', '8')
    expect(books()).toEqual(['10', '0', '10'])
    fill(PROFIT, '3', 'sell')
    expect(books()).toEqual(['7', '0', '7'])
    end(LOSS)
    expect(books()).toEqual(['7', '0', '7'])
    fill(PROFIT, '7', 'sell')
    expect(books()).toEqual(['0', '0', '0'])
  })

  it('are counted with their order: nothing is left out for one of them', () => {
    const { place, exit, fill, books } = told()
    place({})
    exit('take_profit', '10')
    fill('a', '4')
    expect([books(PROFIT), books('a')]).toEqual([['4', '6', '4'], ['4', '0', '4']])
  })

  it('are expected on the other side of the entry, and counted on the side on which the broker shows them', () => {
    const { place, exit, fill, books, end } = told()
    place({ side: 'sell_short' })
    fill('a', '10', 'sell_short')
    exit('stop_loss', '10', 'buy')
    expect(books()).toEqual(['-10', '10', '0'])
    end(LOSS)
    expect(books()).toEqual(['-10', '0', '0'])
    exit('take_profit', '10', 'sell')
    expect(books()).toEqual(['-10', '0', '10'])
    exit('take_profit', '4', 'sell')
    expect(books()).toEqual(['-10', '0', '4'])
    const odd = told()
    odd.place({ side: 'sell_short' })
    odd.fill('a', '10', 'sell_short')
    odd.exit('take_profit', '10', 'sell')
    expect(odd.books()).toEqual(['-10', '0', '10'])
  })

  it('of an OCO hold what the larger of both may trade', () => {
    const { place, exit, books, end } = told()
    place({ orderClass: 'oco', side: 'sell' })
    exit('stop_loss', '15')
    expect(books()).toEqual(['0', '0', '15'])
    exit('stop_loss', '10')
    expect(books()).toEqual(['0', '0', '10'])
    end('a')
    expect(books()).toEqual(['0', '0', '10'])
    end(LOSS)
    expect(books()).toEqual(['0', '0', '0'])
  })

  it('are none where the order has none, also beside one that has', () => {
    const { ledger, place, plain, fill, books } = told()
    place({}, 'bracket')
    plain('p')
    fill('p', '3')
    expect(books()).toEqual(['3', '17', '0'])
    expect(ledger.state.groups.get('bracket')).toMatchObject({ filled: 0n, exited: 0n })
  })

  it('are none where no order has any', () => {
    const { ledger, plain, books } = told()
    plain('a')
    expect([ledger.state.groups.size, books()]).toEqual([0, ['0', '10', '0']])
  })
})

describe('what the ledger remembers of a group', () => {
  it('ends with an entry that has traded nothing', () => {
    const { ledger, place, end } = told()
    place({})
    place({}, 'b')
    expect([...ledger.state.groups.keys()]).toEqual(['a', 'b'])
    end('a')
    expect([...ledger.state.groups.keys()]).toEqual(['b'])
  })

  it('stays with an entry that has traded until its exits have come and gone', () => {
    const { ledger, place, exit, fill, end } = told()
    place({})
    fill('a', '10')
    expect(ledger.state.groups.get('a')).toMatchObject({ filled: 10n * ONE, exited: 0n, bound: false })
    exit('take_profit', '10')
    exit('stop_loss', '10')
    end(LOSS)
    expect(ledger.state.groups.get('a')).toMatchObject({ bound: true, held: 10n * ONE })
    fill(PROFIT, '10', 'sell')
    expect(ledger.state.groups.size).toBe(0)
  })

  it('stays while the entry works, though its exits have gone', () => {
    const { ledger, place, exit, fill, end, books } = told()
    place({})
    exit('take_profit', '10')
    end(PROFIT)
    expect(ledger.state.groups.get('a')).toMatchObject({ bound: true, held: 0n })
    fill('a', '10')
    expect([ledger.state.groups.size, books()]).toEqual([0, ['10', '0', '0']])
  })

  it('stays bound when an exit has gone, so that it ends with its entry', () => {
    const { ledger, place, exit, fill, end } = told()
    place({})
    fill('a', '4')
    exit('take_profit', '4')
    end(PROFIT)
    end('a')
    expect(ledger.state.groups.size).toBe(0)
  })

  it('begins again with an order that was taken for never sent and works all the same', () => {
    const { ledger, tell, place, exit, fill, books } = told()
    place({})
    tell({ type: 'order_canceled', data: { orderId: 'a', reason: 'withdrawn' } })
    expect([ledger.openOrders, ledger.state.groups.size]).toEqual([0, 0])
    const intent = makeIntent({ orderClass: 'bracket' })
    tell({ type: 'order_accepted', data: { orderId: 'a', clientOrderId: 'a', brokerOrderId: 'b', intent, again: true } })
    expect([books(), ledger.state.groups.size]).toEqual([['0', '10', '0'], 1])
    exit('take_profit', '10')
    fill('a', '4')
    // Said once more, it forgets nothing of what has traded.
    tell({ type: 'order_accepted', data: { orderId: 'a', clientOrderId: 'a', brokerOrderId: 'b', intent, again: true } })
    expect(ledger.state.groups.get('a')).toMatchObject({ filled: 4n * ONE })
    expect(books()).toEqual(['4', '10', '4'])
  })

  it('does not begin with a plain order that comes back', () => {
    const { ledger, tell } = told()
    tell({ type: 'order_accepted', data: { orderId: 'p', clientOrderId: 'p', brokerOrderId: 'b', intent: makeIntent(), again: true } })
    tell({ type: 'order_accepted', data: { orderId: 'q', clientOrderId: 'q', brokerOrderId: 'b', intent: makeIntent({ orderClass: 'oto' }) } })
    expect([ledger.openOrders, ledger.state.groups.size]).toEqual([2, 0])
  })

  it('has ended when one more exit is heard of: that holds what it may trade, and so does an exit whose trade is taken back', () => {
    const { ledger, place, exit, fill, end, books, tell } = told()
    place({})
    fill('a', '10')
    exit('stop_loss', '10')
    end(LOSS)
    expect(ledger.state.groups.size).toBe(0)
    exit('take_profit', '10')
    exit('stop_loss', '4')
    expect(books()).toEqual(['10', '0', '10'])
    const execution = fill(PROFIT, '10', 'sell')
    end(LOSS)
    expect([books(), ledger.state.groups.size]).toEqual([['0', '0', '0'], 0])
    tell({ type: 'execution_busted', data: { orderId: PROFIT, execution } })
    expect(books()).toEqual(['10', '0', '10'])
  })
})

describe('a trade that is taken back', () => {
  const bust = (execution: Execution, holds: { quantity: string; filledQuantity: string; parent?: string } | undefined, orderId = 'old'): EventDraft => ({
    type: 'execution_busted',
    data: {
      orderId, execution,
      ...(holds !== undefined && { holds: { reservation: { quantity: holds.quantity, price: '100' }, filledQuantity: holds.filledQuantity, ...(holds.parent !== undefined && { parent: holds.parent }) } }),
    },
  })

  it('of an order that was forgotten lets it hold again what it says it held', () => {
    const { ledger, tell, fill, books } = told()
    tell(bust(makeExecution({ lastQuantity: '3' }), { quantity: '10', filledQuantity: '10' }))
    expect([books(), ledger.openOrders]).toEqual([['-3', '3', '0'], 1])
    fill('old', '3')
    expect([books(), ledger.openOrders]).toEqual([['0', '0', '0'], 0])
  })

  it('or corrected does so too', () => {
    const { ledger, tell, books } = told()
    const previous = makeExecution({ lastQuantity: '3' })
    tell({ type: 'execution_corrected', data: { orderId: 'old', previous, execution: { ...previous, lastQuantity: '2' }, holds: { reservation: { quantity: '10', price: '100' }, filledQuantity: '10' } } })
    expect([books(), ledger.openOrders]).toEqual([['-1', '1', '0'], 1])
  })

  it('without that lets it hold nothing', () => {
    const { ledger, tell, books } = told()
    tell(bust(makeExecution({ lastQuantity: '3' }), undefined))
    expect([books(), ledger.openOrders]).toEqual([['-3', '0', '0'], 0])
  })

  it('of an order that is remembered goes by what is remembered', () => {
    const { tell, plain, fill, books } = told()
    plain('works')
    const first = fill('works', '4')
    tell(bust(first, { quantity: '99', filledQuantity: '99' }, 'works'))
    expect(books()).toEqual(['0', '10', '0'])
    const all = fill('works', '10')
    tell(bust({ ...all, lastQuantity: '1' }, { quantity: '99', filledQuantity: '99' }, 'works'))
    expect(books()).toEqual(['9', '1', '0'])
  })

  it('of an exit that was forgotten belongs to its group', () => {
    const { ledger, tell, place, fill, exit, books } = told()
    place({})
    fill('a', '10')
    exit('stop_loss', '10')
    tell(bust(makeExecution({ lastQuantity: '3', side: 'sell' }), { quantity: '3', filledQuantity: '3', parent: 'a' }, PROFIT))
    expect(ledger.order(PROFIT)).toMatchObject({ parent: 'a', side: 'sell' })
    expect(ledger.state.groups.get('a')).toMatchObject({ filled: 10n * ONE, exited: -3n * ONE })
    expect(books()).toEqual(['13', '0', '10'])
  })

  it('of an order whose end was said brings nothing back', () => {
    const { ledger, tell, plain, fill, end, books } = told()
    plain('over')
    const execution = fill('over', '10')
    end('over')
    expect(ledger.remembers('over')).toBe(false)
    tell(bust(execution, undefined, 'over'))
    expect([books(), ledger.openOrders]).toEqual([['0', '0', '0'], 0])
  })
})

describe('an order that is filled', () => {
  it('works on while a billionth of it is left', () => {
    const { ledger, plain, fill, books } = told()
    plain('a')
    fill('a', '9.999999999')
    expect([books()[1], ledger.openOrders]).toEqual(['0.000000001', 1])
  })

  it('is not brought back by new terms; those that fit what has traded are its terms from then on', () => {
    const { ledger, tell, plain, fill, books } = told()
    const replaced = (orderId: string, changes: object): void => { tell({ type: 'order_replaced', data: { orderId, clientOrderId: 'r', brokerOrderId: 'b', changes } }) }
    plain('a')
    const execution = fill('a', '10')
    replaced('a', { quantity: '15', limitPrice: '500' })
    expect([books(), ledger.openOrders]).toEqual([['10', '0', '0'], 0])
    replaced('a', { quantity: '10', limitPrice: '300' })
    tell({ type: 'execution_busted', data: { orderId: 'a', execution: { ...execution, lastQuantity: '4' } } })
    expect(ledger.order('a')).toMatchObject({ quantity: 10n * ONE, price: 300n * ONE })
    // It works again, and is not among the filled ones any more.
    expect(ledger.state.complete.size).toBe(0)
  })

  it('is remembered as one of the last 4096', () => {
    const { ledger, plain, fill } = told()
    for (let number = 1; number <= 4096; number += 1) {
      plain(`order-${number}`, '1')
      fill(`order-${number}`, '1')
    }
    expect(ledger.remembers('order-1')).toBe(true)
    plain('one-more', '1')
    fill('one-more', '1')
    expect([ledger.remembers('order-1'), ledger.remembers('order-2'), ledger.state.complete.size]).toEqual([false, true, 4096])
  })
})

it('whatever entry and exits trade, in any order, what works is what the rule says (D6)', () => {
  const action = fc.constantFrom('entry', 'profit', 'loss', 'end-entry', 'end-profit', 'end-loss')
  fc.assert(fc.property(fc.array(fc.tuple(action, fc.integer({ min: 1, max: 10 })), { maxLength: 12 }), (actions) => {
    const { place, exit, fill, end, books } = told()
    place({})
    exit('take_profit', '10')
    exit('stop_loss', '10')
    // By hand: quantities as plain numbers.
    const left: { [name in 'entry' | 'profit' | 'loss']: number } = { entry: 10, profit: 10, loss: 10 }
    const ids = { entry: 'a', profit: PROFIT, loss: LOSS }
    let filled = 0
    let exited = 0
    for (const [what, amount] of actions) {
      const name = what.replace('end-', '') as keyof typeof left
      if (what.startsWith('end-')) {
        end(ids[name])
        left[name] = 0
        continue
      }
      const quantity = Math.min(amount, left[name])
      if (quantity === 0) continue
      fill(ids[name], String(quantity), name === 'entry' ? 'buy' : 'sell')
      left[name] -= quantity
      if (name === 'entry') filled += quantity
      else exited += quantity
    }
    const held = Math.min(Math.max(left.profit, left.loss), Math.max(0, filled - exited))
    expect(books().map((value) => Number(parseSigned(value) / ONE))).toEqual([filled - exited, left.entry, held])
  }), { numRuns: 400 })
})
