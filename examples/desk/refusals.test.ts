// What the demo refuses over HTTP: each refusal is a problem with a code and a sentence, and nothing reaches the broker.
import { expect, test } from 'vitest'
import { type OpenDesk, openDesk, SMALL_ORDER } from './support/open-desk.ts'

/** Posts an order that must be refused, and looks into the broker's own books. */
async function expectRefused(
  desk: OpenDesk, body: unknown, expected: { readonly status: number; readonly code: string; readonly pointer?: string },
  headers?: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const before = desk.booked()
  const answer = await desk.post('/order', body, headers)
  const { status, code, pointer } = expected
  expect(answer, JSON.stringify(body).slice(0, 200)).toMatchObject({ status, body: { status, code, type: expect.stringMatching(/^urn:sluice:problem:/) as string } })
  expect(answer.body.detail, 'a sentence that can be read').toMatch(/\w+ \w+/)
  expect(answer.body.detail.length).toBeLessThan(500)
  if (pointer !== undefined) expect(answer.body.errors?.map((error) => error.pointer)).toContain(pointer)
  expect(desk.booked(), 'orders at the broker').toBe(before)
}

test('while the kill switch is engaged, with its reason', async () => {
  const desk = await openDesk()
  expect((await desk.post('/kill-switch', { action: 'engage', reason: 'A fat finger' })).status).toBe(200)
  await expectRefused(desk, SMALL_ORDER, { status: 422, code: 'KILL_SWITCH_ENGAGED' })
  const again = await desk.post('/order', SMALL_ORDER)
  expect(again.body.detail).toContain('A fat finger')
  const release = await desk.post('/kill-switch', { action: 'release', reason: 'Over', code: '000000' })
  expect(release).toMatchObject({ status: 403, body: { code: 'APPROVAL_REFUSED' } })
})

test('over the position limit, over the order value and over the message rate', async () => {
  const desk = await openDesk({ burst: 3, perSecond: 0.01 })
  await expectRefused(desk, { ...SMALL_ORDER, symbol: 'NOK', quantity: '101' }, { status: 422, code: 'POSITION_LIMIT_EXCEEDED' })
  await expectRefused(desk, { ...SMALL_ORDER, quantity: '30' }, { status: 422, code: 'ORDER_VALUE_EXCEEDED' })
  for (let count = 0; count < 3; count += 1) expect((await desk.post('/order', SMALL_ORDER)).status).toBe(201)
  await expectRefused(desk, SMALL_ORDER, { status: 429, code: 'MESSAGE_RATE_EXCEEDED' })
  expect(desk.booked()).toBe(3)
})

test('after the daily loss, for all but orders that reduce', async () => {
  // What a market order pays for the spread is more than this.
  const desk = await openDesk({ dailyLoss: '0.02' })
  expect((await desk.post('/order', { ...SMALL_ORDER, quantity: '10' })).status).toBe(201)
  await expect.poll(() => desk.service.killSwitch.status().engaged).toMatchObject([{ scope: 'account:main', level: 'reduce_only' }])
  const before = desk.booked()
  const refused = await desk.post('/order', SMALL_ORDER)
  expect(refused.status).toBe(422)
  expect(['DAILY_LOSS_EXCEEDED', 'KILL_SWITCH_REDUCE_ONLY']).toContain(refused.body.code)
  expect(refused.body.detail).toContain('the session has lost')
  expect(desk.booked()).toBe(before)
  const reducing = await desk.post('/order', { ...SMALL_ORDER, side: 'sell', quantity: '10' })
  expect(reducing.status).toBe(201)
})

test('numbers that are not plain decimal strings', async () => {
  const desk = await openDesk()
  const malformed: readonly unknown[] = ['1e9', 'NaN', '-0', ' 1 ', '0x10', 'Infinity', '+1', '.5', '1_000', '', '0', '1,5', '\u0661', '9'.repeat(10_000), 1, 0.1, null, ['1'], {}]
  for (const quantity of malformed) await expectRefused(desk, { ...SMALL_ORDER, quantity }, { status: 422, code: 'ORDER_INVALID', pointer: '/quantity' })
  for (const limitPrice of malformed) {
    await expectRefused(desk, { ...SMALL_ORDER, type: 'limit', limitPrice }, { status: 422, code: 'ORDER_INVALID', pointer: '/limitPrice' })
  }
  expect(await desk.service.listOrders()).toEqual([])
})

test('fields that it does not know', async () => {
  const desk = await openDesk()
  await expectRefused(desk, { ...SMALL_ORDER, qty: '1' }, { status: 422, code: 'ORDER_INVALID', pointer: '/qty' })
  await expectRefused(desk, { ...SMALL_ORDER, limitPrice: '1' }, { status: 422, code: 'ORDER_INVALID', pointer: '/limitPrice' })
  expect((await desk.post('/kill-switch', { action: 'engage', reason: 'x', force: true })).status).toBe(422)
  const { engaged } = desk.service.killSwitch.status()
  expect(engaged).toEqual([])
})

test('strangers, with a wrong token or none', async () => {
  const desk = await openDesk()
  const authorizations = ['Bearer wrong', `Bearer ${desk.token}x`, `Basic ${desk.token}`, 'Bearer', undefined]
  for (const Authorization of authorizations) await expectRefused(desk, SMALL_ORDER, { status: 401, code: 'UNAUTHENTICATED' }, { Authorization })
  expect(await desk.service.listOrders()).toEqual([])
})

test('an order without a key, and a key that was used for another order', async () => {
  const desk = await openDesk()
  await expectRefused(desk, SMALL_ORDER, { status: 400, code: 'IDEMPOTENCY_KEY_MISSING' }, { 'Idempotency-Key': undefined })
  const key = { 'Idempotency-Key': 'mine' }
  const placed = await desk.post('/order', SMALL_ORDER, key)
  expect(placed.status).toBe(201)
  await expectRefused(desk, { ...SMALL_ORDER, quantity: '2' }, { status: 422, code: 'IDEMPOTENCY_CONFLICT' }, key)
  expect((await desk.post('/order', SMALL_ORDER, key)).body.id).toBe(placed.body.id)
  expect(desk.booked()).toBe(1)
})

test('a body that is no JSON, names a field twice or is too large', async () => {
  const desk = await openDesk()
  const text = JSON.stringify(SMALL_ORDER)
  await expectRefused(desk, text.slice(0, -1), { status: 400, code: 'JSON_MALFORMED' })
  await expectRefused(desk, `{"quantity":"1",${text.slice(1)}`, { status: 400, code: 'JSON_DUPLICATE_KEY' })
  await expectRefused(desk, { ...SMALL_ORDER, strategy: 'x'.repeat(100_000) }, { status: 413, code: 'BODY_TOO_LARGE' })
  expect(await desk.service.listOrders()).toEqual([])
})
