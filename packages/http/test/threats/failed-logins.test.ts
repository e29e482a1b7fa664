import { expect, test } from 'vitest'
import { createExecutionApi, type ExecutionApiOptions, type Problem } from '../../src/index.ts'
import { makeService } from '../support/make-service.ts'
import { authenticate } from '../support/principals.ts'
import { BASE, bearer, resting } from '../support/requests.ts'

async function open(options: Partial<ExecutionApiOptions> = {}) {
  const { service } = await makeService()
  let asked = 0
  const api = createExecutionApi({
    service, authenticate: (request, environment) => { asked += 1; return authenticate(request, environment) },
    clientAddress: (_, environment) => environment['address'] as string | undefined, failedLoginRate: { perSecond: 0.001, burst: 4 }, ...options,
  })
  const send = (address: string | undefined, as: string, method = 'GET', path = '/orders', body?: object): Promise<Response> => api.fetch(new Request(`http://x${BASE}${path}`, {
    method, headers: { ...bearer(as), ...(body !== undefined && { 'Content-Type': 'application/json', 'Idempotency-Key': 'k' }) }, ...(body !== undefined && { body: JSON.stringify(body) }),
  }), { address })
  return { service, send, asked: () => asked }
}

const HERE = '192.0.2.1'

test('who guesses from one address is soon not asked any more who it is, and told when to come back', async () => {
  const { asked, send, service } = await open()
  const answers = []
  for (let count = 0; count < 10; count += 1) answers.push(await send(HERE, `guess-${count}`))
  expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401, 429, 429, 429, 429, 429, 429])
  expect(asked()).toBe(4)
  const last = answers.at(-1) as Response
  expect(await last.json()).toMatchObject({ code: 'LOGIN_RATE_EXCEEDED', retryable: true } satisfies Partial<Problem>)
  expect(Number(last.headers.get('Retry-After'))).toBeGreaterThan(900)
  // From elsewhere everybody trades on.
  expect((await send('192.0.2.2', 'alice', 'POST', '/order', resting)).status).toBe(201)
  expect((await send(undefined, 'alice')).status).toBe(200)
  await service.close()
})

test('a stranger at the same address keeps nobody from a cancel or the kill switch', async () => {
  const { send, service } = await open()
  const order = await service.placeOrder({ ...resting, idempotencyKey: 'own' })
  for (let count = 0; count < 20; count += 1) await send(HERE, 'guess', 'DELETE', `/order/${order.id}`)
  expect((await send(HERE, 'alice')).status).toBe(429)
  expect((await send(HERE, 'alice', 'DELETE', `/order/${order.id}`)).status).toBe(200)
  expect((await send(HERE, 'alice', 'POST', '/kill-switch', { action: 'engage', reason: 'drill' })).status).toBe(200)
  await service.close()
})

test('only what speaks for nobody counts: no success, no missing right, no hook that is down', async () => {
  let isDown = false
  const { send, service } = await open({ authenticate: (request, environment) => { if (isDown) throw new Error('down'); return authenticate(request, environment) } })
  for (let count = 0; count < 10; count += 1) {
    expect((await send(HERE, 'alice')).status).toBe(200)
    expect((await send(HERE, 'reader', 'POST', '/order', resting)).status).toBe(403)
  }
  isDown = true
  for (let count = 0; count < 10; count += 1) expect((await send(HERE, 'alice')).status).toBe(503)
  isDown = false
  expect((await send(HERE, 'alice')).status).toBe(200)
  await service.close()
})

test('an address that cannot be told limits nobody', async () => {
  const { send, service } = await open({ clientAddress: () => { throw new Error('no header') } })
  for (let count = 0; count < 10; count += 1) expect((await send(HERE, 'guess')).status).toBe(401)
  expect((await send(HERE, 'alice')).status).toBe(200)
  await service.close()
})
