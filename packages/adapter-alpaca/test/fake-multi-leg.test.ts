import { expect, test } from 'vitest'
import { call, list, listen, startFake } from './fake-client.ts'

const [LOW, HIGH] = ['AAPL260116C00190000', 'AAPL260116C00200000']
const leg = (symbol: string, intent: string, ratio = '1'): object => ({ symbol, ratio_qty: ratio, side: intent.split('_')[0], position_intent: intent })
const spread = (overrides: object = {}): object => ({
  order_class: 'mleg', qty: '3', type: 'limit', limit_price: '2', time_in_force: 'day', client_order_id: 'spread', legs: [leg(LOW, 'buy_to_open'), leg(HIGH, 'sell_to_open')], ...overrides,
})

test('a spread rests until its net price is reached, then all its legs trade in their ratio', async () => {
  const fake = await startFake()
  const { events, frames } = await listen(fake)
  const placed = await call(fake, 'POST', '/v2/orders', spread())
  expect(placed.body).toMatchObject({
    symbol: '', side: '', asset_class: '', asset_id: '', order_class: 'mleg', limit_price: '2', qty: '3', status: 'pending_new',
    legs: [{ symbol: LOW, qty: '3', ratio_qty: '1', side: 'buy', position_intent: 'buy_to_open', type: '' }, { symbol: HIGH, qty: '3', side: 'sell', position_intent: 'sell_to_open' }],
  })
  await expect.poll(() => events()).toEqual(['pending_new', 'new'])
  // 4.2 - 1.9 costs 2.3; 4.2 - 2.3 costs 1.9.
  fake.market.setPrice(HIGH, '2.3')
  await expect.poll(() => events()).toEqual(['pending_new', 'new', 'fill'])
  expect(frames.at(-1)).toMatchObject({ data: { price: '1.9', qty: '3', order: { status: 'filled', filled_avg_price: '1.9', legs: [{ status: 'filled', filled_qty: '3', filled_avg_price: '4.2' }, { filled_avg_price: '2.3' }] } } })
  expect((await list(fake, '/v2/positions')).map(({ qty, side, symbol }) => `${String(symbol)} ${String(side)} ${String(qty)}`)).toEqual([`${LOW} long 3`, `${HIGH} short -3`])
  expect((await list(fake, '/v2/account/activities/FILL?direction=asc')).map(({ price, qty, symbol }) => `${String(symbol)} ${String(qty)} ${String(price)}`)).toEqual([`${LOW} 3 4.2`, `${HIGH} 3 2.3`])
  expect((await call(fake, 'GET', '/v2/account')).body['cash']).toBe('999430')
})

test('a credit is a negative price; a part may trade; a cancel takes the legs along', async () => {
  const fake = await startFake()
  await call(fake, 'POST', '/v2/orders', spread({ limit_price: '-2.5', qty: '4', legs: [leg(LOW, 'sell_to_open'), leg(HIGH, 'buy_to_open')] }))
  const spreadNow = async () => (await call(fake, 'GET', '/v2/orders:by_client_order_id?client_order_id=spread')).body
  await expect.poll(spreadNow).toMatchObject({ status: 'new', limit_price: '-2.5' })
  fake.orders.trade('spread', '1', '0')
  expect(await spreadNow()).toMatchObject({ status: 'partially_filled', filled_qty: '1', legs: [{ status: 'partially_filled', filled_qty: '1' }, { filled_qty: '1' }] })
  const { body: { id } } = await call(fake, 'GET', '/v2/orders:by_client_order_id?client_order_id=spread')
  expect((await call(fake, 'PATCH', `/v2/orders/${String(id)}`, { limit_price: '2' })).body).toEqual({ code: 40310000, message: 'replace mleg order is disabled' })
  expect((await call(fake, 'DELETE', `/v2/orders/${String(id)}`)).status).toBe(204)
  await expect.poll(spreadNow).toMatchObject({ status: 'canceled', legs: [{ status: 'canceled' }, { status: 'canceled' }] })
})
