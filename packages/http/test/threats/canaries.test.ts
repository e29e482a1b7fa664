import { createExecutionService, highValueApproval, memoryJournal, simulatedBroker, type StreamItem } from '@sluice/core'
import { expect, onTestFinished, test, vi } from 'vitest'
import { signRequests } from '../../src/client/index.ts'
import { anyOf, bearerTokens, cookieSession, createExecutionApi, hashToken, signedRequests, toNodeHandler } from '../../src/index.ts'
import { BASE } from '../support/base.ts'
import { listen } from '../support/hosts.ts'
import { resting } from '../support/requests.ts'

/** Each secret that a request can carry, marked so that it is found wherever it leaks. */
const secrets = { token: 'canary-token-8f1d', wrongToken: 'canary-wrong-77aa', cookie: 'canary-cookie-02bc', hmac: 'canary-hmac-51e0', code: 'canary-code-9913', wrongCode: 'canary-code-0000' }

test('no secret of a request is in an answer, a log line, an event or an order, whatever was asked and whatever failed', async () => {
  const kept: string[] = []
  const keep = (...more: readonly unknown[]): void => { kept.push(more.map((one) => (one instanceof Error ? `${one.message} ${one.stack ?? ''}` : typeof one === 'string' ? one : JSON.stringify(one))).join(' ')) }
  const logger = { debug: keep, info: keep, warn: keep, error: keep }
  for (const name of ['log', 'info', 'warn', 'error', 'debug'] as const) vi.spyOn(console, name).mockImplementation(keep)
  let step = 0
  const service = await createExecutionService({
    broker: simulatedBroker({ latency: [0, 0], volatility: 0, prices: { AAPL: '187.50' } }), journal: memoryJournal(), logger,
    guards: [highValueApproval({ above: '1000', approvals: { name: 'fixed', verify: ({ code }) => (code === secrets.code ? { valid: true, counter: 'fixed', step: (step += 1) } : { valid: false }) } })],
  })
  service.on('alert', keep)
  const principal = { id: 'alice', accounts: ['main'] }
  const api = createExecutionApi({
    service, logger,
    authenticate: anyOf(
      bearerTokens([{ sha256: hashToken(secrets.token), principal }]),
      signedRequests({ keyOf: (id) => (id === 'bot' ? { secret: secrets.hmac, principal } : undefined) }),
      cookieSession({ name: 'session', principalOf: (value) => { if (value === secrets.cookie) return principal; throw new Error('no such session') } }),
    ),
  })
  const mounted = await listen(toNodeHandler(api))
  onTestFinished(async () => { vi.restoreAllMocks(); await api.close(); await mounted.close(); await service.close() })

  const ask = async (method: string, path: string, headers: Record<string, string>, body?: unknown): Promise<Response> => {
    const response = await mounted.send(BASE + path, { method, headers: { ...headers, ...(body !== undefined && { 'Content-Type': 'application/json' }) }, ...(body !== undefined && { body: JSON.stringify(body) }) })
    const text = response.headers.get('Content-Type')?.startsWith('text/event-stream') === true ? '' : await response.clone().text()
    kept.push(`${response.status} ${JSON.stringify([...response.headers])} ${text}`)
    return response
  }
  const bearer = { Authorization: `Bearer ${secrets.token}` }
  const large = { ...resting, quantity: '20' }
  const order = (await (await ask('POST', '/order', { ...bearer, 'Idempotency-Key': 'k1' }, large)).json()) as { readonly id: string }
  expect((await ask('POST', `/order/${order.id}/approval`, bearer, { code: secrets.wrongCode })).status).toBe(403)
  expect((await ask('POST', `/order/${order.id}/approval`, bearer, { code: secrets.code })).status).toBe(200)
  expect((await ask('POST', '/kill-switch', bearer, { action: 'engage', scope: 'account:main', reason: 'drill' })).status).toBe(200)
  expect((await ask('POST', '/kill-switch', bearer, { action: 'release', scope: 'account:main', code: secrets.wrongCode, reason: 'x' })).status).toBe(403)
  expect((await ask('POST', '/kill-switch', bearer, { action: 'release', scope: 'account:main', code: secrets.code, reason: 'x' })).status).toBe(200)
  for (const headers of [{ Authorization: `Bearer ${secrets.wrongToken}` }, { Cookie: `session=${secrets.wrongToken}` }, { Cookie: `session=${secrets.cookie}` }, { 'X-Signature-Key': secrets.hmac, 'X-Signature': secrets.hmac }] as readonly Record<string, string>[]) {
    await ask('GET', '/orders', headers)
    await ask('POST', '/order', { ...headers, 'Idempotency-Key': 'k2', 'Sec-Fetch-Site': 'cross-site' }, { ...resting, quantity: '-1' })
  }
  const url = `${mounted.origin}${BASE}/orders`
  expect((await ask('GET', '/orders', await signRequests({ keyId: 'bot', secret: secrets.hmac })({ method: 'GET', url, body: undefined, headers: {} }))).status).toBe(200)
  await ask('GET', `/orders?access_token=${secrets.token}`, {})
  Object.assign(service, { listOrders: () => Promise.reject(new Error('broken')) })
  expect((await ask('GET', '/orders', bearer)).status).toBe(500)

  const events: StreamItem[] = []
  for (const account of ['main', '*']) {
    for await (const item of service.events({ account, signal: AbortSignal.timeout(1500) })) events.push(item)
  }
  keep(events, await service.getOrderStatus(order.id), await service.orderEvents(order.id))
  expect(events.map(({ type }) => type)).toEqual(expect.arrayContaining(['order_pending_approval', 'order_accepted', 'kill_switch_changed']))
  expect(kept.length).toBeGreaterThan(15)
  expect(kept.filter((text) => text.includes('canary'))).toEqual([])
})

test('a token in the address authenticates nobody: only headers do', async () => {
  const service = await createExecutionService({ broker: simulatedBroker(), journal: memoryJournal() })
  const api = createExecutionApi({ service, authenticate: bearerTokens([{ sha256: hashToken('t'), principal: { id: 'alice', accounts: ['main'] } }]) })
  for (const path of ['/events?access_token=t', '/events?token=t', '/orders?authorization=Bearer%20t']) {
    expect((await api.fetch(new Request(`http://x${BASE}${path}`))).status).toBe(401)
    expect((await api.fetch(new Request(`http://x${BASE}${path}`, { headers: { Authorization: 'Bearer t' } }))).status).toBe(422)
  }
  await service.close()
})
