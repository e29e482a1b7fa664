import { describe, expect, it } from 'vitest'
import { connectWithPrices, storyOf } from '../../../test/support/connect-simulated.ts'
import { makeApprovedOrder, makeApprovedReplacement, makeCancel } from '../../testing/index.ts'

const RESTING = { type: 'limit', side: 'buy', limitPrice: '90', quantity: '10' } as const

describe('a new order', () => {
  it('with a known client id is a duplicate, whatever it says and however the first one ended', async () => {
    const { broker, place } = await connectWithPrices()
    await place('same', { type: 'market' })
    expect(await place('same', RESTING)).toEqual({ kind: 'duplicate' })
    expect(broker.orders()).toHaveLength(1)
  })

  it.each([
    ['QUANTITY_INVALID', { quantity: '0.0000001' }],
    ['PRICE_INVALID', { limitPrice: '90.001' }],
    ['TIME_IN_FORCE_UNSUPPORTED', { type: 'stop', stopPrice: '110', timeInForce: 'cls' }],
    ['TIME_IN_FORCE_UNSUPPORTED', { type: 'stop', stopPrice: '110', timeInForce: 'ioc' }],
    ['NOTIONAL_UNSUPPORTED', { type: 'stop', stopPrice: '110', notional: '100' }],
    ['EXPIRY_INVALID', { timeInForce: 'gtd', expireAt: '2020-01-01T00:00:00Z' }],
    ['SYMBOL_UNKNOWN', { symbol: 'no symbol' }],
    ['INSUFFICIENT_BUYING_POWER', { quantity: '11112' }],
  ] as const)('is refused with %s and leaves no trace', async (code, terms) => {
    const { broker, place, updates } = await connectWithPrices()
    expect(await place('1', { ...RESTING, ...terms })).toMatchObject({ kind: 'refused', code })
    expect([broker.orders(), storyOf(updates), (await broker.lookup('1')).kind]).toEqual([[], [], 'not_found'])
  })

  it('is refused when it would sell what is not held and selling short is off', async () => {
    const { broker, place } = await connectWithPrices({ shortSelling: false, fractional: false })
    expect(broker.capabilities).toMatchObject({ shortSelling: false, fractional: false })
    expect(await place('1', { type: 'market', side: 'sell_short' })).toMatchObject({ code: 'SHORT_SELLING_NOT_ALLOWED' })
    await place('2', { type: 'market', quantity: '10' })
    expect(await place('3', { ...RESTING, side: 'sell', limitPrice: '200', quantity: '6' })).toMatchObject({ kind: 'accepted' })
    expect(await place('4', { type: 'market', side: 'sell', quantity: '5' })).toMatchObject({ code: 'INSUFFICIENT_POSITION' })
    expect(await place('5', { type: 'market', side: 'sell', quantity: '4' })).toMatchObject({ kind: 'accepted' })
    expect(await place('6', { type: 'market', quantity: '0.5' })).toMatchObject({ code: 'QUANTITY_INVALID' })
  })

  it('holds buying power until it ends, and none when it closes a position', async () => {
    const { broker, place } = await connectWithPrices({ cash: '1000' })
    const power = async (): Promise<string | undefined> => {
      const { account } = await broker.snapshot()
      return account.status === 'present' ? account.value.buyingPower : undefined
    }
    await place('1', RESTING)
    expect([await power(), (await place('2', RESTING)).kind]).toEqual(['100', 'refused'])
    await broker.cancel(makeCancel(makeApprovedOrder({ clientOrderId: '1' })))
    expect(await power()).toBe('1000')
    await place('3', { type: 'market', quantity: '9' })
    expect(await place('4', { type: 'limit', side: 'sell', limitPrice: '120', quantity: '9' })).toMatchObject({ kind: 'accepted' })
    expect(await power()).toBe('99.1')
  })

  it('is refused at random as often as configured, the same ones in each run', async () => {
    const run = async (): Promise<string[]> => {
      const { place } = await connectWithPrices({ rejects: 0.3, seed: 'rejects' })
      const outcomes = []
      for (let number = 0; number < 200; number += 1) outcomes.push((await place(`order-${number}`, { ...RESTING, quantity: '1' })).kind)
      return outcomes
    }
    const outcomes = await run()
    expect(outcomes.filter((kind) => kind === 'refused').length).toBeGreaterThan(40)
    expect(outcomes.filter((kind) => kind === 'refused').length).toBeLessThan(80)
    expect(await run()).toEqual(outcomes)
  })
})

describe('a cancel', () => {
  it('finds its order by either id and is refused for one that ended or never was', async () => {
    const { broker, place, updates } = await connectWithPrices()
    const first = await place('1', RESTING)
    await place('2', RESTING)
    const brokerOrderId = first.kind === 'accepted' ? first.brokerOrderId : ''
    const cancel = makeCancel(makeApprovedOrder({ clientOrderId: '1' }), brokerOrderId)
    expect(await broker.cancel(cancel)).toEqual({ kind: 'accepted' })
    expect(await broker.cancel(makeCancel(makeApprovedOrder({ clientOrderId: '2' })))).toEqual({ kind: 'accepted' })
    expect(await broker.cancel(cancel)).toMatchObject({ kind: 'refused', code: 'ORDER_FINISHED' })
    expect(await broker.cancel(makeCancel(makeApprovedOrder({ clientOrderId: '3' })))).toMatchObject({ kind: 'refused', code: 'ORDER_NOT_FOUND' })
    expect(storyOf(updates)).toEqual(['accepted', 'accepted', 'canceled', 'canceled'])
  })
})

describe('a replace', () => {
  it('puts new terms in force under the same broker id and a new client id', async () => {
    const { broker, updates } = await connectWithPrices()
    const order = makeApprovedOrder({ clientOrderId: '1', terms: RESTING })
    const accepted = await broker.submit(order)
    const brokerOrderId = accepted.kind === 'accepted' ? accepted.brokerOrderId : ''
    const replacement = makeApprovedReplacement(order, brokerOrderId, { limitPrice: '101', quantity: '12' })
    expect(await broker.replace(replacement)).toEqual({ kind: 'accepted', brokerOrderId })
    expect(await broker.replace(replacement)).toEqual({ kind: 'duplicate' })
    expect(storyOf(updates)).toEqual(['accepted', 'replaced', 'fill 12 @ 100.1'])
    expect(updates[2]).toMatchObject({ clientOrderId: '1-r', originalClientOrderId: '1', changes: { limitPrice: '101' } })
    expect(await broker.lookup('1')).toEqual(await broker.lookup('1-r'))
    expect(broker.orders()[0]).toMatchObject({ clientOrderId: '1-r', clientOrderIds: ['1', '1-r'], quantity: '12', status: 'filled' })
  })

  it('is refused beyond the account, at or below what has filled, and for an order that ended', async () => {
    const { broker, clock } = await connectWithPrices({ partialFills: 1, fillDelay: [100, 100] })
    const order = makeApprovedOrder({ clientOrderId: '1', terms: { type: 'market', quantity: '10' } })
    const accepted = await broker.submit(order)
    const brokerOrderId = accepted.kind === 'accepted' ? accepted.brokerOrderId : ''
    await clock.advance(100)
    const filled = broker.orders()[0]?.filledQuantity ?? ''
    expect(Number(filled)).toBeGreaterThan(0)
    expect(await broker.replace(makeApprovedReplacement(order, brokerOrderId, { quantity: filled }))).toMatchObject({ code: 'QUANTITY_INVALID' })
    expect(await broker.replace(makeApprovedReplacement(order, brokerOrderId, { quantity: '99999' }))).toMatchObject({ code: 'INSUFFICIENT_BUYING_POWER' })
    expect(await broker.replace(makeApprovedReplacement(order, brokerOrderId, { timeInForce: 'ioc' }))).toMatchObject({ code: 'TIME_IN_FORCE_UNSUPPORTED' })
    await broker.cancel(makeCancel(order))
    expect(await broker.replace(makeApprovedReplacement(order, brokerOrderId, { quantity: '20' }))).toMatchObject({ code: 'ORDER_FINISHED' })
  })
})
