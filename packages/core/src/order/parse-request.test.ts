import fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { z } from 'zod'
import { type Issue, SluiceError } from '../runtime/errors.ts'
import { makeRequest, makeTerms } from '../testing/makers.ts'
import { digestOrder } from './digest.ts'
import { type orderRequestSchema, parseOrderRequest, parseReplaceRequest } from './parse-request.ts'
import type { OrderRequest } from './request.ts'

function refusal(call: () => unknown): SluiceError {
  try {
    call()
  } catch (error) {
    if (SluiceError.isInstance(error)) return error
    throw error
  }
  throw new Error('it was taken')
}

const issuesOf = (input: unknown): readonly Issue[] => {
  const error = refusal(() => parseOrderRequest(input))
  expect([error.code, error.retryable]).toEqual(['ORDER_INVALID', false])
  return error.issues ?? []
}

const base = { symbol: 'AAPL', side: 'buy', type: 'limit', quantity: '10', limitPrice: '187.50', timeInForce: 'day' }
const market = { symbol: 'AAPL', side: 'buy', type: 'market', quantity: '10', timeInForce: 'day' }
const DECIMAL = 'must be a positive decimal string such as "187.50", with at most 12 digits before the point and 9 after it'
const NAME = (length: number): string => `must be 1 to ${length} printable ASCII characters without spaces`
const SYMBOL = 'must be 1 to 32 characters of A-Z, 0-9, ".", "/", "-", beginning with a letter or digit'
const ACCOUNT = 'must be 1 to 64 characters of letters, digits, "_", ".", "-", beginning with a letter or digit'
const TIME = 'must be an ISO 8601 time with a zone, such as "2026-12-31T21:00:00Z"'
const TYPES = 'must be one of market, limit, stop, stop_limit, trailing_stop'
const SIDES = 'must be one of buy, sell, sell_short'

describe('what is refused, with its path, rule and message', () => {
  it.each<[string, unknown, (string | number)[], string, string]>([
    ['nothing', undefined, [], 'type', 'an order must be an object'],
    ['null', null, [], 'type', 'an order must be an object'],
    ['a list', [base], [], 'type', 'an order must be an object'],
    ['a text', JSON.stringify(base), [], 'type', 'an order must be an object'],
    ['no type', { ...base, type: undefined }, ['type'], 'required', `type is required and ${TYPES}`],
    ['an unknown type', { ...base, type: 'iceberg' }, ['type'], 'one_of', `type ${TYPES}`],
    ['a number as type', { ...base, type: 1 }, ['type'], 'one_of', `type ${TYPES}`],
    ['no side', { ...base, side: undefined }, ['side'], 'required', `side is required and ${SIDES}`],
    ['a side in capitals', { ...base, side: 'BUY' }, ['side'], 'one_of', `side ${SIDES}`],
    ['no symbol', { ...base, symbol: undefined }, ['symbol'], 'required', `symbol is required and ${SYMBOL}`],
    ['a symbol in small letters', { ...base, symbol: 'aapl' }, ['symbol'], 'format', `symbol ${SYMBOL}`],
    ['a long symbol', { ...base, symbol: 'A'.repeat(33) }, ['symbol'], 'format', `symbol ${SYMBOL}`],
    ['a number as symbol', { ...base, symbol: 7 }, ['symbol'], 'type', `symbol ${SYMBOL}`],
    ['a number as quantity', { ...base, quantity: 10 }, ['quantity'], 'decimal', `quantity ${DECIMAL}`],
    ['a quantity of zero', { ...base, quantity: '0.000' }, ['quantity'], 'decimal', `quantity ${DECIMAL}`],
    ['a negative price', { ...base, limitPrice: '-1' }, ['limitPrice'], 'decimal', `limitPrice ${DECIMAL}`],
    ['null as price', { ...base, limitPrice: null }, ['limitPrice'], 'decimal', `limitPrice ${DECIMAL}`],
    ['no price', { ...base, limitPrice: undefined }, ['limitPrice'], 'required', `limitPrice is required and ${DECIMAL}`],
    ['a price with ten decimals', { ...base, limitPrice: '1.0000000001' }, ['limitPrice'], 'decimal', `limitPrice ${DECIMAL}`],
    ['a field of another type', { ...market, limitPrice: '1' }, ['limitPrice'], 'unknown_field', 'limitPrice is not a field of this order type'],
    ['a field nobody knows', { ...base, qty: '1' }, ['qty'], 'unknown_field', 'qty is not a field of this order type'],
    ['an unknown time in force', { ...base, timeInForce: 'forever' }, ['timeInForce'], 'one_of', 'timeInForce must be one of day, gtc, gtd, ioc, fok, opg, cls'],
    ['a text as flag', { ...base, extendedHours: 'yes' }, ['extendedHours'], 'type', 'extendedHours must be true or false'],
    ['an empty key', { ...base, idempotencyKey: '' }, ['idempotencyKey'], 'format', `idempotencyKey ${NAME(128)}`],
    ['a key with a space', { ...base, idempotencyKey: 'a b' }, ['idempotencyKey'], 'format', `idempotencyKey ${NAME(128)}`],
    ['a key with a line break at its end', { ...base, idempotencyKey: 'a\n' }, ['idempotencyKey'], 'format', `idempotencyKey ${NAME(128)}`],
    ['a long strategy', { ...base, strategy: 's'.repeat(65) }, ['strategy'], 'format', `strategy ${NAME(64)}`],
    ['the account of global events', { ...base, account: '*' }, ['account'], 'format', `account ${ACCOUNT}`],
    ['a time without a zone', { ...base, timeInForce: 'gtd', expireAt: '2026-12-31T21:00:00' }, ['expireAt'], 'format', `expireAt ${TIME}`],
    ['a day that does not exist', { ...base, timeInForce: 'gtd', expireAt: '2026-02-30T00:00:00Z' }, ['expireAt'], 'format', `expireAt ${TIME}`],
    ['a year before clocks', { ...base, timeInForce: 'gtd', expireAt: '0000-01-01T00:00:00+23:59' }, ['expireAt'], 'format', `expireAt ${TIME}`],
    ['a year without a form', { ...base, timeInForce: 'gtd', expireAt: '9999-12-31T23:59:59-23:59' }, ['expireAt'], 'format', `expireAt ${TIME}`],
    ['an unknown class', { ...base, orderClass: 'otoco' }, ['orderClass'], 'one_of', 'orderClass must be one of bracket, oco, oto'],
    ['an exit that is null', { ...base, orderClass: 'oto', takeProfit: null }, ['takeProfit'], 'type', 'takeProfit must be an object'],
    ['an exit without its price', { ...base, orderClass: 'oto', takeProfit: {} }, ['takeProfit', 'limitPrice'], 'required', `takeProfit.limitPrice is required and ${DECIMAL}`],
    ['an exit with an unknown field', { ...base, orderClass: 'oto', stopLoss: { stopPrice: '1', price: '1' } }, ['stopLoss', 'price'], 'unknown_field', 'price is not a field of this stopLoss'],
    // across fields
    ['quantity and money', { ...base, notional: '5' }, ['quantity'], 'exactly_one', 'exactly one of quantity and notional is required'],
    ['neither quantity nor money', { ...base, quantity: undefined }, ['quantity'], 'exactly_one', 'exactly one of quantity and notional is required'],
    ['gtd without its end', { ...base, timeInForce: 'gtd' }, ['expireAt'], 'gtd_only', 'expireAt goes with timeInForce "gtd", and gtd needs it'],
    ['an end without gtd', { ...base, expireAt: '2026-12-31T21:00:00Z' }, ['expireAt'], 'gtd_only', 'expireAt goes with timeInForce "gtd", and gtd needs it'],
    ['a trailing stop without a trail', { ...market, type: 'trailing_stop' }, ['trailAmount'], 'exactly_one', 'exactly one of trailAmount and trailPercent is required'],
    ['a trailing stop with two', { ...market, type: 'trailing_stop', trailAmount: '1', trailPercent: '1' }, ['trailAmount'], 'exactly_one', 'exactly one of trailAmount and trailPercent is required'],
    ['an exit without a class', { ...base, takeProfit: { limitPrice: '1' } }, ['orderClass'], 'required', 'orderClass is required with takeProfit or stopLoss'],
    ['a bracket with one exit', { ...base, orderClass: 'bracket', takeProfit: { limitPrice: '1' } }, ['orderClass'], 'exits', 'bracket needs both takeProfit and stopLoss'],
    ['an oco with one exit', { ...base, orderClass: 'oco', stopLoss: { stopPrice: '1' } }, ['orderClass'], 'exits', 'oco needs both takeProfit and stopLoss'],
    ['an oto without an exit', { ...base, orderClass: 'oto' }, ['orderClass'], 'exits', 'oto takes exactly one of takeProfit and stopLoss'],
  ])('%s', (_what, input, path, rule, message) => { expect(issuesOf(input)).toEqual([{ path, rule, message }]) })

  it('names every broken field once, and says it in the message', () => {
    const error = refusal(() => parseOrderRequest({ type: 'limit', symbol: 'x', side: 'hold', quantity: 1, timeInForce: 'day' }))
    expect(error.issues?.map(({ path, rule }) => [path.join('.'), rule])).toEqual([['symbol', 'format'], ['side', 'one_of'], ['quantity', 'decimal'], ['limitPrice', 'required']])
    expect(error.message).toBe(error.issues?.map(({ message }) => message).join('; '))
  })
})

describe('what is taken', () => {
  it('fills in defaults and leaves out what is absent', () => {
    expect(parseOrderRequest(base)).toEqual({ terms: { ...base, limitPrice: '187.5', account: 'main', extendedHours: false }, idempotencyKey: undefined })
    expect(parseOrderRequest({ ...base, idempotencyKey: 'k', strategy: undefined, notional: undefined }).terms).toEqual(parseOrderRequest(base).terms)
    expect(Object.keys(parseOrderRequest({ ...base, strategy: undefined }).terms)).not.toContain('strategy')
  })

  it('makes one order of all ways to write a number or a time', () => {
    const digest = (request: object): string => digestOrder(parseOrderRequest({ ...base, ...request }).terms, 'local')
    expect(new Set(['10', '10.0', '10.00', '10.000000000'].map((quantity) => digest({ quantity }))).size).toBe(1)
    expect(new Set(['187.5', '187.50'].map((limitPrice) => digest({ limitPrice }))).size).toBe(1)
    expect(new Set(['2026-12-31T21:00:00Z', '2026-12-31T21:00:00.000Z', '2026-12-31T22:30:00+01:30', '2026-12-31T16:00:00-05:00'].map((expireAt) => digest({ timeInForce: 'gtd', expireAt }))).size).toBe(1)
    expect(digest({ extendedHours: false, account: 'main' })).toBe(digest({}))
    expect(digest({ idempotencyKey: 'a' })).toBe(digest({ idempotencyKey: 'b' }))
  })

  it('tells the types apart by their fields', () => {
    const prices = { limit: { limitPrice: '1' }, stop: { stopPrice: '1' }, stop_limit: { limitPrice: '1', stopPrice: '2' }, market: {}, trailing_stop: { trailPercent: '1.50' } }
    for (const [type, fields] of Object.entries(prices)) expect(parseOrderRequest({ ...market, type, ...fields }).terms).toMatchObject({ type, ...fields, ...('trailPercent' in fields && { trailPercent: '1.5' }) })
    expectTypeOf<z.infer<typeof orderRequestSchema>>().toEqualTypeOf<OrderRequest>()
  })

  it('keeps the exits of a group, canonical', () => {
    const exits = { orderClass: 'bracket', takeProfit: { limitPrice: '200.0' }, stopLoss: { stopPrice: '180.00', limitPrice: undefined } }
    expect(parseOrderRequest({ ...base, ...exits }).terms).toMatchObject({ orderClass: 'bracket', takeProfit: { limitPrice: '200' }, stopLoss: { stopPrice: '180' } })
    expect(parseOrderRequest({ ...base, ...exits, stopLoss: { stopPrice: '180', limitPrice: '179.0' } }).terms.stopLoss).toEqual({ stopPrice: '180', limitPrice: '179' })
  })

  it('is read once: later changes of the input do not reach the order', () => {
    const takeProfit = { limitPrice: '200' }
    const { terms } = parseOrderRequest({ ...base, orderClass: 'oto', takeProfit })
    takeProfit.limitPrice = '1'
    expect(terms.takeProfit).toEqual({ limitPrice: '200' })
  })
})

describe('hostile input', () => {
  it('treats keys of the prototype like any other unknown field', () => {
    const issues = issuesOf(JSON.parse(`{"__proto__":{"side":"sell"},"constructor":1,"toString":2,${JSON.stringify(base).slice(1)}`))
    expect(issues.map(({ path, rule }) => [path[0], rule])).toEqual([['__proto__', 'unknown_field'], ['constructor', 'unknown_field'], ['toString', 'unknown_field']])
    expect(({} as { side?: string }).side).toBeUndefined()
  })

  it('answers a getter or a proxy that throws like any other nonsense', () => {
    const trap = (): never => { throw new Error('trap') }
    for (const input of [new Proxy({}, { get: trap }), new Proxy(base, { ownKeys: trap }), { ...base, get limitPrice() { return trap() } }]) {
      expect(issuesOf(input)[0]).toMatchObject({ rule: 'type' })
    }
  })

  it('shows at most 64 printable characters of an unknown field and at most 20 fields', () => {
    const [issue] = issuesOf({ ...base, [`\u0000\n\u{1f600}${'x'.repeat(1000)}`]: 1 })
    expect(issue?.path).toEqual([`????${'x'.repeat(60)}`])
    const error = refusal(() => parseOrderRequest({ ...base, ...Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`field${index}`, 1])) }))
    expect(error.issues).toHaveLength(20)
    expect(error.message.length).toBeLessThan(3000)
  })

  it('never throws anything but ORDER_INVALID and never repeats the input', () => {
    const canary = 'canary'.repeat(20)
    const nonsense = fc.oneof(fc.anything(), fc.string({ unit: 'binary' }), fc.constant(canary), fc.double(), fc.bigInt(), fc.constant(Symbol('s')), fc.date(), fc.func(fc.anything()))
    const field = fc.constantFrom(...Object.keys(base), 'strategy', 'account', 'takeProfit', 'stopLoss', 'expireAt', 'orderClass', 'idempotencyKey', 'notional', canary)
    fc.assert(fc.property(fc.dictionary(field, nonsense, { maxKeys: 4 }), fc.boolean(), (overrides, whole) => {
      const input: unknown = whole ? Object.values(overrides)[0] : { ...base, ...overrides }
      try {
        const { terms } = parseOrderRequest(input)
        expect(terms.account).toEqual(expect.any(String))
      } catch (error) {
        if (!SluiceError.isInstance(error)) throw error
        expect(error.code).toBe('ORDER_INVALID')
        expect(error.issues?.length).toBeGreaterThan(0)
        expect(error.message).not.toContain(canary)
      }
    }), { numRuns: 500 })
  })

  it('is quick on long texts in every field', () => {
    const long = ['1'.repeat(2_000_000), 'A'.repeat(2_000_000), '2026-12-31T21:00:00.'.padEnd(2_000_000, '0'), ' '.repeat(2_000_000), `${'1'.repeat(1_000_000)}.${'1'.repeat(1_000_000)}`]
    const fields = ['symbol', 'side', 'quantity', 'limitPrice', 'timeInForce', 'idempotencyKey', 'account', 'strategy', 'expireAt', 'orderClass', 'type']
    const before = performance.now()
    for (const field of fields) for (const text of long) expect(refusal(() => parseOrderRequest({ ...base, [field]: text })).message.length).toBeLessThan(1000)
    expect(performance.now() - before).toBeLessThan(2000)
  })
})

describe('parseReplaceRequest', () => {
  const issues = (changes: unknown, terms = makeTerms()): unknown[] => {
    const error = refusal(() => parseReplaceRequest(changes, terms))
    expect(error.code).toBe('ORDER_INVALID')
    return (error.issues ?? []).map(({ path, rule }) => [path.join('.'), rule])
  }

  it('takes canonical changes of what the order has', () => {
    expect(parseReplaceRequest({ quantity: '20.0', limitPrice: '190.00' }, makeTerms())).toEqual({ quantity: '20', limitPrice: '190' })
    expect(parseReplaceRequest({ timeInForce: 'gtc', limitPrice: undefined }, makeTerms())).toEqual({ timeInForce: 'gtc' })
    expect(parseReplaceRequest({ trailAmount: '2' }, makeTerms({ type: 'trailing_stop', trailAmount: '1' }))).toEqual({ trailAmount: '2' })
  })

  it('refuses nothing at all, what the order does not have, and what cannot be changed', () => {
    expect(issues({})).toEqual([['', 'required']])
    expect(issues({ quantity: undefined })).toEqual([['', 'required']])
    expect(issues({ stopPrice: '1' })).toEqual([['stopPrice', 'unknown_field']])
    expect(issues({ quantity: '1' }, makeTerms({ type: 'market', notional: '100' }))).toEqual([['quantity', 'unknown_field']])
    expect(issues({ side: 'sell' })).toEqual([['side', 'unknown_field']])
    expect(issues({ quantity: 5 })).toEqual([['quantity', 'decimal']])
    expect(issues({ quantity: '0' })).toEqual([['quantity', 'decimal']])
    expect(issues(null)).toEqual([['', 'type']])
  })

  it('refuses to turn an order into one with an end or one without, since expireAt cannot change', () => {
    expect(issues({ timeInForce: 'gtd' })).toEqual([['timeInForce', 'gtd_only']])
    expect(issues({ timeInForce: 'day' }, makeTerms({ timeInForce: 'gtd', expireAt: '2026-12-31T21:00:00.000Z' }))).toEqual([['timeInForce', 'gtd_only']])
  })
})

it('takes what the makers make', () => { expect(parseOrderRequest(makeRequest()).terms).toEqual(makeTerms()) })
