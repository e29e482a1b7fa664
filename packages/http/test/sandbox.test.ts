import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openSandbox } from './support/sandbox.ts'

test('a whole service with its API runs where there is nothing but the web: it places, cancels and streams', async () => {
  const { evaluate } = openSandbox()
  expect(evaluate('[typeof process, typeof Buffer, typeof require, typeof setImmediate].join()')).toBe('undefined,undefined,undefined,undefined')
  const answer = await evaluate(`(async () => {
    const { createExecutionApi, createExecutionService, simulatedBroker, memoryJournal, bearerTokens, hashToken } = sluice
    const broker = simulatedBroker({ latency: [0, 0], volatility: 0, prices: { AAPL: '187.50' } })
    const service = await createExecutionService({ broker, journal: memoryJournal() })
    const api = createExecutionApi({ service, authenticate: bearerTokens([{ sha256: hashToken('t'), principal: { id: 'edge', accounts: ['main'] } }]) })
    const ask = (method, path, body) => api.fetch(new Request('https://edge.test/api/v1/execution' + path, {
      method, body: body && JSON.stringify(body), headers: { Authorization: 'Bearer t', 'Idempotency-Key': 'k1', ...(body && { 'Content-Type': 'application/json' }) },
    }))
    const placed = await ask('POST', '/order', { symbol: 'AAPL', side: 'buy', type: 'limit', quantity: '1', limitPrice: '100', timeInForce: 'day' })
    const order = await placed.json()
    const stream = (await ask('GET', '/events')).body.getReader()
    let events = ''
    for (let turn = 0; turn < 20 && !events.includes('order_accepted'); turn += 1) events += new TextDecoder().decode((await stream.read()).value)
    await stream.cancel()
    const cancelled = await (await ask('DELETE', '/order/' + order.id)).json()
    const nobody = await api.fetch(new Request('https://edge.test/api/v1/execution/orders'))
    const document = await (await ask('GET', '/openapi.json')).text()
    let refusal = ''
    try { sluice.createNodeServer(api) } catch (error) { refusal = error.code }
    await api.close()
    await service.close()
    return JSON.stringify({ told: [placed.status, order.status, cancelled.status, nobody.status, broker.orders().length, refusal, events.includes('order_accepted')], document })
  })()`)
  const { told, document } = JSON.parse(String(answer)) as { readonly told: readonly unknown[]; readonly document: string }
  expect(told).toEqual([201, 'new', 'canceled', 401, 1, 'CONFIGURATION_INVALID', true])
  // What a bundler leaves out because nothing names it would be missing here.
  expect(JSON.parse(document)).toEqual(JSON.parse(readFileSync(join(import.meta.dirname, 'contract/openapi.v1.json'), 'utf8')))
})
