import { afterEach, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { type FakeAlpaca, type FakeAlpacaOptions, startFakeAlpaca } from './fake-alpaca.ts'

const opened: (() => Promise<void> | void)[] = []
afterEach(async () => { for (const close of opened.splice(0).toReversed()) await close() })

async function start(options: FakeAlpacaOptions = {}): Promise<FakeAlpaca> {
  const fake = await startFakeAlpaca(options)
  opened.push(() => fake.close())
  return fake
}

interface Answer { readonly status: number; readonly body: Record<string, unknown>; readonly headers: Headers }

async function call({ url, keyId, secretKey }: FakeAlpaca, method: string, path: string, body?: object): Promise<Answer> {
  const response = await fetch(url + path, {
    method, headers: { 'APCA-API-KEY-ID': keyId, 'APCA-API-SECRET-KEY': secretKey }, ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> }
}

const limit = (id: string, overrides: object = {}) => ({ symbol: 'AAPL', side: 'buy', type: 'limit', qty: '10', limit_price: '100', time_in_force: 'day', client_order_id: id, ...overrides })

async function listen({ streamUrl, keyId, secretKey }: FakeAlpaca): Promise<{ readonly frames: Record<string, unknown>[]; readonly types: boolean[]; readonly socket: WebSocket }> {
  const socket = new WebSocket(streamUrl)
  opened.push(() => { socket.terminate() })
  const frames: Record<string, unknown>[] = []
  const types: boolean[] = []
  socket.on('message', (data: Buffer, isBinary) => { types.push(isBinary); frames.push(JSON.parse(data.toString('utf8')) as Record<string, unknown>) })
  await new Promise((resolve, reject) => { socket.once('open', resolve).once('error', reject) })
  socket.send(JSON.stringify({ action: 'authenticate', data: { key_id: keyId, secret_key: secretKey } }))
  socket.send(JSON.stringify({ action: 'listen', data: { streams: ['trade_updates'] } }))
  await expect.poll(() => frames.some(({ stream }) => stream === 'listening'), { timeout: 6000 }).toBe(true)
  return { frames, types, socket }
}

const eventsOf = (frames: readonly Record<string, unknown>[]): string[] =>
  frames.flatMap(({ stream, data }) => (stream === 'trade_updates' ? [(data as { event: string }).event] : []))

test('an order goes from pending_new over new to its fill, on REST and on the stream, and moves position and money', async () => {
  const fake = await start({ fillParts: 2 })
  const { frames, types } = await listen(fake)
  const placed = await call(fake, 'POST', '/v2/orders', limit('a', { type: 'market', limit_price: undefined }))
  expect(placed).toMatchObject({ status: 200, body: { client_order_id: 'a', status: 'pending_new', qty: '10', filled_qty: '0' } })
  await expect.poll(() => eventsOf(frames), { timeout: 6000 }).toEqual(['pending_new', 'new', 'partial_fill', 'fill'])
  expect(types.every(Boolean)).toBe(true)
  expect((await call(fake, 'GET', '/v2/orders:by_client_order_id?client_order_id=a')).body).toMatchObject({ status: 'filled', filled_qty: '10', filled_avg_price: '187.5' })
  expect((await call(fake, 'GET', '/v2/positions/AAPL')).body).toMatchObject({ qty: '10', side: 'long', avg_entry_price: '187.5' })
  expect((await call(fake, 'GET', '/v2/account')).body).toMatchObject({ cash: '998125', equity: '1000000' })
  const activities = (await call(fake, 'GET', '/v2/account/activities/FILL?direction=asc')).body as unknown as { cum_qty: string; qty: string }[]
  expect(activities.map(({ cum_qty, qty }) => [qty, cum_qty])).toEqual([['5', '5'], ['5', '10']])
})

test('it refuses with the codes and messages of Alpaca', async () => {
  const fake = await start()
  const refusal = async (body: object): Promise<unknown> => {
    const { status, body: { code, message } } = await call(fake, 'POST', '/v2/orders', body)
    return [status, code, message]
  }
  await call(fake, 'POST', '/v2/orders', limit('twin'))
  expect(await refusal(limit('twin'))).toEqual([422, 40010001, 'client_order_id must be unique'])
  expect(await refusal(limit('b', { limit_price: '100.001' }))).toEqual([422, 42210000, 'invalid limit_price 100.001. sub-penny increment does not fulfill minimum pricing criteria'])
  expect(await refusal(limit('c', { qty: '1000000' }))).toEqual([403, 40310000, 'insufficient buying power'])
  expect(await refusal(limit('d', { side: 'sell', limit_price: '99' }))).toEqual([403, 40310000, 'potential wash trade detected. use complex orders'])
  expect(await refusal(limit('e', { extended_hours: true, type: 'market', limit_price: undefined }))).toEqual([422, 40010001, 'extended hours order must be DAY or GTC limit orders'])
  expect(await refusal(limit('f', { symbol: 'BTC/USD', limit_price: '5' }))).toEqual([422, 42210000, 'invalid crypto time_in_force'])
  expect(await refusal(limit('g', { symbol: 'GME', side: 'sell' }))).toEqual([422, 42210000, 'asset "GME" cannot be sold short'])
  expect(await refusal(limit('h', { notional: '10' }))).toEqual([422, 40010001, 'only one of qty or notional is accepted'])
  expect((await call(fake, 'DELETE', '/v2/orders/nowhere')).body).toEqual({ code: 40410000, message: 'order not found for nowhere' })
  expect((await call({ ...fake, secretKey: 'wrong' }, 'GET', '/v2/account')).status).toBe(401)
})

test('a replace makes a new order, and a fill in between makes an end of it', async () => {
  const fake = await start({ cancelDelay: 30 })
  await call(fake, 'POST', '/v2/orders', limit('a'))
  const idOf = (clientId: string): string => fake.oracle.orders().find(({ clientOrderId }) => clientOrderId === clientId)?.id ?? ''
  const statusOf = (clientId: string): string | undefined => fake.oracle.orders().find(({ clientOrderId }) => clientOrderId === clientId)?.status
  await expect.poll(() => statusOf('a'), { timeout: 6000 }).toBe('new')
  expect((await call(fake, 'PATCH', `/v2/orders/${idOf('a')}`, { limit_price: '101', client_order_id: 'b' })).body).toMatchObject({ status: 'pending_new', replaces: idOf('a') })
  await expect.poll(() => [statusOf('a'), statusOf('b')], { timeout: 6000 }).toEqual(['replaced', 'new'])
  await call(fake, 'PATCH', `/v2/orders/${idOf('b')}`, { limit_price: '102', client_order_id: 'c' })
  fake.market.trade('b', '10')
  await expect.poll(() => [statusOf('b'), statusOf('c')], { timeout: 6000 }).toEqual(['filled', 'rejected'])
})

test('the exits of a bracket are held until the entry has filled, and one ends the other', async () => {
  const fake = await start()
  await call(fake, 'POST', '/v2/orders', limit('a', { order_class: 'bracket', take_profit: { limit_price: '110' }, stop_loss: { stop_price: '90' } }))
  const statuses = (): string[] => fake.oracle.orders().map(({ status }) => status)
  await expect.poll(statuses, { timeout: 6000 }).toEqual(['new', 'held', 'held'])
  fake.market.trade('a', '10')
  expect(statuses()).toEqual(['filled', 'new', 'new'])
  await expect.poll(statuses, { timeout: 6000 }).toEqual(['filled', 'filled', 'canceled'])
  expect(fake.oracle.position('AAPL')).toBe(0n)
})

test('a trailing stop follows the market up, never down, and sells when it has turned far enough', async () => {
  const fake = await start()
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
  const fake = await start()
  fake.market.setOpen(false)
  expect((await call(fake, 'POST', '/v2/orders', limit('a', { limit_price: '200' }))).body['status']).toBe('accepted')
  expect((await call(fake, 'GET', '/v2/clock')).body['is_open']).toBe(false)
  fake.market.setOpen(true)
  await expect.poll(() => fake.oracle.orders()[0]?.status, { timeout: 6000 }).toBe('filled')
  await call(fake, 'POST', '/v2/orders', limit('b'))
  await expect.poll(() => fake.oracle.orders()[1]?.status, { timeout: 6000 }).toBe('new')
  fake.market.setOpen(false)
  expect(fake.oracle.orders()[1]?.status).toBe('expired')
})

test('the rate limit answers 429 with its headers', async () => {
  const fake = await start({ rateLimit: 2 })
  expect((await call(fake, 'GET', '/v2/clock')).headers.get('x-ratelimit-remaining')).toBe('1')
  await call(fake, 'GET', '/v2/clock')
  const refused = await call(fake, 'GET', '/v2/clock')
  expect([refused.status, refused.headers.get('x-ratelimit-limit'), refused.body['code']]).toEqual([429, '2', 42910000])
})

test('one socket for a key: the second is refused; listening needs authorisation', async () => {
  const fake = await start()
  await listen(fake)
  const second = new WebSocket(fake.streamUrl)
  expect(await new Promise((resolve) => { second.once('error', resolve) })).toMatchObject({ message: expect.stringContaining('429') as string })
  const third = await start({ environment: 'live' })
  const socket = new WebSocket(third.streamUrl)
  opened.push(() => { socket.terminate() })
  const answer = new Promise<string>((resolve) => { socket.once('message', (data: Buffer) => { resolve(data.toString('utf8')) }) })
  socket.once('open', () => { socket.send(JSON.stringify({ action: 'listen', data: { streams: ['trade_updates'] } })) })
  expect(JSON.parse(await answer)).toEqual({ stream: 'authorization', data: { status: 'unauthorized', action: 'listen' } })
})

test('a fault strikes the request that it names, once, with or without effect', async () => {
  const fake = await start()
  fake.faults.add({ kind: 'reset', method: 'POST' }, { kind: 'answer', status: 504, method: 'POST', effect: true }, { kind: 'answer', status: 500, method: 'POST' })
  await expect(call(fake, 'POST', '/v2/orders', limit('a'))).rejects.toThrow()
  expect((await call(fake, 'POST', '/v2/orders', limit('b'))).status).toBe(504)
  expect((await call(fake, 'POST', '/v2/orders', limit('c'))).status).toBe(500)
  fake.faults.add({ kind: 'invisible', milliseconds: 60_000 })
  expect((await call(fake, 'POST', '/v2/orders', limit('d'))).status).toBe(200)
  expect((await call(fake, 'GET', '/v2/orders:by_client_order_id?client_order_id=d')).status).toBe(404)
  expect(fake.oracle.orders().map(({ clientOrderId }) => clientOrderId)).toEqual(['a', 'b', 'd'])
})

test('a busted trade leaves position and money as they were', async () => {
  const fake = await start()
  await call(fake, 'POST', '/v2/orders', limit('a'))
  await expect.poll(() => fake.oracle.orders()[0]?.status, { timeout: 6000 }).toBe('new')
  fake.market.trade('a', '4')
  fake.market.correct(fake.oracle.executions()[0]?.id ?? '', '99')
  expect((await call(fake, 'GET', '/v2/account')).body['cash']).toBe('999604')
  fake.market.bust(fake.oracle.executions()[0]?.id ?? '')
  expect((await call(fake, 'GET', '/v2/account')).body['cash']).toBe('1000000')
  expect(fake.oracle.executions()).toEqual([])
})
