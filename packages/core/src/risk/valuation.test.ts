import { describe, expect, it } from 'vitest'
import { makeCandidate } from '../../test/support/make-view.ts'
import { ONE, parseDecimal } from '../order/decimal.ts'
import { InputMissing } from './input-missing.ts'
import { moneyOf, requireSameMoney, worstPriceAt } from './valuation.ts'

describe('money', () => {
  it('is rounded up, with and without a multiplier, wherever a part of a unit appears', () => {
    expect(moneyOf(1n, 1n, ONE)).toBe(1n)
    expect(moneyOf(1n, 1n, 2n * ONE)).toBe(2n)
    expect(moneyOf(ONE, 1n, ONE / 2n)).toBe(1n)
    expect(moneyOf(3n * ONE, 7n * ONE, 100n * ONE)).toBe(2100n * ONE)
  })

  it('of one currency is added up, of two never', () => {
    const instrument = { symbol: 'SAP', assetClass: 'equity', tradable: true, shortable: true, fractionable: true, tickSize: '0.01', lotSize: '1', multiplier: '1', currency: 'EUR' } as const
    expect([requireSameMoney(instrument), requireSameMoney(instrument, 'EUR')]).toEqual(['EUR', 'EUR'])
    const mixed = (): string => requireSameMoney(instrument, 'USD')
    expect(mixed).toThrow(InputMissing)
    expect(mixed).toThrow('SAP trades in EUR, the account counts in USD')
    try {
      mixed()
    } catch (error) {
      expect((error as InputMissing).input).toBe('rate:EUR/USD')
    }
  })
})

describe('the worst price', () => {
  it('of a trailing buy is rounded up at each step', () => {
    const order = makeCandidate({ type: 'trailing_stop', trailPercent: '0.5' })
    // Half a percent of 199 billionths is one of them and 99.5 hundredths: two. Without slippage, and with 5 % of 201.
    expect(worstPriceAt(order, { bid: 1n, ask: 199n }, 0n)).toBe(201n)
    expect(worstPriceAt(order, { bid: 1n, ask: 199n }, 5n)).toBe(212n)
  })

  it('of a sale is its limit or the bid, whichever is more', () => {
    const market = { bid: parseDecimal('99'), ask: parseDecimal('101') }
    expect(worstPriceAt(makeCandidate({ side: 'sell', type: 'market' }), market, 5n)).toBe(market.bid)
    expect(worstPriceAt(makeCandidate({ side: 'sell', limitPrice: '100' }), market, 5n)).toBe(parseDecimal('100'))
  })
})
