import { describe, expect, it } from 'vitest'
import { eventSource, makeExecution } from '../../test/support/make-event.ts'
import { makeSources, text } from '../../test/support/make-view.ts'
import { parseDecimal, type Units } from '../order/decimal.ts'
import { accountProfit, type ProfitPrices } from './account-profit.ts'
import { InputMissing } from './input-missing.ts'

/** A holding bought or sold in whole or broken units, marked to `bid` and `ask` with a multiplier. */
function desk(multiplier = '1', bid = '99', ask = '101') {
  const sources = makeSources()
  const asked: string[] = []
  const prices: ProfitPrices = {
    closing: (broker, symbol, isLong) => {
      asked.push(`${broker}:${symbol}`)
      return parseDecimal(isLong ? bid : ask)
    },
    multiplier: () => parseDecimal(multiplier),
  }
  const profit = (): readonly string[] => {
    const { session, realised, unrealised } = accountProfit(sources.ledger, prices)
    return [session, realised, unrealised].map((units: Units) => text(units))
  }
  return { ...sources, sources, asked, prices, profit }
}

describe('the profit of an account', () => {
  it('marks a long to the bid and a short to the ask', () => {
    const long = desk()
    long.hold('AAPL', '10', '100')
    expect(long.profit()).toEqual(['-10', '0', '-10'])
    const short = desk()
    short.hold('AAPL', '-10', '100')
    expect(short.profit()).toEqual(['-10', '0', '-10'])
  })

  it('is what was closed and what is open, of every holding', () => {
    const { hold, profit } = desk()
    hold('AAPL', '10', '90')
    hold('AAPL', '-4', '95')
    hold('MSFT', '-2', '111')
    expect(profit()).toEqual(['94', '20', '74'])
  })

  it('is multiplied as the contract is, in all its parts', () => {
    const { hold, profit } = desk('50')
    hold('ES', '3', '100')
    hold('ES', '-1', '104')
    expect(profit()).toEqual(['100', '200', '-100'])
  })

  it.each([
    // 0.000000001 × 0.3 is less than the last digit.
    ['0.3', '0.000000001', '98', '0'], ['0.3', '0.000000001', '100', '-0.000000001'], ['0.3', '0.000000010', '99', '0'],
  ])('with a multiplier of %s on %s bought at %s is %s: a gain is rounded away, a loss never is', (multiplier, quantity, price, session) => {
    const { hold, profit } = desk(multiplier)
    hold('AAPL', quantity, price)
    expect(profit()[0]).toBe(session)
  })

  it.each([['98', '0.000000001', '0.000000001'], ['98.5', '0', '0']])('of the smallest unit, bought at %s, is %s: what is open is never rounded up', (price, session, open) => {
    const { hold, profit } = desk()
    hold('AAPL', '0.000000001', price)
    expect(profit()).toEqual([session, '0', open])
  })

  it('counts from the beginning of the session, whenever what is held was bought', () => {
    const { hold, profit, roll, sources } = desk()
    hold('AAPL', '10', '50')
    hold('AAPL', '-5', '60')
    roll({ main: { AAPL: '98' } })
    expect(profit()).toEqual(['5', '0', '5'])
    hold('AAPL', '-5', '97')
    expect(profit()).toEqual(['-5', '-5', '0'])
    expect(text(sources.ledger.exposure('main', 'AAPL').position.realised)).toBe('285')
  })

  it('asks for no price and no multiplier of what rested flat all session, and for no price of what is flat now', () => {
    const { hold, asked, profit, prices, sources, roll } = desk()
    hold('AAPL', '1', '100')
    hold('AAPL', '-1', '103')
    expect([profit(), asked]).toEqual([['3', '3', '0'], []])
    roll()
    const missing: ProfitPrices = { closing: prices.closing, multiplier: () => { throw new InputMissing('instrument', 'nobody knows') } }
    expect(accountProfit(sources.ledger, missing)).toEqual({ session: 0n, realised: 0n, unrealised: 0n })
  })

  it.each([
    ['held since the session began and sold in it', ['10'], ['-10']], ['bought and sold in it with a profit', [], ['10', '-10']],
  ])('needs the multiplier of what is flat and was %s', (_, before, after) => {
    const { hold, prices, sources, roll } = desk()
    for (const quantity of before) hold('AAPL', quantity, '100')
    roll({ main: { AAPL: '100' } })
    after.forEach((quantity, index) => { hold('AAPL', quantity, String(100 + index)) })
    const missing: ProfitPrices = { closing: prices.closing, multiplier: () => { throw new InputMissing('instrument', 'nobody knows') } }
    expect(() => accountProfit(sources.ledger, missing)).toThrow(InputMissing)
  })

  it('of a correction in a session that had begun flat is counted', () => {
    const { profit, roll, sources } = desk()
    const source = eventSource()
    roll()
    // What was corrected stays flat in quantity and moves only cash.
    const execution = makeExecution({ lastQuantity: '1', lastPrice: '100' })
    sources.hold('AAPL', '1', '100')
    sources.hold('AAPL', '-1', '100')
    sources.ledger.apply(source.make('execution_corrected', { orderId: 'held', previous: execution, execution: { ...execution, lastPrice: '98' } }))
    expect(profit()).toEqual(['2', '2', '0'])
  })
})
