import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ONE, parseSigned, type Units } from '../order/decimal.ts'
import { fillPosition, FLAT, type PositionBook, rollPosition, sessionProfit, statePosition, unrealisedProfit } from './position-book.ts'

const units = (text: string): Units => parseSigned(text)
const after = (...trades: readonly (readonly [quantity: string, price: string])[]): PositionBook =>
  trades.reduce((book, [quantity, price]) => fillPosition(book, units(quantity), units(price)), FLAT)

describe('a trade', () => {
  it.each([
    ['adds to a long at the weighted average', [['10', '100'], ['30', '104']], '40', '103', '0'],
    ['adds to a short at the weighted average', [['-10', '100'], ['-30', '104']], '-40', '103', '0'],
    ['takes from a long and realises', [['10', '100'], ['-4', '110']], '6', '100', '40'],
    ['takes from a short and realises', [['-10', '100'], ['4', '110']], '-6', '100', '-40'],
    ['closes a long', [['10', '100'], ['-10', '90']], '0', '0', '-100'],
    ['crosses zero from long to short at its own price', [['10', '100'], ['-15', '110']], '-5', '110', '100'],
    ['crosses zero from short to long at its own price', [['-10', '100'], ['15', '90']], '5', '90', '100'],
    ['goes on from flat', [['10', '100'], ['-10', '110'], ['5', '50']], '5', '50', '100'],
    ['may be at a negative price', [['10', '-37.63'], ['-10', '2']], '0', '0', '396.3'],
  ] as const)('%s', (_what, trades, quantity, averagePrice, realised) => {
    expect(after(...trades)).toMatchObject({ quantity: units(quantity), averagePrice: units(averagePrice), realised: units(realised) })
  })

  it('reversed at its own price leaves no trace in quantity and cash', () => {
    const amounts = fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n })
    const prices = fc.bigInt({ min: 1n, max: 10n ** 14n })
    fc.assert(fc.property(fc.array(fc.tuple(amounts, prices)), amounts, prices, (trades, quantity, price) => {
      const book = trades.reduce((known, [signed, at]) => fillPosition(known, signed, at), FLAT)
      const back = fillPosition(fillPosition(book, quantity, price), -quantity, price)
      expect([back.quantity, back.sessionFlow]).toEqual([book.quantity, book.sessionFlow])
      expect(sessionProfit(back, price)).toBe(sessionProfit(book, price))
    }))
  })
})

describe('the session', () => {
  it('counts what was held from the mark at its start, and trades from their own price', () => {
    const rolled = rollPosition(after(['10', '100']), units('120'))
    expect(sessionProfit(rolled, units('120'))).toBe(0n)
    expect(sessionProfit(rolled, units('115'))).toBe(units('-50'))
    const traded = fillPosition(fillPosition(rolled, units('-10'), units('130')), units('5'), units('110'))
    expect(sessionProfit(traded, units('110'))).toBe(units('100'))
    expect(sessionProfit(traded, units('112'))).toBe(units('110'))
  })

  it('rounds down: a loss never looks smaller than it is', () => {
    const tiny = fillPosition(FLAT, 1n, 1n)
    expect([sessionProfit(tiny, 0n), sessionProfit(tiny, 1n), sessionProfit(tiny, 2n)]).toEqual([-1n, 0n, 0n])
  })

  it('does not lose cash in many small trades', () => {
    let book = FLAT
    for (let count = 0; count < 1000; count += 1) book = fillPosition(book, units('0.000001'), units('0.001501'))
    expect(sessionProfit(book, 0n)).toBe(-units('0.000001501'))
  })
})

describe('a position from outside', () => {
  const price = fc.bigInt({ min: ONE, max: 200n * ONE })
  const quantity = fc.bigInt({ min: -100n, max: 100n }).map((whole) => whole * ONE)

  it('that appears makes no profit at its stated price', () => {
    fc.assert(fc.property(quantity, price, (held, average) => {
      const book = statePosition(FLAT, held, average)
      expect(book).toMatchObject({ quantity: held, averagePrice: held === 0n ? 0n : average, realised: 0n })
      expect(sessionProfit(book, average)).toBe(0n)
      expect(unrealisedProfit(book, average)).toBe(0n)
    }))
  })

  it('that vanishes takes along what it made and leaves what was realised, whatever price is stated', () => {
    fc.assert(fc.property(quantity, price, price, fc.constantFrom(0n, ONE), (held, start, mark, stated) => {
      const gone = statePosition(rollPosition(fillPosition(FLAT, held, start), mark), 0n, stated)
      expect(sessionProfit(gone, mark)).toBe(0n)
      expect(gone).toMatchObject({ quantity: 0n, averagePrice: 0n, sessionPrice: 0n })
    }))
    const realised = fillPosition(after(['10', '100']), units('-4'), units('110'))
    expect(sessionProfit(statePosition(realised, 0n, 0n), units('90'))).toBe(units('40'))
  })

  it('that shrinks keeps the profit of what stays', () => {
    const half = statePosition(after(['10', '100']), units('5'), units('100'))
    expect(sessionProfit(half, units('110'))).toBe(units('50'))
    expect(half.sessionPrice).toBe(units('100'))
  })

  it('that grows or crosses zero counts only what is new from the stated price', () => {
    const grown = statePosition(after(['10', '100']), units('15'), units('106'))
    expect(sessionProfit(grown, units('106'))).toBe(units('60'))
    const crossed = statePosition(after(['10', '100']), units('-5'), units('120'))
    expect(sessionProfit(crossed, units('120'))).toBe(0n)
    expect(sessionProfit(crossed, units('110'))).toBe(units('50'))
    expect(crossed.sessionPrice).toBe(units('120'))
  })

  it('that is what we know already changes nothing but the average', () => {
    const book = after(['10', '100'])
    expect(statePosition(book, book.quantity, units('99'))).toEqual({ ...book, averagePrice: units('99') })
  })
})

describe('a position of the smallest unit', () => {
  const trades = (...all: readonly (readonly [bigint, bigint])[]): PositionBook => all.reduce((book, [signed, price]) => fillPosition(book, signed, price), FLAT)

  it('averages, keeps its average while it is taken from, and begins anew beyond zero, on both sides alike', () => {
    for (const side of [1n, -1n]) {
      expect(trades([side, 5n]).averagePrice).toBe(5n)
      expect(trades([side, 5n], [side, 7n])).toMatchObject({ averagePrice: 6n, sessionPrice: 6n, realised: 0n })
      expect(trades([2n * side, 5n], [-side, 9n])).toMatchObject({ quantity: side, averagePrice: 5n, sessionPrice: 5n })
      expect(trades([side, 5n], [-2n * side, 9n])).toMatchObject({ quantity: -side, averagePrice: 9n, sessionPrice: 9n })
      expect(trades([side, 5n], [-side, 9n])).toMatchObject({ quantity: 0n, averagePrice: 0n, sessionPrice: 0n })
    }
  })

  it('realises what closes, and only that', () => {
    for (const side of [1n, -1n]) {
      expect(trades([side, ONE], [-side, 4n * ONE]).realised).toBe(3n * side)
      expect(trades([side, ONE], [-2n * side, 4n * ONE]).realised).toBe(3n * side)
      expect(trades([2n * side, ONE], [-side, 4n * ONE]).realised).toBe(3n * side)
      expect(trades([side, ONE], [side, 4n * ONE]).realised).toBe(0n)
      // Less than a unit is nothing.
      expect(trades([side, ONE], [-side, ONE + ONE / 2n]).realised).toBe(0n)
    }
  })

  it('that vanishes leaves at the price it was carried at, and that appears counts from the stated one', () => {
    for (const side of [1n, -1n]) {
      expect(statePosition(trades([side, 5n]), 0n, 9n)).toMatchObject({ quantity: 0n, averagePrice: 0n, sessionPrice: 0n, sessionFlow: 0n })
      expect(statePosition(trades([2n * side, 5n]), side, 9n)).toMatchObject({ averagePrice: 9n, sessionPrice: 5n, sessionFlow: -5n * side })
      expect(statePosition(trades([side, 5n]), -side, 9n)).toMatchObject({ averagePrice: 9n, sessionPrice: 9n, sessionFlow: 9n * side })
      expect(statePosition(trades([side, 5n]), 2n * side, 9n)).toMatchObject({ sessionPrice: 7n, sessionFlow: -14n * side })
      expect(statePosition(FLAT, side, 9n)).toMatchObject({ averagePrice: 9n, sessionPrice: 9n, sessionFlow: -9n * side })
      expect(rollPosition(trades([side, 5n]), 8n)).toMatchObject({ startQuantity: side, startPrice: 8n, sessionPrice: 8n, sessionFlow: 0n })
    }
    expect(rollPosition(trades([1n, 5n], [-1n, 9n]), 8n)).toMatchObject({ sessionPrice: 0n, sessionFlow: 0n })
  })

  it('rounds a profit of less than a unit to nothing, and a loss to one', () => {
    const book = trades([1n, 5n])
    expect([sessionProfit(book, 5n), sessionProfit(book, 6n), sessionProfit(book, 4n)]).toEqual([0n, 0n, -1n])
    expect(sessionProfit(book, 5n - ONE)).toBe(-1n)
    expect([unrealisedProfit(book, 5n + ONE / 2n), unrealisedProfit(book, 5n + ONE)]).toEqual([0n, 1n])
  })
})
