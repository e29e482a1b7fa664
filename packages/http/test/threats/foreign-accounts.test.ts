import { expect, test } from 'vitest'
import { createExecutionApi } from '../../src/index.ts'
import { routes } from '../../src/routes/routes.ts'
import { makeService, RIGHT_CODE } from '../support/make-service.ts'
import { authenticate } from '../support/principals.ts'
import { BASE, bearer, bodyOf, resting } from '../support/requests.ts'

interface Attempt {
  readonly method: string
  readonly path: string
  readonly body?: unknown
}

/** How each route is asked about an order or an account; null for what concerns no account. */
const attempts: Readonly<Record<string, ((name: { readonly order: string; readonly account: string }) => Attempt) | null>> = {
  placeOrder: ({ account }) => ({ method: 'POST', path: '/order', body: { ...resting, account } }),
  preflight: ({ account }) => ({ method: 'POST', path: '/preflight', body: { ...resting, account } }),
  getOrder: ({ order }) => ({ method: 'GET', path: `/order/${order}` }),
  getOrderEvents: ({ order }) => ({ method: 'GET', path: `/order/${order}/events` }),
  replaceOrder: ({ order }) => ({ method: 'PATCH', path: `/order/${order}`, body: { quantity: '2' } }),
  cancelOrder: ({ order }) => ({ method: 'DELETE', path: `/order/${order}` }),
  approveOrder: ({ order }) => ({ method: 'POST', path: `/order/${order}/approval`, body: { code: RIGHT_CODE } }),
  listOrders: ({ account }) => ({ method: 'GET', path: `/orders?account=${account}` }),
  cancelOrders: ({ account }) => ({ method: 'DELETE', path: `/orders?account=${account}` }),
  listPositions: ({ account }) => ({ method: 'GET', path: `/positions?account=${account}` }),
  getAccount: ({ account }) => ({ method: 'GET', path: `/account?account=${account}` }),
  getGuards: ({ account }) => ({ method: 'GET', path: `/guards?account=${account}` }),
  changeKillSwitch: ({ account }) => ({ method: 'POST', path: '/kill-switch', body: { action: 'engage', scope: `account:${account}`, reason: 'x' } }),
  streamEvents: ({ account }) => ({ method: 'GET', path: `/events?account=${account}` }),
  getKillSwitch: null,
}

test('every private route is in the table of attempts', () => {
  expect(Object.keys(attempts).toSorted()).toEqual(routes.filter(({ access }) => access === 'private').map(({ document }) => document.operationId).toSorted())
})

test.each(Object.keys(attempts).filter((name) => attempts[name] !== null))('%s answers a foreign account like one that never was, and does nothing', async (name) => {
  const { service } = await makeService()
  const foreign = await service.placeOrder({ ...resting, account: 'other', idempotencyKey: 'k1' })
  const api = createExecutionApi({ service, authenticate })
  const ask = (order: string, account: string): Promise<Response> => {
    const { method, path, body } = attempts[name]!({ order, account })
    return api.fetch(new Request(`http://x${BASE}${path}`, { method, headers: { ...bearer('alice'), 'If-Match': '*', 'Idempotency-Key': 'k2', ...(body !== undefined && { 'Content-Type': 'application/json' }) }, ...(body !== undefined && { body: JSON.stringify(body) }) }))
  }
  const [known, unknown] = [await ask(foreign.id, 'other'), await ask('00000000-0000-7000-8000-000000000000', 'nowhere')]
  expect([known.status, unknown.status]).toEqual([404, 404])
  expect([...known.headers.keys()]).toEqual([...unknown.headers.keys()])
  expect(await bodyOf(known)).toEqual(await bodyOf(unknown))
  expect(await service.getOrderStatus(foreign.id)).toEqual(foreign)
  expect(await service.listOrders()).toHaveLength(1)
  expect(service.killSwitch.status().engaged).toEqual([])
  await service.close()
})
