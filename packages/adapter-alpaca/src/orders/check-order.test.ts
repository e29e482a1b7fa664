import type { OrderTerms } from '@sluice/core'
import { makeTerms } from '@sluice/core/testing'
import { describe, expect, test } from 'vitest'
import { assetClassOf, checkOrder, checkReplace } from './check-order.ts'

const check = (terms: Partial<OrderTerms>): string | undefined => checkOrder('a-1', makeTerms(terms))
const crypto = { symbol: 'BTC/USD', timeInForce: 'gtc' } as const
const option = { symbol: 'AAPL260116C00190000' } as const
const bracket = { orderClass: 'bracket', takeProfit: { limitPrice: '200' }, stopLoss: { stopPrice: '150' } } as const

test('a symbol tells its class', () => {
  expect(['AAPL', 'BRK.B', 'BTC/USD', 'AAPL260116C00190000'].map(assetClassOf)).toEqual(['equity', 'equity', 'crypto', 'option'])
})

describe('what Alpaca would take passes', () => {
  test.each<[string, Partial<OrderTerms>]>([
    ['a limit for shares', {}], ['a market order', { type: 'market' }], ['below a dollar', { limitPrice: '0.1234' }],
    ['an opening order', { timeInForce: 'opg' }], ['parts of a share', { quantity: '0.5' }], ['after hours', { extendedHours: true }],
    ['a trailing stop', { type: 'trailing_stop', trailPercent: '1.5' }], ['a bracket', bracket], ['a pair', crypto], ['parts of a coin', { ...crypto, quantity: '0.0001' }],
    ['an option', option],
  ])('%s', (_name, terms) => { expect(check(terms)).toBeUndefined() })
})

describe('what Alpaca would refuse is named', () => {
  test.each<[Partial<OrderTerms>, string]>([
    [{ limitPrice: '187.505' }, 'cents'], [{ limitPrice: '0.12345' }, 'cents'], [{ timeInForce: 'gtd' }, 'till a date'],
    [{ extendedHours: true, type: 'market' }, 'regular hours'], [{ extendedHours: true, timeInForce: 'ioc' }, 'regular hours'],
    [{ timeInForce: 'cls', type: 'stop' }, 'at the opening and the close'], [{ quantity: '0.5', timeInForce: 'gtc' }, 'for the day'],
    [{ quantity: '0.5', side: 'sell_short' }, 'sold short'], [{ type: 'market', notional: '10.123' }, 'two decimals'],
    [{ ...bracket, timeInForce: 'ioc' }, 'groups are for'], [{ ...bracket, extendedHours: true }, 'regular hours'],
    [{ ...bracket, orderClass: 'oco', type: 'market' }, 'OCO'], [{ ...crypto, timeInForce: 'day' }, 'good till cancel'], [{ ...crypto, type: 'stop' }, 'crypto orders are market'],
    [{ ...crypto, side: 'sell_short' }, 'sold short'], [{ ...option, quantity: '1.5' }, 'whole contracts'], [{ ...option, timeInForce: 'gtc' }, 'for the day'],
    [{ ...option, type: 'stop' }, 'market or limit'], [{ ...option, limitPrice: '0.125' }, 'in cents'], [{ ...bracket, timeInForce: 'day', quantity: '1.5' }, 'whole shares'],
  ])('%o', (terms, message) => { expect(check(terms)).toContain(message) })
})

test('orders by money and quantities of orders that traded in part are not changed', () => {
  expect(checkReplace('b', makeTerms({ notional: '10', type: 'market' }), { limitPrice: '1' }, '0')).toContain('by money')
  expect(checkReplace('b', makeTerms(), { quantity: '20' }, '4')).toContain('in part')
  expect(checkReplace('b', makeTerms(), { limitPrice: '20' }, '4')).toBeUndefined()
})
