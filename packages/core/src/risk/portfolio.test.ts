import { describe, expect, it } from 'vitest'
import { makeCandidate, makeSources, text } from '../../test/support/make-view.ts'
import { parseDecimal } from '../order/decimal.ts'
import { InputMissing } from './input-missing.ts'
import type { OrderCandidate } from './order-candidate.ts'
import { portfolioOf, type PortfolioPrices } from './portfolio.ts'

/** A desk on which everything costs 10 and an order is worth its limit; what was asked for a price is kept. */
function desk(multiplier = '1') {
  const sources = makeSources()
  const asked: string[] = []
  const prices: PortfolioPrices = {
    ask: (broker, symbol) => {
      asked.push(`${broker}:${symbol}`)
      return parseDecimal('10')
    },
    multiplier: () => parseDecimal(multiplier),
    worst: (order) => order.limitPrice ?? 0n,
  }
  /** Gross, net and the part of the order's symbol. */
  const worth = (order?: OrderCandidate): readonly string[] => {
    const { gross, net, symbol } = portfolioOf(sources.ledger, order, prices)
    return [gross, net, symbol].map(text)
  }
  return { ...sources, sources, asked, prices, worth }
}

const buy = (quantity: string, limitPrice = '12', symbol = 'AAPL') => makeCandidate({ symbol, quantity, limitPrice })
const sell = (quantity: string, limitPrice = '12', symbol = 'AAPL') => makeCandidate({ symbol, side: 'sell', quantity, limitPrice })

describe('what an account could come to hold', () => {
  it('is nothing where nothing is held, and the order where there is one', () => {
    const { worth, asked } = desk()
    expect(worth()).toEqual(['0', '0', '0'])
    expect(worth(buy('5'))).toEqual(['60', '60', '60'])
    expect(worth(sell('5'))).toEqual(['60', '60', '60'])
    // What is not held needs no price but the order's own.
    expect(asked).toEqual([])
  })

  it('is the worse side of each holding: gross by itself, net against the others', () => {
    const { hold, work, worth } = desk()
    hold('AAPL', '5')
    work('a', { symbol: 'AAPL', side: 'buy', quantity: '3' })
    work('b', { symbol: 'AAPL', side: 'sell', quantity: '12' })
    hold('MSFT', '-4')
    // AAPL from -7 to +8, MSFT at -4: gross 8 + 4, long 8 - 4, short -7 - 4.
    expect(worth()).toEqual(['120', '110', '0'])
  })

  it('counts what shorts and working sells may become', () => {
    const { hold, work, worth } = desk()
    hold('AAPL', '-5')
    work('a', { symbol: 'AAPL', side: 'sell', quantity: '4' })
    expect(worth()).toEqual(['90', '90', '0'])
  })

  it('adds an order at its own price, as far as it goes beyond what is held', () => {
    const { hold, worth } = desk()
    hold('AAPL', '5')
    expect(worth(buy('3'))).toEqual(['86', '86', '86'])
    // Selling what is held adds nothing gross, and takes from the short side of the net.
    expect(worth(sell('3'))).toEqual(['50', '50', '50'])
    expect(worth(sell('12'))).toEqual(['74', '94', '74'])
  })

  it('against a short the same', () => {
    const { hold, worth } = desk()
    hold('AAPL', '-5')
    expect(worth(sell('3'))).toEqual(['86', '86', '86'])
    expect(worth(buy('3'))).toEqual(['50', '50', '50'])
    expect(worth(buy('12'))).toEqual(['74', '94', '74'])
  })

  it('counts an order in a new symbol beside what is held, and only its own symbol as its own', () => {
    const { hold, worth } = desk()
    hold('AAPL', '5')
    expect(worth(buy('2', '7', 'MSFT'))).toEqual(['64', '64', '14'])
    expect(worth(buy('1'))).toEqual(['62', '62', '62'])
  })

  it('holds the same symbol at two brokers apart, and together as one symbol', () => {
    const { hold, worth, asked } = desk()
    hold('AAPL', '5', '10', 'main')
    hold('AAPL', '-3', '10', 'other')
    expect(worth()).toEqual(['80', '20', '0'])
    // The order belongs to main: there it reduces, at the other it would not.
    expect(worth(sell('4'))).toEqual(['80', '28', '80'])
    expect(worth(makeCandidate({ quantity: '1', limitPrice: '12' }, { broker: 'third' }))).toEqual(['92', '32', '92'])
    expect(new Set(asked)).toEqual(new Set(['main:AAPL', 'other:AAPL']))
  })

  it('leaves out what the order itself holds already', () => {
    const { work, worth } = desk()
    work('candidate', { symbol: 'AAPL', side: 'buy', quantity: '9' })
    expect(worth(buy('5'))).toEqual(['60', '60', '60'])
    expect(worth({ ...buy('5'), orderId: 'new' })).toEqual(['150', '150', '150'])
  })

  it('is multiplied as the contract is', () => {
    const { hold, worth } = desk('50')
    hold('ES', '2')
    expect(worth()).toEqual(['1000', '1000', '0'])
    expect(worth(buy('1', '11', 'ES'))).toEqual(['1550', '1550', '1550'])
    expect(worth(sell('5', '11', 'ES'))).toEqual(['1550', '1750', '1550'])
  })

  it('is rounded up', () => {
    const { hold, worth } = desk('0.3')
    hold('AAPL', '0.000000001')
    expect(worth()).toEqual(['0.000000003', '0.000000003', '0'])
    const third = desk('0.33')
    third.hold('AAPL', '0.000000001')
    expect(third.worth()).toEqual(['0.000000004', '0.000000004', '0'])
    const least = desk('0.000000001')
    const tiny: PortfolioPrices = { ...least.prices, ask: () => 1n }
    least.hold('AAPL', '0.000000001')
    expect(portfolioOf(least.sources.ledger, undefined, tiny)).toMatchObject({ gross: 1n, net: 1n })
    least.hold('AAPL', '0.999999999')
    // Exactly a unit, and not one more.
    expect(portfolioOf(least.sources.ledger, undefined, { ...tiny, ask: () => 1_000_000_000n })).toMatchObject({ gross: 1n, net: 1n })
  })

  it('needs neither price nor multiplier of what is flat and does not work', () => {
    const { hold, sources, prices } = desk()
    hold('AAPL', '1')
    hold('AAPL', '-1')
    const missing: PortfolioPrices = { ...prices, multiplier: () => { throw new InputMissing('instrument', 'nobody knows') } }
    expect(portfolioOf(sources.ledger, undefined, missing)).toEqual({ gross: 0n, net: 0n, symbol: 0n })
    expect(() => portfolioOf(sources.ledger, buy('1'), missing)).toThrow(InputMissing)
  })
})
