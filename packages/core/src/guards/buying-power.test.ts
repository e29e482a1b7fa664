import { describe, expect, it } from 'vitest'
import { guardDesk } from '../../test/support/guard-desk.ts'
import { makeExecution } from '../../test/support/make-event.ts'
import { buyingPower, type BuyingPowerOptions } from './buying-power.ts'

// A buy of ten counts 1010.
describe('buyingPower', () => {
  const desk = (power = '3030', options: BuyingPowerOptions = {}) => {
    const made = guardDesk(buyingPower(options))
    made.sources.accountValues = { equity: '5000', cash: '5000', buyingPower: power, currency: 'USD', time: '' }
    made.sources.accountAskedAt = made.sources.now
    return made
  }

  it('lets be spent what there is, less what is to be kept, exactly', () => {
    expect(desk().ask({ quantity: '30' })).toMatchObject({ verdict: 'allow', limit: '3030', observed: '3030', warning: 90 })
    expect(desk().ask({ quantity: '30.1' })).toMatchObject({ code: 'BUYING_POWER_EXCEEDED', limit: '3030', observed: '3040.1' })
    expect(desk('3030', { keep: '30' }).code({ quantity: '30' })).toBe('BUYING_POWER_EXCEEDED')
  })

  it('takes off everything that is reserved, but not the order itself', () => {
    const it = desk()
    it.send('a', { quantity: '20' }, { price: '101' })
    expect([it.code({ quantity: '10' }), it.code({ quantity: '11' }), it.code({ quantity: '30' }, { kind: 'replace', orderId: 'a' })]).toEqual(['allow', 'BUYING_POWER_EXCEEDED', 'allow'])
    it.replace('a', { quantity: '25', limitPrice: '101' })
    expect(it.ask({ quantity: '5' })).toMatchObject({ limit: '505' })
    it.cancel('a')
    expect(it.ask({ quantity: '5' })).toMatchObject({ limit: '3030' })
  })

  it('a fill keeps its charge until the broker was asked later', () => {
    const it = desk()
    it.pass(60_000)
    it.send('a', { quantity: '20' }, { price: '101' })
    it.fill('a', '20', '101', { last: true })
    expect(it.ask({ quantity: '5' })).toMatchObject({ limit: '1010' })
    it.sources.accountAskedAt = it.sources.now + 5000
    expect(it.ask({ quantity: '5' })).toMatchObject({ limit: '1010' })
    it.sources.accountAskedAt = it.sources.now + 5001
    expect(it.ask({ quantity: '5' })).toMatchObject({ limit: '3030' })
  })

  it('a sale of what is held needs nothing; what it would open does, once filled too', () => {
    const it = desk()
    it.fill('h', '10')
    it.sources.accountAskedAt = it.sources.now + 10_000
    expect([it.code({ side: 'sell', quantity: '10', limitPrice: '999' }), it.code({ side: 'sell', quantity: '31' })]).toEqual(['allow', 'BUYING_POWER_EXCEEDED'])
    it.send('s', { side: 'sell', quantity: '10' })
    expect(it.ask({ quantity: '1' })).toMatchObject({ limit: '3030' })
    it.send('t', { side: 'sell', quantity: '5' })
    expect(it.ask({ quantity: '1' })).toMatchObject({ limit: '1530' })
    it.sources.accountAskedAt = it.sources.now
    it.fill('s', '10', '100', { side: 'sell', last: true })
    it.fill('t', '5', '100', { side: 'sell', last: true })
    // The buy of ten, and the five that are short now.
    expect(it.ask({ quantity: '1' })).toMatchObject({ limit: '1530' })
  })

  it('takes positions from elsewhere and reversed trades for what they are', () => {
    const it = desk()
    it.tell({ type: 'position_changed', data: { broker: 'main', symbol: 'AAPL', quantity: '10', averagePrice: '100', source: 'opening' } })
    it.send('s', { side: 'sell', quantity: '10' })
    expect(it.ask({ quantity: '1' })).toMatchObject({ limit: '3030' })
    it.tell({ type: 'position_changed', data: { broker: 'main', symbol: 'AAPL', quantity: '3', averagePrice: '100', source: 'fill' } })
    expect(it.ask({ quantity: '1' })).toMatchObject({ limit: '3030' })
    it.tell({ type: 'execution_busted', data: { orderId: 'x', execution: makeExecution({ lastQuantity: '4' }) } })
    expect(it.ask({ quantity: '1' })).toMatchObject({ limit: '2030' })
    it.tell({ type: 'execution_corrected', data: { orderId: 'x', previous: makeExecution({ lastQuantity: '1' }), execution: makeExecution({ lastQuantity: '5' }) } })
    expect(it.ask({ quantity: '1' })).toMatchObject({ limit: '3030' })
  })

  it('is judged by broker, takes money as money, and never goes below nothing', () => {
    const it = desk()
    it.send('a', { quantity: '100' })
    expect(it.ask({ quantity: '1' })).toMatchObject({ verdict: 'reject', limit: '0' })
    const rich = desk()
    rich.fill('a', '10')
    expect(rich.ask({ type: 'market', notional: '2030' })).toMatchObject({ verdict: 'allow', limit: '2030' })
    expect(rich.code({ type: 'market', notional: '2030.01' })).toBe('BUYING_POWER_EXCEEDED')
  })

  const remembered = (it: ReturnType<typeof desk>) => (it.memory() as { readonly charges: readonly { readonly value: bigint }[] }).charges.map(({ value }) => value)

  it('remembers trades that cost something, down to the smallest, for an hour and no longer', () => {
    const it = desk()
    it.fill('a', '0.000000001', '1')
    expect(remembered(it)).toEqual([1n])
    it.pass(1_800_000)
    it.fill('b', '10', '100')
    it.fill('c', '10', '100', { side: 'sell' })
    expect(remembered(it)).toEqual([1n, 1_000_000_000_000n])
    it.pass(1_800_000)
    it.fill('d', '1', '1')
    expect(remembered(it).length).toBe(3)
    it.pass(1)
    it.fill('e', '1', '2')
    expect(remembered(it)).toEqual([1_000_000_000_000n, 1_000_000_000n, 2_000_000_000n])
    it.pass(3_600_001)
    it.fill('f', '1', '3')
    expect(remembered(it)).toEqual([3_000_000_000n])
  })

  it('reads account values that are almost an hour old beside every trade since, and none that are older', () => {
    const it = desk()
    it.fill('a', '10', '101')
    it.pass(3_595_000)
    it.sources.accountArrived = it.sources.monotonic
    expect(it.ask({ quantity: '1' })).toMatchObject({ verdict: 'allow', limit: '2020' })
    it.pass(1)
    expect(it.code({ quantity: '1' })).toBe('missing account:main')
  })

  it('counts what is on sale against what is held to the last unit, reversed trades taken back', () => {
    const it = desk()
    it.tell({ type: 'position_changed', data: { broker: 'main', symbol: 'AAPL', quantity: '10', averagePrice: '100', source: 'opening' } })
    it.tell({ type: 'execution_busted', data: { orderId: 'x', execution: makeExecution({ lastQuantity: '4' }) } })
    it.send('s', { side: 'sell', quantity: '6' })
    expect(it.ask({ quantity: '1' })).toMatchObject({ limit: '3030' })
    it.send('t', { side: 'sell', quantity: '0.000000001', limitPrice: '1000' })
    expect(it.ask({ quantity: '1' })).toMatchObject({ limit: '2429.999999' })
    // A sale that never was leaves what it sold.
    const other = desk()
    other.tell({ type: 'execution_busted', data: { orderId: 'x', execution: makeExecution({ side: 'sell', symbol: 'MSFT', lastQuantity: '5' }) } })
    other.send('s', { symbol: 'MSFT', side: 'sell', quantity: '5' })
    expect(other.ask({ quantity: '1' })).toMatchObject({ limit: '3030' })
    other.send('t', { symbol: 'MSFT', side: 'sell', quantity: '0.000000001', limitPrice: '1000' })
    expect(other.ask({ quantity: '1' })).toMatchObject({ limit: '2529.999999' })
    // Nothing held, or less: the smallest sale needs money.
    const bare = desk()
    bare.send('s', { symbol: 'MSFT', side: 'sell', quantity: '0.000000001', limitPrice: '1000' })
    expect(bare.ask({ quantity: '1' })).toMatchObject({ limit: '3029.999999' })
  })

  it('a sale of what is held needs exactly nothing, also where nothing is left', () => {
    const it = desk('0')
    it.sources.hold('AAPL', '10')
    expect(it.ask({ side: 'sell', quantity: '10' })).toEqual({ verdict: 'allow', limit: '0', observed: '0' })
  })

  it('remembers over a restart', () => {
    const it = desk()
    it.send('a', { quantity: '10' })
    it.fill('a', '4')
    it.fill('b', '7')
    expect(it.restart().ask()).toEqual(it.ask())
    expect(it.ask({ quantity: '1' })).toMatchObject({ limit: '1330' })
  })

  it('misses values that are unknown, unreadable, old, or in other money', () => {
    const it = desk()
    it.sources.accountValues = { ...it.sources.accountValues!, currency: 'EUR' }
    expect(it.code()).toBe('missing rate:USD/EUR')
    it.sources.accountValues = { ...it.sources.accountValues, currency: 'USD', buyingPower: 'NaN' }
    expect(it.code()).toBe('missing account:main')
    it.sources.accountValues = { ...it.sources.accountValues, buyingPower: '1' }
    it.sources.accountAskedAt = it.sources.now - 3_595_001
    expect(it.code()).toBe('missing account:main')
    it.sources.accountAskedAt = it.sources.now
    it.sources.accountArrived = -60_001
    expect(it.code()).toBe('missing account:main')
    expect(() => buyingPower({ keep: '-1' })).toThrow('buyingPower: keep')
  })
})
