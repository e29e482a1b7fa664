import { describe, expect, test } from 'vitest'
import { hosts } from '../support/hosts.ts'
import { openApi } from '../support/open-api.ts'
import { assertProblem, resting, send } from '../support/requests.ts'

const JSON_TYPE = { 'Content-Type': 'application/json' }
/** JSON as a person would write it: a parser in front of us writes it out shorter. */
const spaced = JSON.stringify(resting, null, 2)

describe.each(hosts)('over $name', (host) => {
  test('JSON with spaces is taken where the bytes arrive, and refused where a parser swallowed them', async () => {
    const { mounted, broker } = await openApi(host)
    const response = await send(mounted, 'POST', '/order', spaced, { key: 'k1' })
    if (host.rawBody) expect(response.status).toBe(201)
    else await assertProblem(response, 400, 'BODY_UNPROVEN')
    expect(broker.orders()).toHaveLength(host.rawBody ? 1 : 0)
  })

  test('a second quantity never decides, whatever was read before us', async () => {
    const { mounted, broker } = await openApi(host)
    const body = JSON.stringify(resting)
    for (const twice of [`${body.slice(0, -1)},"quantity":"9"}`, `{"quantity":"9",${body.slice(1)}`, `${body.slice(0, -1)},"quantit\\u0079":"9"}`]) {
      await assertProblem(await send(mounted, 'POST', '/order', twice, { key: 'k1' }), 400, host.rawBody ? 'JSON_DUPLICATE_KEY' : 'BODY_UNPROVEN')
    }
    expect(broker.orders()).toEqual([])
  })

  test('codes and the kill switch are read behind any parser: nothing may be in their way', async () => {
    const { mounted, service } = await openApi(host)
    const engaged = await send(mounted, 'POST', '/kill-switch', JSON.stringify({ action: 'engage', reason: 'spaces' }, null, 4))
    expect(engaged.status).toBe(200)
    expect(service.killSwitch.status().engaged).toHaveLength(1)
  })

  test('a body of exactly the limit is read, one byte more is not', async () => {
    const { mounted } = await openApi(host, [], { bodyLimit: 1000 })
    const padded = (size: number): string => `{"strategy":"${'x'.repeat(size - 15)}"}`
    expect([padded(1000).length, padded(1001).length]).toEqual([1000, 1001])
    await assertProblem(await send(mounted, 'POST', '/preflight', padded(1000)), 422, 'ORDER_INVALID')
    await assertProblem(await send(mounted, 'POST', '/preflight', padded(1001)), 413, 'BODY_TOO_LARGE')
  })

  test('eight levels are read, nine are refused', async () => {
    const { mounted } = await openApi(host)
    const nested = (levels: number): string => `{"symbol":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`
    await assertProblem(await send(mounted, 'POST', '/preflight', nested(8)), 422, 'ORDER_INVALID')
    await assertProblem(await send(mounted, 'POST', '/preflight', nested(9)), 400, 'JSON_TOO_DEEP')
    await assertProblem(await send(mounted, 'POST', '/preflight', nested(5000)), 400, 'JSON_TOO_DEEP')
  })

  test('bytes that are no UTF-8 are refused where they arrive', async () => {
    const { mounted, service } = await openApi(host)
    if (host.rawBody) {
      for (const bytes of [[0x22, 0xff, 0x22], [0x7b, 0xc3, 0x28, 0x7d], [0xed, 0xa0, 0x80]]) {
        const response = await mounted.send('/api/v1/execution/order', { method: 'POST', body: new Uint8Array(bytes), headers: { ...JSON_TYPE, Authorization: 'Bearer zqcanary-alice', 'Idempotency-Key': 'k1' } })
        await assertProblem(response, 400, 'BODY_MALFORMED')
      }
    }
    await assertProblem(await send(mounted, 'POST', '/order', { ...resting, symbol: 'A\ufffdPL' }, { key: 'k1' }), 422, 'ORDER_INVALID')
    expect(await service.listOrders()).toEqual([])
  })

  test.each(['application/json', 'Application/JSON', 'application/json;charset=utf-8', 'application/json; charset="UTF-8"'])('%s is JSON', async (type) => {
    const { mounted } = await openApi(host)
    expect((await send(mounted, 'POST', '/order', resting, { key: 'k1', headers: { 'Content-Type': type } })).status).toBe(201)
  })

  test('a compressed body is refused: a small one may be large inside', async () => {
    const { mounted } = await openApi(host)
    expect((await send(mounted, 'POST', '/order', resting, { key: 'k1', headers: { 'Content-Encoding': 'identity' } })).status).toBe(201)
    if (!host.rawBody) return
    for (const coding of ['gzip', 'br', 'deflate', 'identity, gzip']) {
      await assertProblem(await send(mounted, 'POST', '/order', resting, { key: 'k2', headers: { 'Content-Encoding': coding } }), 415, 'MEDIA_TYPE_UNSUPPORTED')
    }
  })

  test('a symbol is what it looks like: no letter of another script, no mark that is not seen, no case folded', async () => {
    const { mounted, service } = await openApi(host)
    for (const symbol of ['\u0410APL', 'AAPL\u200b', '\u202eAAPL', 'AAP\u017f', '\u0131BM', 'aapl', ' AAPL', 'AAPL ', 'ＡＡＰＬ', '', 'A'.repeat(33), '../AAPL', 'AAPL\n']) {
      const problem = await assertProblem(await send(mounted, 'POST', '/order', { ...resting, symbol }, { key: 'k1' }), 422, 'ORDER_INVALID')
      expect(problem.errors).toEqual([expect.objectContaining({ pointer: '/symbol' })])
    }
    expect(await service.listOrders()).toEqual([])
  })

  test('prices are decimal strings like quantities, at every depth', async () => {
    const { mounted } = await openApi(host)
    for (const price of [100, '1e2', '-100', 'NaN', '0x64', '100.0000000001', '1000000000000']) {
      const single = await assertProblem(await send(mounted, 'POST', '/order', { ...resting, limitPrice: price }, { key: 'k1' }), 422, 'ORDER_INVALID')
      expect(single.errors?.map(({ pointer }) => pointer)).toContain('/limitPrice')
      const deep = await assertProblem(await send(mounted, 'POST', '/order', { ...resting, orderClass: 'oto', takeProfit: { limitPrice: price } }, { key: 'k1' }), 422, 'ORDER_INVALID')
      expect(deep.errors?.map(({ pointer }) => pointer)).toContain('/takeProfit/limitPrice')
    }
  })

  test('every broken rule is named at its place, and no more of them than a person reads', async () => {
    const { mounted } = await openApi(host)
    const wrong = await assertProblem(await send(mounted, 'POST', '/order', { symbol: 'AAPL', side: 'hold', type: 'limit', quantity: '1e9', timeInForce: 'day' }, { key: 'k1' }), 422, 'ORDER_INVALID')
    expect(wrong.errors?.map(({ pointer }) => pointer).toSorted()).toEqual(expect.arrayContaining(['/quantity', '/side']))
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`field${index}`, index]))
    const flooded = await assertProblem(await send(mounted, 'POST', '/kill-switch', { action: 'engage', reason: 'x', ...many }), 422, 'REQUEST_INVALID')
    expect(flooded.errors).toHaveLength(20)
    expect(flooded.detail.length).toBeLessThan(2000)
  })

  test('what is refused claims no key: the same key places the order once it is right', async () => {
    const { mounted, broker } = await openApi(host)
    await assertProblem(await send(mounted, 'POST', '/order', { ...resting, quantity: '-1' }, { key: 'k1' }), 422, 'ORDER_INVALID')
    await assertProblem(await send(mounted, 'POST', '/order', { ...resting, account: 'other' }, { key: 'k1' }), 404, 'ACCOUNT_NOT_FOUND')
    expect((await send(mounted, 'POST', '/order', resting, { key: 'k1' })).status).toBe(201)
    expect(broker.orders()).toHaveLength(1)
  })

  test.each([5, true, null, {}, ['k1'], '', 'x'.repeat(129), 'two words'])('a key in the body that is %j is refused', async (idempotencyKey) => {
    const { mounted, service } = await openApi(host)
    const response = await send(mounted, 'POST', '/order', { ...resting, idempotencyKey })
    expect([400, 422]).toContain(response.status)
    expect(await service.listOrders()).toEqual([])
  })

  test.each([5, null, {}, ['main'], '', 'no account', '*'])('an account that is %j is refused', async (account) => {
    const { mounted, service } = await openApi(host)
    const response = await send(mounted, 'POST', '/order', { ...resting, account }, { key: 'k1', as: 'root' })
    expect([404, 422]).toContain(response.status)
    expect(await service.listOrders()).toEqual([])
  })
})
