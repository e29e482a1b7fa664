import assert from 'node:assert/strict'
import { createExecutionClient, ExecutionClientError } from '@sluice/http/client'

/** What a desk would do over HTTP, answer by answer: orders, replays, refusals, a stream, a replace, a cancel, the kill switch. */
export async function tradeOverHttp(origin: string, token: string): Promise<void> {
  const base = `${origin}/api/v1/execution`
  const own = { Authorization: `Bearer ${token}` }
  const post = (path: string, body: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(base + path, { method: 'POST', body, headers: { ...own, 'Content-Type': 'application/json', ...headers } })
  const problemIn = async (response: Response, status: number): Promise<string> => {
    assert.equal(response.status, status)
    assert.equal(response.headers.get('Content-Type'), 'application/problem+json')
    return ((await response.json()) as { code: string }).code
  }
  const resting = { symbol: 'AAPL', side: 'buy', type: 'limit', quantity: '10', limitPrice: '100', timeInForce: 'day' } as const
  const text = JSON.stringify(resting)

  const placed = await post('/order', text, { 'Idempotency-Key': 'k1' })
  const order = (await placed.json()) as { id: string; status: string }
  assert.deepEqual([placed.status, order.status, placed.headers.get('Location')], [201, 'new', `/api/v1/execution/order/${order.id}`])
  const replay = await post('/order', text, { 'Idempotency-Key': 'k1' })
  assert.deepEqual([replay.status, replay.headers.get('Idempotency-Replayed'), ((await replay.json()) as { id: string }).id], [201, 'true', order.id])
  const storm = await Promise.all(Array.from({ length: 50 }, () => post('/order', text, { 'Idempotency-Key': 'storm' })))
  assert.equal(new Set(await Promise.all(storm.map(async (one) => ((await one.json()) as { id: string }).id))).size, 1)

  assert.equal(await problemIn(await post('/order', text, { 'Idempotency-Key': 'k1', Authorization: 'Bearer other' }), 401), 'UNAUTHENTICATED')
  assert.equal(await problemIn(await post('/order', text), 400), 'IDEMPOTENCY_KEY_MISSING')
  assert.equal(await problemIn(await post('/order', text.replace('"10"', '"11"'), { 'Idempotency-Key': 'k1' }), 422), 'IDEMPOTENCY_CONFLICT')
  assert.equal(await problemIn(await post('/order', `${text.slice(0, -1)},"quantity":"9"}`, { 'Idempotency-Key': 'k2' }), 400), 'JSON_DUPLICATE_KEY')
  assert.equal(await problemIn(await post('/order', text.replace('"10"', '"101"'), { 'Idempotency-Key': 'k3' }), 422), 'POSITION_LIMIT_EXCEEDED')
  assert.equal(await problemIn(await post('/order', JSON.stringify({ ...resting, account: 'other' }), { 'Idempotency-Key': 'k4' }), 404), 'ACCOUNT_NOT_FOUND')
  assert.equal(await problemIn(await post('/order', `"${'x'.repeat(70_000)}"`, { 'Idempotency-Key': 'k5' }), 413), 'BODY_TOO_LARGE')
  assert.equal(await problemIn(await post('/order', text, { 'Idempotency-Key': 'k6', 'Content-Type': 'text/plain' }), 415), 'MEDIA_TYPE_UNSUPPORTED')
  assert.equal(await problemIn(await fetch(`${base}/order`, { method: 'PUT', headers: own }), 405), 'METHOD_NOT_ALLOWED')
  assert.equal(await problemIn(await fetch(`${base}/nothing`, { headers: own }), 404), 'ROUTE_NOT_FOUND')
  const head = await fetch(`${base}/orders`, { method: 'HEAD', headers: own })
  assert.deepEqual([head.status, await head.text()], [200, ''])

  const client = createExecutionClient({ baseUrl: base, getHeaders: () => own })
  const seen: string[] = []
  for await (const item of client.events({ account: 'main' })) {
    seen.push(item.type)
    if (seen.filter((type) => type === 'order_accepted').length === 2) break
  }
  const changed = await client.replaceOrder(order.id, { quantity: '5' })
  assert.equal(changed.quantity, '5')
  assert.equal((await client.cancelOrder(order.id)).status, 'canceled')
  assert.equal((await client.killSwitch.engage({ reason: 'drill' })).durable, true)
  assert.equal((await client.placeOrder(resting)).status, 'denied')
  await assert.rejects(client.getOrder('unknown'), (error) => ExecutionClientError.isInstance(error) && error.code === 'ORDER_NOT_FOUND')
}
