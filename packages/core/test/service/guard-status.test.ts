import { describe, expect, it } from 'vitest'
import { buyingPower } from '../../src/guards/buying-power.ts'
import { concentration } from '../../src/guards/concentration.ts'
import { dailyLoss } from '../../src/guards/daily-loss.ts'
import { allow, type Guard } from '../../src/guards/guard.ts'
import { maxPosition } from '../../src/guards/max-position.ts'
import { messageRate } from '../../src/guards/message-rate.ts'
import { InputMissing } from '../../src/risk/input-missing.ts'
import { makeRequest } from '../../src/testing/makers.ts'
import { createWorld } from '../support/world.ts'

describe('guards()', () => {
  it('says what is in force and how much of each limit is used, by account and symbol', async () => {
    const world = createWorld()
    const { service } = await world.start({ guards: [maxPosition({ quantity: '100' }), messageRate({ perSecond: 5 }), dailyLoss({ loss: '500' })] })
    await world.until(service.placeOrder(makeRequest({ quantity: '75', limitPrice: '50' })))
    const statuses = new Map((await service.guards()).map((status) => [status.name, status]))
    expect(statuses.get('max-position')).toMatchObject({
      options: { quantity: '100' }, uses: [{ account: 'main', limit: 'quantity', symbol: 'AAPL', side: 'buy', maximum: '100', used: '75', warning: 70 }],
    })
    expect(statuses.get('message-rate')?.uses).toMatchObject([{ account: 'main', limit: 'burst', maximum: '5', used: '1' }])
    expect(statuses.get('daily-loss')?.uses).toMatchObject([{ limit: 'loss', maximum: '500', used: '0' }])
    expect((await service.guards({ account: 'other' })).every(({ uses }) => uses.length === 0)).toBe(true)
    await service.close()
  })

  it('counts against what the broker says of the account, once it has been asked', async () => {
    const world = createWorld()
    const { service } = await world.start({ guards: [concentration({ percent: '50', leverage: '2' }), buyingPower({ keep: '1' })] })
    await world.until(service.placeOrder(makeRequest({ quantity: '75', limitPrice: '50' })))
    expect(await service.accountValues()).toMatchObject({ equity: '1000000' })
    const statuses = new Map((await service.guards()).map((status) => [status.name, status]))
    expect(statuses.get('concentration')?.uses).toEqual([{ account: 'main', limit: 'percent', symbol: 'AAPL', maximum: '50', used: '0.75075' }, { account: 'main', limit: 'leverage', maximum: '2', used: '0.0075075' }])
    expect(statuses.get('buying-power')?.uses).toEqual([{ account: 'main', limit: 'buyingPower', maximum: '999999', used: '7507.5' }])
    await service.close()
  })

  it('names what is missing where the use of a limit cannot be told', async () => {
    const blind = (name: string, error: Error): Guard => ({ name, options: null, check: () => allow, usage: () => { throw error } })
    const world = createWorld()
    const { service } = await world.start({ guards: [blind('a', new InputMissing('mark:AAPL', 'no price')), blind('b', new Error('bug'))] })
    expect((await service.guards()).slice(-2)).toMatchObject([{ uses: [], missing: { main: 'mark:AAPL' } }, { uses: [], missing: { main: 'GUARD_ERROR' } }])
    await service.close()
  })
})
