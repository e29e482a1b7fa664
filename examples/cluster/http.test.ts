import { createExecutionApi } from '@sluice/http'
import { simulatedBroker } from '@sluice/core'
import { type ClusterNode, createClusterNode } from '@sluice/journal-postgres'
import { startPostgres } from '@sluice/journal-postgres/testing'
import { afterAll, describe, expect, it } from 'vitest'

const server = await startPostgres()
const nodes: ClusterNode[] = []
afterAll(async () => {
  await Promise.all(nodes.map((node) => node.close()))
  await server?.stop()
})

const ACCOUNTS = Array.from({ length: 12 }, (_, index) => `account-${index}`)
const PATH = 'http://host/api/v1/execution'

describe.skipIf(server === undefined)('the HTTP package on a node that does not own the account', () => {
  it('places, shows, cancels and streams as the owner does', async () => {
    const { connectionString = '' } = server ?? {}
    nodes.push(...await Promise.all(['a', 'b'].map((name) => createClusterNode({
      journal: { connectionString, name, lease: 2000 }, accounts: ACCOUNTS,
      service: () => ({ broker: simulatedBroker({ quotes: () => ({ bid: '99.9', ask: '100.1' }) }) }),
    }))))
    await expect.poll(() => Math.min(...nodes.map(({ owned }) => owned.length))).toBeGreaterThan(0)
    await expect.poll(() => nodes.flatMap(({ owned }) => owned).length).toBe(ACCOUNTS.length)
    const [owner, other] = nodes as [ClusterNode, ClusterNode]
    const account = owner.owned[0] as string
    const api = createExecutionApi({ service: other.service, authenticate: () => ({ id: 'ann', accounts: '*' }) })

    const ask = (method: string, path: string, body?: object, headers: Record<string, string> = {}): Promise<Response> => Promise.resolve(api.fetch(new Request(`${PATH}${path}`, {
      method, headers: { 'content-type': 'application/json', ...headers }, ...(body !== undefined && { body: JSON.stringify(body) }),
    })))
    const order = { account, symbol: 'AAPL', side: 'buy', type: 'limit', quantity: '1', limitPrice: '90', timeInForce: 'day' }
    const placed = await ask('POST', '/order', order, { 'idempotency-key': 'k1' })
    const text = await placed.text()
    expect(placed.status, text).toBe(201)
    const { id } = JSON.parse(text) as { id: string }
    const replay = await ask('POST', '/order', order, { 'idempotency-key': 'k1' })
    expect([replay.headers.get('idempotency-replayed'), (await replay.json() as { id: string }).id]).toEqual(['true', id])
    expect((await ask('POST', '/order', { ...order, quantity: '2' }, { 'idempotency-key': 'k1' })).status).toBe(422)
    expect(await (await ask('GET', `/order/${id}`)).json()).toMatchObject({ id, account, status: 'new' })

    const stop = new AbortController()
    const stream = await api.fetch(new Request(`${PATH}/events?account=${account}`, { headers: { accept: 'text/event-stream', 'last-event-id': '0' }, signal: stop.signal }))
    expect(stream.status).toBe(200)
    const reader = (stream.body as ReadableStream<Uint8Array>).getReader()
    const decoder = new TextDecoder()
    let heard = ''
    const cancelled = await ask('DELETE', `/order/${id}`)
    expect(cancelled.status).toBeLessThan(300)
    while (!heard.includes('order_canceled')) {
      const { value, done } = await reader.read()
      if (done) break
      heard += decoder.decode(value, { stream: true })
    }
    stop.abort()
    expect(heard).toContain('order_canceled')
  })
})
