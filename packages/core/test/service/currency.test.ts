import { describe, expect, it } from 'vitest'
import { maxPosition } from '../../src/guards/max-position.ts'
import { grossExposure } from '../../src/guards/gross-exposure.ts'
import type { BrokerAdapter, Instrument } from '../../src/broker/broker-adapter.ts'
import { replayJournal } from '../../src/replay/replay-journal.ts'
import { makeRequest } from '../../src/testing/index.ts'
import { createWorld } from '../support/world.ts'

/** The broker describes a symbol otherwise. */
const describing = (symbol: string, otherwise: Partial<Instrument>) => (inner: BrokerAdapter): BrokerAdapter => ({
  ...inner,
  reference: {
    session: (asked, at) => inner.reference!.session(asked, at),
    instrument: async (asked) => {
      const instrument = await inner.reference!.instrument(asked)
      return instrument && asked === symbol ? { ...instrument, ...otherwise } : instrument
    },
  },
})

describe('other money than the account counts in', () => {
  it('is a denial with a code of its own, and a replay comes to it again', async () => {
    const world = createWorld()
    const { service } = await world.start({ wrap: describing('SAP', { currency: 'EUR' }), guards: [maxPosition({ quantity: '100' }), grossExposure({ gross: '100000' })] })
    const denied = await world.until(service.placeOrder(makeRequest({ symbol: 'SAP', type: 'market' })))
    expect(denied).toMatchObject({ status: 'denied', denial: { code: 'CURRENCY_MISMATCH', guard: 'well-formed', limit: 'USD', observed: 'EUR' } })
    expect(await world.until(service.placeOrder(makeRequest({ type: 'market' })))).toMatchObject({ status: 'filled' })
    await world.until(service.close())
    expect((await replayJournal(world.journal)).first).toEqual([])
  })

  it('held already, stops what would add it up, and can be closed', async () => {
    const world = createWorld()
    const guards = [maxPosition({ quantity: '100' }), grossExposure({ gross: '100000' })]
    const before = await world.start({ guards })
    expect(await world.until(before.service.placeOrder(makeRequest({ symbol: 'SAP', type: 'market' })))).toMatchObject({ status: 'filled' })
    await world.until(before.service.close())
    const { service } = await world.start({ guards, wrap: describing('SAP', { currency: 'EUR' }) })
    const other = await world.until(service.placeOrder(makeRequest({ type: 'market' })))
    expect(other).toMatchObject({ status: 'denied', denial: { code: 'INPUT_MISSING', guard: 'gross-exposure', observed: 'rate:EUR/USD' } })
    expect(await world.until(service.placeOrder(makeRequest({ symbol: 'SAP', side: 'sell', type: 'market' })))).toMatchObject({ status: 'filled' })
    expect(await world.until(service.placeOrder(makeRequest({ type: 'market' })))).toMatchObject({ status: 'filled' })
    await world.until(service.close())
    expect((await replayJournal(world.journal)).first).toEqual([])
  })
})

it('contracts reserve their multiplier, in a replay too', async () => {
  const world = createWorld()
  const { service } = await world.start({ wrap: describing('ES', { multiplier: '50' }), guards: [maxPosition({ quantity: '100' })] })
  expect(await world.until(service.placeOrder(makeRequest({ symbol: 'ES', type: 'limit', limitPrice: '90' })))).toMatchObject({ status: 'new' })
  await world.until(service.close())
  expect((await replayJournal(world.journal)).first).toEqual([])
})
