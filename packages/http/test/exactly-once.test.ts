import type { Order } from '@sluice/core'
import { expect, test } from 'vitest'
import { createExecutionApi, toNodeHandler } from '../src/index.ts'
import { BASE } from './support/base.ts'
import { listen } from './support/hosts.ts'
import { makeService } from './support/make-service.ts'
import { mortalFolder, startMortal } from './support/mortal.ts'
import { authenticate } from './support/principals.ts'
import { bearer, resting } from './support/requests.ts'

const KEYS = 100
const wide = { requestRate: false, requestLimit: 20_000 } as const

// Cheap: a hundred of them together stay below what needs a code.
const cheap = { ...resting, quantity: '0.25' }

const post = (key: string, body: unknown = cheap): RequestInit => ({
  method: 'POST', body: JSON.stringify(body), headers: { ...bearer('alice'), 'Content-Type': 'application/json', 'Idempotency-Key': key },
})

/** Every key's answers name one order, and the broker has as many orders as there are keys. */
async function storm(count: number, ask: (key: string) => Promise<Response>): Promise<readonly Map<string, Set<string>>[]> {
  const idsByKey = new Map<string, Set<string>>()
  const fresh = new Map<string, Set<string>>()
  await Promise.all(Array.from({ length: count }, async (_, index) => {
    const key = `k${index % KEYS}`
    const response = await ask(key)
    const { id, status } = (await response.json()) as Order
    expect([response.status, status]).toEqual([201, 'new'])
    idsByKey.set(key, (idsByKey.get(key) ?? new Set()).add(id))
    if (response.headers.get('Idempotency-Replayed') === null) fresh.set(key, (fresh.get(key) ?? new Set()).add(String(index)))
  }))
  return [idsByKey, fresh]
}

test.each([['api.fetch', 10_000], ['node:http', 3000]] as const)('over %s, %i concurrent replays of 100 keys make 100 orders, and every reply names its own', async (name, count) => {
  const { service, broker } = await makeService([], { submitWithin: 60_000, quoteMaximumAge: 60_000 })
  const api = createExecutionApi({ service, authenticate, ...wide })
  const mounted = await listen(toNodeHandler(api))
  const ask = name === 'api.fetch'
    ? (key: string) => api.fetch(new Request(`http://x${BASE}/order`, post(key)))
    : (key: string) => mounted.send(`${BASE}/order`, post(key))
  const [ids, fresh] = await storm(count, ask)
  expect([...(ids?.values() ?? [])].map(({ size }) => size)).toEqual(Array.from({ length: KEYS }, () => 1))
  expect([...(fresh?.values() ?? [])].map(({ size }) => size)).toEqual(Array.from({ length: KEYS }, () => 1))
  expect(broker.orders()).toHaveLength(KEYS)
  await mounted.close()
  await service.close()
})

test('a thousand parallel orders of one key with two bodies make one order; the other body is 422 for everyone', async () => {
  const { service, broker } = await makeService([], { submitWithin: 60_000, quoteMaximumAge: 60_000 })
  const api = createExecutionApi({ service, authenticate, ...wide })
  const answers = await Promise.all(Array.from({ length: 1000 }, (_, index) => api.fetch(new Request(`http://x${BASE}/order`, post('k', { ...cheap, quantity: index % 2 === 0 ? '0.25' : '0.5' })))))
  expect(answers.map(({ status }) => status)).toEqual(answers.map((_, index) => (index % 2 === 0 ? 201 : 422)))
  expect(broker.orders()).toHaveLength(1)
  await service.close()
})

test.each(['die-before-send', 'die-after-send'] as const)('kill -9, %s; a retry with the same key makes one order', async (mode) => {
  const folder = mortalFolder()
  const first = await startMortal(folder, { mode })
  await expect(fetch(`http://127.0.0.1:${first.port}${BASE}/order`, post('k1'))).rejects.toThrow('fetch failed')
  await first.ended
  const second = await startMortal(folder)
  const address = `http://127.0.0.1:${second.port}${BASE}`
  const [recovered] = (await (await fetch(`${address}/orders`)).json()) as readonly Order[]
  expect(recovered?.status).toBe(mode === 'die-before-send' ? 'denied' : 'new')
  const orders: Order[] = []
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const response = await fetch(`${address}/order`, post('k1'))
    expect(response.status).toBe(201)
    orders.push((await response.json()) as Order)
  }
  expect(new Set(orders.map(({ id }) => id))).toEqual(new Set([recovered?.id]))
  expect((await fetch(`${address}/order`, post('k1', { ...cheap, quantity: '2' }))).status).toBe(422)
  expect((await second.report()).brokerOrders).toBe(1)
  await second.kill()
})
