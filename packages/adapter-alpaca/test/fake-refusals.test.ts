// What Alpaca refuses, in its words: status, code and message of each rule that the fake has.
import { describe, expect, test } from 'vitest'
import type { FakeAlpaca } from '../src/testing/index.ts'
import { call, limitOrder, place, startFake } from './fake-client.ts'

type Case = readonly [name: string, body: object, refusal: readonly [status: number, code: number, message: string], arrange?: (fake: FakeAlpaca) => unknown]

const order = (overrides: object): object => limitOrder('x', overrides)
const market = { type: 'market', limit_price: undefined }
const exits = { take_profit: { limit_price: '120' }, stop_loss: { stop_price: '90' } }
const coin = { symbol: 'BTC/USD', time_in_force: 'gtc', qty: '0.01', limit_price: '50000' }
const option = { symbol: 'AAPL260116C00190000', qty: '1', limit_price: '4' }
const put = { ...option, symbol: 'AAPL260116P00180000', side: 'sell' }
const form = (message: string): readonly [number, number, string] => [422, 40010001, message]
const rule = (message: string): readonly [number, number, string] => [422, 42210000, message]
const denied = (message: string): readonly [number, number, string] => [403, 40310000, message]

const FORM: readonly Case[] = [
  ['no size', order({ qty: undefined }), form('qty or notional is required')],
  ['two sizes', order({ notional: '10' }), form('only one of qty or notional is accepted')],
  ['nothing of it', order({ qty: '0' }), form('qty must be > 0')],
  ['a limit without its price', order({ limit_price: undefined }), form('limit orders require a limit price')],
  ['a stop without its price', order({ type: 'stop', limit_price: undefined }), form('stop orders require a stop price')],
  ['a stop limit with half its prices', order({ type: 'stop_limit' }), form('stop limit orders require both stop and limit price')],
  ['a market order with a price', order({ type: 'market' }), form('market orders require no stop or limit price')],
  ['a trailing stop with no distance', order({ type: 'trailing_stop', limit_price: undefined }), form('trailing stop orders must specify one of trail_price or trail_percent')],
  ['a trailing stop too near', order({ type: 'trailing_stop', limit_price: undefined, trail_percent: '0.05' }), form('trail_percent must be greater than or equal to 0.1')],
  ['an unknown type', order({ type: 'iceberg' }), form('invalid order type')],
  ['an unknown side', order({ side: 'hold' }), form('invalid side')],
  ['an unknown time in force', order({ time_in_force: 'soon' }), form('invalid time_in_force')],
  ['too long an id', order({ client_order_id: 'x'.repeat(129) }), form('client_order_id must be no more than 128 characters')],
  ['an unknown symbol', order({ symbol: 'NOPE' }), rule('asset "NOPE" not found')],
]

const SHARES: readonly Case[] = [
  ['a price below the cent', order({ limit_price: '100.001' }), rule('invalid limit_price 100.001. sub-penny increment does not fulfill minimum pricing criteria')],
  ['money in thirds of a cent', order({ ...market, qty: undefined, notional: '10.123' }), rule('notional value must be limited to 2 decimal places')],
  ['parts, good till cancel', order({ qty: '1.5', time_in_force: 'gtc' }), rule('fractional orders must be DAY orders')],
  ['parts with exits', order({ qty: '1.5', order_class: 'bracket', ...exits }), rule('fractional orders must be simple orders')],
  ['parts where the account takes none', order({ qty: '1.5' }), denied('fractional trading is disabled for this account'), (fake) => { fake.account.setConfiguration({ fractional_trading: false }) }],
  ['parts of a share that has none', order({ symbol: 'BRK.A', qty: '0.5', limit_price: '600000' }), denied('asset "BRK.A" is not fractionable')],
  ['parts sold short', order({ side: 'sell', qty: '1.5' }), rule('fractional orders cannot be sold short')],
  ['at the opening, a stop', order({ type: 'stop', limit_price: undefined, stop_price: '200', time_in_force: 'opg' }), rule('opg orders must be market or limit orders')],
  ['after hours, at the market', order({ ...market, extended_hours: true }), form('extended hours order must be DAY or GTC limit orders')],
  ['short of what cannot be lent', order({ symbol: 'GME', side: 'sell' }), rule('asset "GME" cannot be sold short')],
  ['short where the account may not', order({ side: 'sell' }), denied('account is not allowed to short'), (fake) => { fake.account.setFlags({ shorting_enabled: false }) }],
  ['short against an own buy', order({ side: 'sell', limit_price: '200' }), denied('cannot open a short sell while a long buy order is open'), (fake) => place(fake, limitOrder('buy'))],
  ['more than is held', order({ side: 'sell', qty: '11' }), denied('insufficient qty available for order (requested: 11, available: 10)'), (fake) => { fake.account.setPosition('AAPL', '10', '100') }],
  ['what another order holds', order({ side: 'sell', limit_price: '210' }), denied('insufficient qty available for order (requested: 10, available: 4)'), async (fake) => {
    fake.account.setPosition('AAPL', '10', '100')
    await place(fake, limitOrder('first', { side: 'sell', qty: '6', limit_price: '200' }))
  }],
  ['more than there is money for', order({ qty: '1000000' }), denied('insufficient buying power')],
  ['short for more than there is money: three per cent above the ask count', order({ side: 'sell', qty: '10500', limit_price: '1' }), denied('insufficient buying power')],
  ['an order that an own one could trade with', order({ side: 'sell', limit_price: '99' }), denied('potential wash trade detected. use complex orders'), (fake) => place(fake, limitOrder('buy'))],
  ['an asset that is not active', order({ symbol: 'OLD' }), rule('asset OLD is not active')],
  ['an asset that does not trade', order({ symbol: 'HALF' }), rule('asset HALF is not tradable')],
  ['a blocked account', order({}), denied('account is blocked from trading'), (fake) => { fake.account.setFlags({ trading_blocked: true }) }],
  ['an account that its owner stopped', order({}), denied('new orders are rejected by user request'), (fake) => { fake.account.setConfiguration({ suspend_trade: true }) }],
  ['an intent that the position does not allow', order({ side: 'sell', position_intent: 'sell_to_close' }), rule('position intent mismatch, inferred: sell_to_open, specified: sell_to_close')],
]

const GROUPS: readonly Case[] = [
  ['a bracket for the moment', order({ order_class: 'bracket', time_in_force: 'ioc', ...exits }), rule('complex orders must have a time in force of day or gtc')],
  ['a bracket after hours', order({ order_class: 'bracket', extended_hours: true, ...exits }), rule('extended hours are not supported for complex orders')],
  ['a bracket with one exit', order({ order_class: 'bracket', take_profit: exits.take_profit }), rule('bracket orders require take_profit.limit_price and stop_loss.stop_price')],
  ['an OTO with two', order({ order_class: 'oto', ...exits }), rule('oto orders require exactly one of take_profit and stop_loss')],
  ['exits that cross', order({ order_class: 'bracket', take_profit: { limit_price: '80' }, stop_loss: exits.stop_loss }), rule('take_profit.limit_price must be > stop_loss.stop_price')],
  ['a stop at the entry', order({ order_class: 'oto', stop_loss: { stop_price: '100' } }), rule('stop_loss.stop_price must be <= base_price - 0.01')],
  ['a bracket that exits', order({ order_class: 'bracket', side: 'sell', take_profit: { limit_price: '80' }, stop_loss: { stop_price: '110' } }), denied('bracket orders must be entry orders'), (fake) => { fake.account.setPosition('AAPL', '10', '100') }],
  ['an OCO that enters', order({ order_class: 'oco', ...exits }), denied('oco orders must be exit orders')],
]

const COINS: readonly Case[] = [
  ['for the day', order({ ...coin, time_in_force: 'day' }), rule('invalid crypto time_in_force')],
  ['a stop', order({ ...coin, type: 'stop', limit_price: undefined, stop_price: '70000' }), rule('invalid order type for crypto order')],
  ['with exits', order({ ...coin, order_class: 'bracket', ...exits }), rule('crypto orders not allowed for advanced order_class: bracket')],
  ['too little of it', order({ ...coin, qty: '0.00005' }), denied('order qty must be >= minimal qty of order 0.0001')],
  ['worth too little', order({ ...coin, qty: '0.0001' }), denied('cost basis must be >= minimal amount of order 10')],
  ['between two steps', order({ ...coin, qty: '0.01005' }), form('qty increment must be 0.0001')],
  ['between two prices', order({ ...coin, limit_price: '50000.5' }), form('limit price increment must be 1')],
  ['for more than the cash', order({ ...coin, qty: '30' }), denied('insufficient balance for USD (requested: 1500000, available: 1000000)')],
  ['sold without having any', order({ ...coin, side: 'sell', limit_price: '70000' }), denied('insufficient balance for BTC (requested: 0.01, available: 0)')],
]

const OPTIONS: readonly Case[] = [
  ['parts', order({ ...option, qty: '1.5' }), rule('qty must be integer for options trading')],
  ['by money', order({ ...option, ...market, qty: undefined, notional: '100' }), rule('notional orders are not supported for options trading')],
  ['good till cancel', order({ ...option, time_in_force: 'gtc' }), rule('order_time_in_force provided not supported for options trading')],
  ['a stop', order({ ...option, type: 'stop', limit_price: undefined, stop_price: '5' }), rule('invalid order type for options trading')],
  ['after hours', order({ ...option, extended_hours: true }), rule('extended hours is not supported for options trading')],
  ['with exits', order({ ...option, order_class: 'bracket', ...exits }), rule('complex orders not supported for options trading')],
  ['without a level', order(option), denied('account not authorized to trade options'), (fake) => { fake.account.setFlags({ options_trading_level: 0 }) }],
  ['bought on the first level', order(option), denied('account not eligible to trade long option contracts'), (fake) => { fake.account.setConfiguration({ max_options_trading_level: 1 }) }],
  ['a naked call', order({ ...option, side: 'sell' }), denied('account not eligible to trade uncovered option contracts')],
  ['a call half covered', order({ ...option, side: 'sell' }), denied('insufficient underlying qty available for covered call (required: 100, available: 50)'), (fake) => { fake.account.setPosition('AAPL', '50', '100') }],
  ['a put without the cash for it', order({ ...put, qty: '56' }), denied('insufficient options buying power (required: 1008000, available: 1000000)')],
  ['for more than the cash', order({ ...option, qty: '2501' }), denied('insufficient options buying power (required: 1000400, available: 1000000)')],
]

const legs = (...each: readonly (readonly [symbol: string, intent: string, ratio?: string])[]): object[] =>
  each.map(([symbol, intent, ratio = '1']) => ({ symbol, ratio_qty: ratio, side: intent.split('_')[0], position_intent: intent }))
const [LOW, HIGH, PUT] = ['AAPL260116C00190000', 'AAPL260116C00200000', 'AAPL260116P00180000']
const spread = (overrides: object = {}): object => ({
  order_class: 'mleg', qty: '1', type: 'limit', limit_price: '2', time_in_force: 'day', legs: legs([LOW, 'buy_to_open'], [HIGH, 'sell_to_open']), ...overrides,
})

const LEGS: readonly Case[] = [
  ['one leg', spread({ legs: legs([LOW, 'buy_to_open']) }), rule('mleg orders must have at least 2 legs and at most 4 legs')],
  ['five legs', spread({ legs: Array.from({ length: 5 }, () => legs([LOW, 'buy_to_open'])[0]) }), rule('mleg orders must have at least 2 legs and at most 4 legs')],
  ['one contract twice', spread({ legs: legs([LOW, 'buy_to_open'], [LOW, 'sell_to_open']) }), rule('leg symbols must be unique')],
  ['an unknown contract', spread({ legs: legs([LOW, 'buy_to_open'], ['AAPL260116C00999000', 'sell_to_open']) }), rule('asset not found for AAPL260116C00999000')],
  ['another underlying', spread({ legs: legs([LOW, 'buy_to_open'], ['MSFT', 'sell_to_open']) }), rule('underlying asset mismatch: AAPL != MSFT')],
  ['shares among the legs', spread({ legs: legs(['AAPL', 'buy_to_open', '100'], [LOW, 'sell_to_open']) }), rule('equity legs are allowed only with a corresponding amount of call contracts')],
  ['no intent', spread({ legs: [{ symbol: LOW, ratio_qty: '1', side: 'buy' }, { symbol: HIGH, ratio_qty: '1', side: 'sell' }] }), rule('leg.0 position intent is required')],
  ['ratios with a divisor', spread({ legs: legs([LOW, 'buy_to_open', '2'], [HIGH, 'sell_to_open', '2']) }), rule('leg ratio quantities must be relatively prime')],
  ['good till cancel', spread({ time_in_force: 'gtc' }), rule('invalid time in force')],
  ['a limit without its price', spread({ limit_price: undefined }), rule('limit price is required for limit orders')],
  ['a market order with one', spread({ type: 'market' }), rule('limit price is only valid for limit orders')],
  ['below the third level', spread(), denied('account not eligible to trade spreads or uncovered contracts'), (fake) => { fake.account.setFlags({ options_trading_level: 2 }) }],
  ['more sold than bought', spread({ legs: legs([LOW, 'buy_to_open'], [HIGH, 'sell_to_open', '2']) }), denied('account not eligible to trade uncovered option contracts')],
  ['a naked put in it', spread({ legs: legs([LOW, 'buy_to_open'], [PUT, 'sell_to_open']) }), denied('account not eligible to trade uncovered option contracts')],
]

const ALL: readonly (readonly [group: string, cases: readonly Case[]])[] = [['form', FORM], ['shares', SHARES], ['groups', GROUPS], ['coins', COINS], ['options', OPTIONS], ['legs', LEGS]]

describe.each(ALL)('%s', (group, cases) => {
  test.each(cases.map(([name, ...rest]) => [name, rest] as const))('%s', async (_name, [body, refusal, arrange]) => {
    const fake = await startFake({ assets: [{ symbol: 'OLD', active: false }, { symbol: 'HALF', tradable: false }] }, group !== 'form')
    await arrange?.(fake)
    const before = fake.oracle.orders().length
    expect(await place(fake, body)).toEqual(refusal)
    expect(fake.oracle.orders()).toHaveLength(before)
  })
})

test('changes and cancels are refused in their words, too', async () => {
  const fake = await startFake({ acceptDelay: 20, cancelDelay: 5000 })
  const refusal = async (method: string, id: string, body?: object): Promise<unknown> => {
    const { body: { code, message }, status } = await call(fake, method, `/v2/orders/${id}`, body)
    return [status, code, message]
  }
  const { body } = await call(fake, 'POST', '/v2/orders', limitOrder('a'))
  const id = String(body['id'])
  expect(await refusal('PATCH', id, { limit_price: '101' })).toEqual(rule('cannot replace order in pending_new status'))
  await expect.poll(() => fake.oracle.orders()[0]?.status).toBe('new')
  expect(await refusal('PATCH', id, { limit_price: '100' })).toEqual(denied('order parameters are not changed'))
  expect(await refusal('PATCH', id, { limit_price: '101', client_order_id: 'a' })).toEqual(form('client_order_id must be unique'))
  fake.orders.trade('a', '4')
  expect(await refusal('PATCH', id, { qty: '4' })).toEqual(rule('qty must be > filled_qty'))
  await call(fake, 'DELETE', `/v2/orders/${id}`)
  expect(await refusal('DELETE', id)).toEqual(rule('order pending cancel'))
  fake.orders.trade('a', '6')
  expect(await refusal('DELETE', id)).toEqual(rule('order is already in "filled" state'))
  expect(await refusal('PATCH', id, { limit_price: '101' })).toEqual(rule('unable to replace order, order is not open'))
  expect(await refusal('DELETE', 'nowhere')).toEqual([404, 40410000, 'order not found for nowhere'])
})
