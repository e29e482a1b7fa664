import { makeContext } from '@sluice/core/testing'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { alpacaBroker } from '../src/index.ts'
import type { FakeAlpaca } from '../src/testing/index.ts'
import { call, limitOrder, list, listen, startFake } from './fake-client.ts'

const SECOND = { keyId: 'PKZQCANARY2', secretKey: 'zqcanary-second-secret', cash: '5000' } as const
const second = (fake: FakeAlpaca) => ({ ...fake, ...SECOND })

test('accounts have orders, money, positions and activities of their own, and one market', async () => {
  const fake = await startFake({ accounts: [SECOND] })
  await call(fake, 'POST', '/v2/orders', limitOrder('same-id', { limit_price: '190' }))
  const refused = await call(second(fake), 'POST', '/v2/orders', limitOrder('same-id', { limit_price: '190', qty: '100' }))
  expect(refused.body).toMatchObject({ code: 40310000, message: 'insufficient buying power', buying_power: '10000' })
  expect((await call(second(fake), 'POST', '/v2/orders', limitOrder('same-id', { limit_price: '190', qty: '2' }))).status).toBe(200)
  const other = fake.accountOf(SECOND.keyId)
  await expect.poll(() => [fake.oracle.position('AAPL'), other.oracle.position('AAPL')].map(String)).toEqual(['10000000000', '2000000000'])
  expect((await list(second(fake), '/v2/account/activities')).map(({ qty }) => qty)).toEqual(['2'])
  expect((await call(fake, 'GET', `/v2/orders/${other.oracle.orders()[0]?.id ?? ''}`)).status).toBe(404)
  fake.market.setPrice('AAPL', '200')
  expect([(await call(fake, 'GET', '/v2/account')).body['equity'], (await call(second(fake), 'GET', '/v2/account')).body['equity']]).toEqual(['1000125', '5025'])
  expect((await call({ ...fake, keyId: SECOND.keyId }, 'GET', '/v2/account')).status).toBe(401)
  expect(() => fake.accountOf('nobody')).toThrow(RangeError)
})

test('each key has a stream, a request limit and faults of its own', async () => {
  const fake = await startFake({ accounts: [SECOND], rateLimit: 5 })
  const [first, other] = [await listen(fake), await listen(second(fake))]
  await call(fake, 'POST', '/v2/orders', limitOrder('a'))
  await expect.poll(() => first.events()).toEqual(['pending_new', 'new'])
  expect(other.events()).toEqual([])
  fake.accountOf(SECOND.keyId).faults.add({ kind: 'answer', status: 500 })
  for (let count = 0; count < 4; count += 1) expect((await call(fake, 'GET', '/v2/clock')).status).toBe(200)
  expect((await call(fake, 'GET', '/v2/clock')).status).toBe(429)
  expect((await call(second(fake), 'GET', '/v2/clock')).status).toBe(500)
  fake.stream.drop()
  await expect.poll(() => first.socket.readyState).toBe(WebSocket.CLOSED)
  expect(other.socket.readyState).toBe(WebSocket.OPEN)
  const twin = new WebSocket(fake.streamUrl)
  const closed = new Promise<number>((resolve) => { twin.once('close', resolve) })
  twin.once('open', () => { twin.send(JSON.stringify({ action: 'auth', key: SECOND.keyId, secret: SECOND.secretKey })) })
  expect(await closed).toBe(1008)
})

test('two adapters trade two accounts of one fake', async () => {
  const fake = await startFake({ accounts: [SECOND], rateLimit: 1000 })
  const fills = new Map<string, string[]>()
  const brokers = [fake, second(fake)].map(({ keyId, secretKey }) => ({ keyId, broker: alpacaBroker({ environment: 'paper', keyId, secretKey, url: fake.url, dataUrl: fake.url, firstRetry: 20 }) }))
  for (const { broker, keyId } of brokers) {
    const told: string[] = []
    fills.set(keyId, told)
    await broker.connect(makeContext({ deliver: async (update) => { if (update.kind === 'fill') told.push(update.execution.lastQuantity) } }))
  }
  await call(fake, 'POST', '/v2/orders', limitOrder('a', { limit_price: '190' }))
  await call(second(fake), 'POST', '/v2/orders', limitOrder('b', { limit_price: '190', qty: '3' }))
  await expect.poll(() => [...fills.values()]).toEqual([['10'], ['3']])
  for (const { broker } of brokers) await broker.close()
})

test('activities of every kind are listed, filtered and paged, and move the cash', async () => {
  const fake = await startFake()
  await call(fake, 'POST', '/v2/orders', limitOrder('a', { limit_price: '190' }))
  await expect.poll(() => fake.oracle.executions().length).toBe(1)
  fake.account.addActivity({ type: 'DIV', netAmount: '2.4', symbol: 'AAPL', quantity: '10', perShare: '0.24', subType: 'CDIV' })
  fake.account.addActivity({ type: 'CSD', netAmount: '500' })
  fake.account.addActivity({ type: 'CSW', netAmount: '-100' })
  fake.account.addActivity({ type: 'OPEXP', symbol: 'AAPL260116C00190000', quantity: '-1' })
  const kinds = async (query: string): Promise<unknown[]> => (await list(fake, `/v2/account/activities${query}`)).map(({ activity_type }) => activity_type)
  expect(await kinds('?direction=asc')).toEqual(['FILL', 'DIV', 'CSD', 'CSW', 'OPEXP'])
  expect(await kinds('/CSD')).toEqual(['CSD'])
  expect(await kinds('/TRANS')).toEqual(['CSW', 'CSD'])
  expect(await kinds('?activity_types=DIV,FILL')).toEqual(['DIV', 'FILL'])
  expect(await kinds('?category=trade_activity')).toEqual(['FILL'])
  expect(await kinds('/MISC')).toEqual(['OPEXP'])
  const [first] = await list(fake, '/v2/account/activities?direction=asc&page_size=1')
  expect(await kinds(`?direction=asc&page_size=2&page_token=${String(first?.['id'])}`)).toEqual(['DIV', 'CSD'])
  expect((await call(fake, 'GET', '/v2/account/activities/LUNCH')).body).toEqual({ code: 40010001, message: 'invalid activity_type: LUNCH' })
  expect((await call(fake, 'GET', '/v2/account')).body['cash']).toBe('998527.4')
  expect(() => { fake.account.addActivity({ type: 'FILL' }) }).toThrow(RangeError)
})
