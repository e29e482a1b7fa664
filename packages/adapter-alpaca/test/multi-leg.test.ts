// Orders of several legs are none of the adapter's. Somebody else may place them on the same account all the same.
import { createExecutionService } from '@sluice/core'
import { afterEach, expect, test, vi } from 'vitest'
import { alpacaBroker } from '../src/index.ts'
import { QUICK } from './open-alpaca.ts'
import { startRecordedFake } from './recorded-fake.ts'

vi.setConfig({ testTimeout: 20_000 })
const opened: (() => Promise<void>)[] = []
afterEach(async () => { for (const close of opened.splice(0).toReversed()) await close() })

const [LONG, SHORT] = ['AAPL260116C00190000', 'AAPL260116C00200000']
const spread = {
  order_class: 'mleg', qty: '2', type: 'limit', limit_price: '1', time_in_force: 'day', client_order_id: 'theirs',
  legs: [{ symbol: LONG, ratio_qty: '1', side: 'buy', position_intent: 'buy_to_open' }, { symbol: SHORT, ratio_qty: '1', side: 'sell', position_intent: 'sell_to_open' }],
}

test('a spread of somebody else shows as the orders of its legs, trades as they do, and stops nothing', async () => {
  const fake = await startRecordedFake({ rateLimit: 10_000 })
  opened.push(() => fake.close())
  const { keyId, secretKey, url } = fake
  const service = await createExecutionService({ broker: alpacaBroker({ environment: 'paper', keyId, secretKey, url, dataUrl: url, ...QUICK }) })
  opened.push(() => service.close())
  await fetch(`${url}/v2/orders`, { method: 'POST', headers: { 'APCA-API-KEY-ID': keyId, 'APCA-API-SECRET-KEY': secretKey }, body: JSON.stringify(spread) })
  const shown = async () => (await service.listOrders()).map(({ filledQuantity, status, symbol }) => `${symbol} ${status} ${filledQuantity}`).toSorted()
  await expect.poll(shown).toEqual([`${LONG} new 0`, `${SHORT} new 0`])
  fake.market.setPrice(SHORT, '3.5')
  const held = async () => (await service.positions()).map(({ quantity, symbol }) => `${symbol} ${quantity}`).toSorted()
  await expect.poll(held).toEqual([`${LONG} 2`, `${SHORT} -2`])
  await expect.poll(shown).toEqual([])
  expect(service.killSwitch.status().engaged).toEqual([])
  const order = await service.placeOrder({ symbol: 'AAPL', side: 'buy', type: 'limit', quantity: '1', limitPrice: '100', timeInForce: 'day', idempotencyKey: 'ours' })
  expect(order.status).toBe('new')
})

test('one that is cancelled is gone with its legs', async () => {
  const fake = await startRecordedFake({ rateLimit: 10_000 })
  opened.push(() => fake.close())
  const { keyId, secretKey, url } = fake
  const service = await createExecutionService({ broker: alpacaBroker({ environment: 'paper', keyId, secretKey, url, dataUrl: url, ...QUICK }) })
  opened.push(() => service.close())
  await fetch(`${url}/v2/orders`, { method: 'POST', headers: { 'APCA-API-KEY-ID': keyId, 'APCA-API-SECRET-KEY': secretKey }, body: JSON.stringify(spread) })
  await expect.poll(async () => (await service.listOrders()).length).toBe(2)
  fake.orders.cancel('theirs')
  await expect.poll(async () => (await service.listOrders()).length).toBe(0)
  expect(service.killSwitch.status().engaged).toEqual([])
})
