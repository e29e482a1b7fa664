import { createVirtualClock } from '@sluice/core/testing'
import { expect, onTestFinished, test } from 'vitest'
import { WebSocket } from 'ws'
import { call, limitOrder, listen, place, startFake } from './fake-client.ts'

test('an order goes from pending_new over new to its fill, on REST and on the stream, and moves position and money', async () => {
  const fake = await startFake({ fillParts: 2 })
  const { events, types } = await listen(fake)
  const placed = await call(fake, 'POST', '/v2/orders', limitOrder('a', { type: 'market', limit_price: undefined }))
  expect(placed).toMatchObject({ status: 200, body: { client_order_id: 'a', status: 'pending_new', qty: '10', filled_qty: '0' } })
  await expect.poll(() => events()).toEqual(['pending_new', 'new', 'partial_fill', 'fill'])
  expect(types.every(Boolean)).toBe(true)
  expect((await call(fake, 'GET', '/v2/orders:by_client_order_id?client_order_id=a')).body).toMatchObject({ status: 'filled', filled_qty: '10', filled_avg_price: '187.5' })
  expect((await call(fake, 'GET', '/v2/positions/AAPL')).body).toMatchObject({ qty: '10', side: 'long', avg_entry_price: '187.5' })
  expect((await call(fake, 'GET', '/v2/account')).body).toMatchObject({ cash: '998125', equity: '1000000' })
  const activities = (await call(fake, 'GET', '/v2/account/activities/FILL?direction=asc')).body as unknown as { cum_qty: string; qty: string }[]
  expect(activities.map(({ cum_qty, qty }) => [qty, cum_qty])).toEqual([['5', '5'], ['5', '10']])
})

test('it refuses with the codes and messages of Alpaca', async () => {
  const fake = await startFake()
  const refusal = (body: object): Promise<unknown> => place(fake, body)
  await call(fake, 'POST', '/v2/orders', limitOrder('twin'))
  expect(await refusal(limitOrder('twin'))).toEqual([422, 40010001, 'client_order_id must be unique'])
  expect(await refusal(limitOrder('b', { limit_price: '100.001' }))).toEqual([422, 42210000, 'invalid limit_price 100.001. sub-penny increment does not fulfill minimum pricing criteria'])
  expect(await refusal(limitOrder('c', { qty: '1000000' }))).toEqual([403, 40310000, 'insufficient buying power'])
  expect(await refusal(limitOrder('d', { side: 'sell', limit_price: '99' }))).toEqual([403, 40310000, 'potential wash trade detected. use complex orders'])
  expect(await refusal(limitOrder('e', { extended_hours: true, type: 'market', limit_price: undefined }))).toEqual([422, 40010001, 'extended hours order must be DAY or GTC limit orders'])
  expect(await refusal(limitOrder('f', { symbol: 'BTC/USD', limit_price: '5' }))).toEqual([422, 42210000, 'invalid crypto time_in_force'])
  expect(await refusal(limitOrder('g', { symbol: 'GME', side: 'sell' }))).toEqual([422, 42210000, 'asset "GME" cannot be sold short'])
  expect(await refusal(limitOrder('h', { notional: '10' }))).toEqual([422, 40010001, 'only one of qty or notional is accepted'])
  expect((await call(fake, 'DELETE', '/v2/orders/nowhere')).body).toEqual({ code: 40410000, message: 'order not found for nowhere' })
  expect((await call({ ...fake, secretKey: 'wrong' }, 'GET', '/v2/account')).status).toBe(401)
})

test('a replace makes a new order, and a fill in between makes an end of it', async () => {
  const fake = await startFake({ cancelDelay: 30 })
  await call(fake, 'POST', '/v2/orders', limitOrder('a'))
  const idOf = (clientId: string): string => fake.oracle.orders().find(({ clientOrderId }) => clientOrderId === clientId)?.id ?? ''
  const statusOf = (clientId: string): string | undefined => fake.oracle.orders().find(({ clientOrderId }) => clientOrderId === clientId)?.status
  await expect.poll(() => statusOf('a')).toBe('new')
  expect((await call(fake, 'PATCH', `/v2/orders/${idOf('a')}`, { limit_price: '101', client_order_id: 'b' })).body).toMatchObject({ status: 'pending_new', replaces: idOf('a') })
  await expect.poll(() => [statusOf('a'), statusOf('b')]).toEqual(['replaced', 'new'])
  await call(fake, 'PATCH', `/v2/orders/${idOf('b')}`, { limit_price: '102', client_order_id: 'c' })
  fake.market.trade('b', '10')
  await expect.poll(() => [statusOf('b'), statusOf('c')]).toEqual(['filled', 'rejected'])
})

test('the exits of a bracket are held until the entry has filled, and one ends the other', async () => {
  const fake = await startFake()
  await call(fake, 'POST', '/v2/orders', limitOrder('a', { order_class: 'bracket', take_profit: { limit_price: '110' }, stop_loss: { stop_price: '90' } }))
  const statuses = (): string[] => fake.oracle.orders().map(({ status }) => status)
  await expect.poll(statuses).toEqual(['new', 'held', 'held'])
  fake.market.trade('a', '10')
  expect(statuses()).toEqual(['filled', 'new', 'new'])
  await expect.poll(statuses).toEqual(['filled', 'filled', 'canceled'])
  expect(fake.oracle.position('AAPL')).toBe(0n)
})

test('a trailing stop follows the market up, never down, and sells when it has turned far enough', async () => {
  const fake = await startFake()
  fake.account.setPosition('AAPL', '10', '150')
  const post = { symbol: 'AAPL', side: 'sell', type: 'trailing_stop', qty: '10', trail_percent: '2', time_in_force: 'gtc', client_order_id: 'trail' }
  const { body: { id } } = await call(fake, 'POST', '/v2/orders', post)
  const shown = async () => (await call(fake, 'GET', `/v2/orders/${String(id)}`)).body
  await expect.poll(shown).toMatchObject({ status: 'new', hwm: '187.5', stop_price: '183.75' })
  fake.market.setPrice('AAPL', '200')
  expect(await shown()).toMatchObject({ status: 'new', hwm: '200', stop_price: '196' })
  fake.market.setPrice('AAPL', '196.01')
  expect(await shown()).toMatchObject({ status: 'new', hwm: '200', stop_price: '196' })
  fake.market.setPrice('AAPL', '195.5')
  await expect.poll(shown).toMatchObject({ status: 'filled', filled_avg_price: '195.5' })
})

test('a closed market queues shares as accepted; closing it ends day orders', async () => {
  const fake = await startFake()
  fake.market.setOpen(false)
  expect((await call(fake, 'POST', '/v2/orders', limitOrder('a', { limit_price: '200' }))).body['status']).toBe('accepted')
  expect((await call(fake, 'GET', '/v2/clock')).body['is_open']).toBe(false)
  fake.market.setOpen(true)
  await expect.poll(() => fake.oracle.orders()[0]?.status).toBe('filled')
  await call(fake, 'POST', '/v2/orders', limitOrder('b'))
  await expect.poll(() => fake.oracle.orders()[1]?.status).toBe('new')
  fake.market.setOpen(false)
  expect(fake.oracle.orders()[1]?.status).toBe('expired')
})

test('the rate limit answers 429 with its headers', async () => {
  const fake = await startFake({ rateLimit: 2 })
  expect((await call(fake, 'GET', '/v2/clock')).headers.get('x-ratelimit-remaining')).toBe('1')
  await call(fake, 'GET', '/v2/clock')
  const refused = await call(fake, 'GET', '/v2/clock')
  expect([refused.status, refused.headers.get('x-ratelimit-limit'), refused.body['code']]).toEqual([429, '2', 42910000])
})

test('one socket for a key: the second is refused; listening needs authorisation', async () => {
  const fake = await startFake()
  await listen(fake)
  const second = new WebSocket(fake.streamUrl)
  expect(await new Promise((resolve) => { second.once('error', resolve) })).toMatchObject({ message: expect.stringContaining('429') as string })
  const third = await startFake({ environment: 'live' })
  const socket = new WebSocket(third.streamUrl)
  onTestFinished(() => { socket.terminate() })
  const answer = new Promise<string>((resolve) => { socket.once('message', (data: Buffer) => { resolve(data.toString('utf8')) }) })
  socket.once('open', () => { socket.send(JSON.stringify({ action: 'listen', data: { streams: ['trade_updates'] } })) })
  expect(JSON.parse(await answer)).toEqual({ stream: 'authorization', data: { status: 'unauthorized', action: 'listen' } })
})

test('a fault strikes the request that it names, once, with or without effect', async () => {
  const fake = await startFake()
  fake.faults.add({ kind: 'reset', method: 'POST' }, { kind: 'answer', status: 504, method: 'POST', effect: true }, { kind: 'answer', status: 500, method: 'POST' })
  await expect(call(fake, 'POST', '/v2/orders', limitOrder('a'))).rejects.toThrow()
  expect((await call(fake, 'POST', '/v2/orders', limitOrder('b'))).status).toBe(504)
  expect((await call(fake, 'POST', '/v2/orders', limitOrder('c'))).status).toBe(500)
  fake.faults.add({ kind: 'invisible', milliseconds: 60_000 })
  expect((await call(fake, 'POST', '/v2/orders', limitOrder('d'))).status).toBe(200)
  expect((await call(fake, 'GET', '/v2/orders:by_client_order_id?client_order_id=d')).status).toBe(404)
  expect(fake.oracle.orders().map(({ clientOrderId }) => clientOrderId)).toEqual(['a', 'b', 'd'])
})

test('a busted trade leaves position and money as they were', async () => {
  const fake = await startFake()
  await call(fake, 'POST', '/v2/orders', limitOrder('a'))
  await expect.poll(() => fake.oracle.orders()[0]?.status).toBe('new')
  fake.market.trade('a', '4')
  fake.market.correct(fake.oracle.executions()[0]?.id ?? '', '99')
  expect((await call(fake, 'GET', '/v2/account')).body['cash']).toBe('999604')
  fake.market.bust(fake.oracle.executions()[0]?.id ?? '')
  expect((await call(fake, 'GET', '/v2/account')).body['cash']).toBe('1000000')
  expect(fake.oracle.executions()).toEqual([])
})

test('a half-dead stream keeps the one place of its key for as long as it is told', async () => {
  const clock = createVirtualClock()
  const fake = await startFake({ clock, ghostTime: 90_000 })
  await listen(fake)
  fake.stream.halfOpen()
  const knock = async (): Promise<string> => {
    const socket = new WebSocket(fake.streamUrl)
    const answer = await new Promise<string>((resolve) => { socket.once('open', () => { resolve('open') }).once('error', ({ message }) => { resolve(message) }) })
    socket.terminate()
    return answer
  }
  await clock.advance(89_999)
  expect(await knock()).toContain('429')
  await clock.advance(1)
  expect(await knock()).toBe('open')
})

test('a late answer comes after the events of its order', async () => {
  const fake = await startFake()
  const { events } = await listen(fake)
  fake.faults.add({ kind: 'delay', milliseconds: 1000, method: 'POST' })
  const placed = call(fake, 'POST', '/v2/orders', limitOrder('a', { limit_price: '190' }))
  let answered = false
  void placed.then(() => { answered = true })
  await expect.poll(events).toEqual(['pending_new', 'new', 'fill'])
  expect(answered).toBe(false)
  expect((await placed).body['status']).toBe('pending_new')
  expect(fake.faults.struck()).toHaveLength(1)
})

test.each(['old', 'new'] as const)('the event of a replace carries the %s order, as it is told', async (replacedShows) => {
  const fake = await startFake({ replacedShows })
  const { events, frames } = await listen(fake)
  const { body } = await call(fake, 'POST', '/v2/orders', limitOrder('a'))
  await expect.poll(events).toEqual(['pending_new', 'new'])
  await call(fake, 'PATCH', `/v2/orders/${String(body['id'])}`, { limit_price: '101', client_order_id: 'b' })
  await expect.poll(events).toEqual(['pending_new', 'new', 'pending_replace', 'replaced', 'new'])
  expect(frames.find(({ data }) => (data as { event?: string }).event === 'replaced')).toMatchObject({ data: { order: { client_order_id: replacedShows === 'old' ? 'a' : 'b' } } })
})
