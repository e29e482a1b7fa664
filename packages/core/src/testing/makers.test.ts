import { expect, it } from 'vitest'
import { parseOrderRequest } from '../order/parse-request.ts'
import { ORDER_TYPES } from '../order/request.ts'
import { makeRequest, makeTerms } from './makers.ts'
import { seededIds } from './seeded-ids.ts'

it('makes requests that parse to the terms it makes', () => {
  for (const type of ORDER_TYPES) {
    const overrides = { type, ...(type === 'trailing_stop' && { trailPercent: '1' }) }
    expect(parseOrderRequest(makeRequest(overrides)).terms).toEqual(makeTerms(overrides))
  }
  expect(parseOrderRequest(makeRequest({ type: 'market', notional: '100' })).terms).toEqual(makeTerms({ type: 'market', notional: '100' }))
})

it('makes the same sorted ids from the same seed', () => {
  const ids = seededIds('seed')
  const made = Array.from({ length: 20 }, ids.next)
  expect(made).toEqual(Array.from({ length: 20 }, seededIds('seed').next))
  expect(made.toSorted()).toEqual(made)
  expect(made.every((id) => /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-8[\da-f]{3}-[\da-f]{12}$/.test(id))).toBe(true)
})
