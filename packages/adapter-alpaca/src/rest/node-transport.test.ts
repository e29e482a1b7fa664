import { Agent as PlainAgent, createServer as createPlain, type RequestListener } from 'node:http'
import { Agent, createServer as createSecure } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import type { Duplex } from 'node:stream'
import { afterEach, describe, expect, test } from 'vitest'
import { classifyError } from './classify-error.ts'
import { nodeTransport } from './node-transport.ts'
import type { AlpacaTransport, TransportRequest } from './transport.ts'

const closing: (() => void)[] = []
afterEach(() => { for (const close of closing.splice(0)) close() })

interface Line {
  readonly transport: AlpacaTransport
  readonly url: string
  readonly received: string[]
}

const psk = Buffer.from('0123456789abcdef0123456789abcdef', 'hex')

/** TLS by a shared key: a handshake like any other, and no certificate to keep in a repository. */
const shared = { ciphers: 'PSK', maxVersion: 'TLSv1.2' } as const

async function open(secure: boolean, answer: RequestListener = (_request, response) => { response.end('{}') }): Promise<Line> {
  const received: string[] = []
  const listener: RequestListener = (request, response) => {
    received.push(`${request.method ?? ''} ${request.url ?? ''}`)
    request.resume().on('end', () => { answer(request, response) })
  }
  const server: Server = secure ? createSecure({ ...shared, pskCallback: () => psk }, listener) : createPlain(listener)
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  const agent = new Agent({ ...shared, keepAlive: true, pskCallback: () => ({ psk, identity: 'test' }), checkServerIdentity: () => undefined })
  const transport = nodeTransport(secure ? { agent } : {})
  closing.push(() => {
    agent.destroy()
    transport.close()
    server.close()
  })
  return { transport, received, url: `${secure ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}/v2/orders` }
}

const post = (url: string, overrides: Partial<TransportRequest> = {}): TransportRequest => ({
  url, method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"qty":"1"}', signal: new AbortController().signal, permit: undefined, ...overrides,
})

describe.each([['http', false], ['https', true]] as const)('%s', (_name, secure) => {
  test('a new connection and a warm one carry a request and its answer', async () => {
    const { received, transport, url } = await open(secure)
    for (let count = 0; count < 3; count += 1) {
      const response = await transport.send(post(url))
      expect([response.status, await response.text()]).toEqual([200, '{}'])
    }
    expect(received).toEqual(Array.from({ length: 3 }, () => 'POST /v2/orders'))
  })

  test('the permit is asked once, when the connection stands, and without it nothing arrives', async () => {
    const { received, transport, url } = await open(secure)
    let asked = 0
    const refused = transport.send(post(url, { permit: () => { asked += 1; return false } }))
    expect(asked, 'not before the handshake').toBe(0)
    await expect(refused).rejects.toMatchObject({ name: 'TransportError', code: 'NOT_PERMITTED' })
    expect(asked).toBe(1)
    await transport.send(post(url, { permit: () => true }))
    expect(received).toHaveLength(1)
  })

  test('given up after the write it fails as it was told, and not as if nothing had left', async () => {
    const { transport, url } = await open(secure, () => undefined)
    const stop = new AbortController()
    const pending = transport.send(post(url, { signal: stop.signal, permit: () => { setTimeout(() => { stop.abort(new DOMException('too late', 'TimeoutError')) }, 20); return true } }))
    await expect(pending).rejects.toMatchObject({ name: 'TimeoutError' })
  })
})

test('given up before the write it is certain that nothing left', async () => {
  const { received, transport, url } = await open(false)
  const stop = new AbortController()
  const pending = transport.send(post(url, { signal: stop.signal }))
  stop.abort()
  await expect(pending).rejects.toMatchObject({ code: 'NOT_CONNECTED' })
  expect(received).toEqual([])
})

/** Remembers the connection that it made. */
class RememberingAgent extends PlainAgent {
  made: Duplex | null | undefined

  override createConnection(...parameters: Parameters<PlainAgent['createConnection']>): Duplex | null | undefined {
    this.made = super.createConnection(...parameters)
    return this.made
  }
}

test.each(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT'])('a line that ends with %s after the write proves nothing', async (code) => {
  const { received, url } = await open(false, () => undefined)
  const agent = new RememberingAgent()
  const sent = nodeTransport({ agent }).send(post(url))
  await expect.poll(() => received.length).toBe(1)
  agent.made?.destroy(Object.assign(new Error('the network behind it went'), { code }))
  const error: unknown = await sent.catch((caught: unknown) => caught)
  expect(error).toMatchObject({ code })
  expect(classifyError(error)).toMatchObject({ kind: 'ambiguous' })
})

test('a redirect is not followed, and credentials stay where they were sent', async () => {
  const { received, transport, url } = await open(false, (_request, response) => { response.writeHead(302, { Location: '/elsewhere' }).end() })
  await expect(transport.send(post(url))).rejects.toMatchObject({ code: 'REDIRECTED' })
  expect(received).toEqual(['POST /v2/orders'])
})

test('a handshake that fails leaves nothing behind', async () => {
  const { url } = await open(true)
  await expect(nodeTransport().send(post(url))).rejects.toMatchObject({ code: 'NOT_CONNECTED' })
})
