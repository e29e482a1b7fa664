import { ORDER_TYPES, parseOrderRequest, SIDES, TIMES_IN_FORCE } from '@sluice/core'
import { expect, test } from 'vitest'
import { randomOf } from '../../test/faults/random.ts'
import { cleaned, draftOf, faultsOf, requestOf, type TicketDraft } from './rules.ts'

const RUNS = 20_000
const symbols = ['AAPL', 'aapl', ' brk.b ', 'BTC/USD', '', '-A', 'A B', 'Ä', 'A'.repeat(32), 'A'.repeat(33), '7', '.']
const numbers = ['1', '187.50', ' 10 ', '0.000000001', '999999999999.999999999', '', '0', '0.0', '-1', '+1', '01', '1.', '.5', '1e3', '1,5', '1234567890123', '0.0000000001', '١', 'NaN', 'Infinity']
const times = ['2030-01-02T10:00', '2030-01-02T10:00:30', '', '2030-02-31T10:00', '1969-01-01T00:00', '9999-12-31T23:59', '275760-01-01T00:00', '0001-01-01T00:00', 'soon']

function draftFrom(random: () => number): TicketDraft {
  const one = <Value>(values: readonly Value[]): Value => values[Math.floor(random() * values.length)]!
  return {
    symbol: one(symbols), side: one(SIDES), type: one(ORDER_TYPES), unit: one(['quantity', 'notional']), amount: one(numbers), limitPrice: one(numbers), stopPrice: one(numbers),
    trail: one(numbers), trailUnit: one(['amount', 'percent']), timeInForce: one(TIMES_IN_FORCE), expireAt: one(times), extendedHours: random() < 0.5,
  }
}

const accepts = (draft: TicketDraft): boolean => {
  try {
    return parseOrderRequest(requestOf(draft)).terms.symbol === draft.symbol
  } catch {
    return false
  }
}

test('a ticket finds a fault in exactly the orders that the service would refuse as invalid', () => {
  let accepted = 0
  for (let seed = 1; seed <= RUNS; seed += 1) {
    const draft = cleaned(draftFrom(randomOf(seed)))
    const ok = accepts(draft)
    accepted += Number(ok)
    expect({ seed, draft, faultless: faultsOf(draft).size === 0 }).toEqual({ seed, draft, faultless: ok })
  }
  expect(accepted).toBeGreaterThan(RUNS / 100)
})

test('an order filled in is the order that comes out', () => {
  for (let seed = 1; seed <= RUNS; seed += 1) {
    const draft = cleaned(draftFrom(randomOf(seed)))
    if (faultsOf(draft).size > 0) continue
    const request = requestOf(draft)
    expect(requestOf(draftOf(request)), `seed ${seed}`).toEqual(request)
  }
  expect(requestOf(draftOf({ symbol: ' msft ' }))).toEqual({ symbol: 'MSFT', side: 'buy', type: 'limit', timeInForce: 'day', quantity: '', limitPrice: '' })
})
