import { expect, it } from 'vitest'
import { makeSources } from '../../test/support/make-view.ts'
import { formatDecimal } from '../order/decimal.ts'
import { holdingsOf } from './holdings.ts'

it('adds up what is held and what works, by symbol over all brokers', () => {
  const sources = makeSources()
  const held = (): Record<string, string[]> => Object.fromEntries(holdingsOf(sources.ledger).map(({ symbol, position, workingBuy, workingSell }) => [symbol, [position, workingBuy, workingSell].map(formatDecimal)]))
  expect(held()).toEqual({})
  sources.hold('AAPL', '10')
  sources.hold('AAPL', '-3', '100', 'other')
  sources.work('a', { symbol: 'AAPL', quantity: '5' })
  sources.work('b', { symbol: 'AAPL', side: 'sell', quantity: '2' }, 'other')
  sources.work('c', { symbol: 'MSFT', quantity: '1' })
  sources.work('d', { symbol: 'TSLA', side: 'sell', quantity: '0.000000001' })
  sources.hold('NVDA', '0.000000001')
  expect(held()).toEqual({ AAPL: ['7', '5', '2'], MSFT: ['0', '1', '0'], TSLA: ['0', '0', '0.000000001'], NVDA: ['0.000000001', '0', '0'] })
})

it('leaves out what is flat and idle, and keeps what is flat over all brokers but not at each', () => {
  const sources = makeSources()
  sources.hold('AAPL', '10')
  sources.hold('AAPL', '-10')
  expect(holdingsOf(sources.ledger)).toEqual([])
  sources.hold('MSFT', '10')
  sources.hold('MSFT', '-10', '100', 'other')
  expect(holdingsOf(sources.ledger)).toEqual([{ symbol: 'MSFT', position: 0n, workingBuy: 0n, workingSell: 0n }])
})
