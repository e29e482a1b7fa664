import { expect, it } from 'vitest'
import { dailyLoss } from '../../src/guards/daily-loss.ts'
import { makeRequest, type RequestOverrides } from '../../src/testing/index.ts'
import { createWorld } from '../support/world.ts'

it('after a restart a symbol that was traded and closed in this session is described again: no order is denied for it', async () => {
  const world = createWorld()
  const guards = [dailyLoss({ loss: '1000' })]
  const first = await world.start({ guards })
  const trade = async (overrides: RequestOverrides): Promise<void> => {
    await world.until(first.service.placeOrder(makeRequest({ symbol: 'MSFT', type: 'market', quantity: '2', ...overrides })))
    await world.clock.advance(1000)
  }
  await trade({ side: 'buy' })
  await trade({ side: 'sell' })
  expect((await first.service.positions()).map(({ symbol, quantity }) => `${quantity} ${symbol}`)).toEqual(['0 MSFT'])
  await world.until(first.service.close())
  const second = await world.start({ guards })
  expect(await world.until(second.service.placeOrder(makeRequest({ symbol: 'AAPL', limitPrice: '90' })))).toMatchObject({ status: 'new' })
})
