import { connect, type Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { createExecutionApi, createNodeServer, type ExecutionApiOptions, type NodeServer, type NodeServerOptions } from '../../src/index.ts'
import { BASE } from '../support/base.ts'
import { makeService, type TestService } from '../support/make-service.ts'
import { authenticate } from '../support/principals.ts'
import { bearer, resting } from '../support/requests.ts'

const HEAD = `POST ${BASE}/order HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer zqcanary-alice\r\nIdempotency-Key: slow\r\nContent-Type: application/json\r\n`

async function open(options: NodeServerOptions, apiOptions: Partial<ExecutionApiOptions> = {}): Promise<TestService & { readonly server: NodeServer; readonly port: number }> {
  const made = await makeService()
  const server = createNodeServer(createExecutionApi({ service: made.service, authenticate, requestRate: false, ...apiOptions }), { addressLimit: 5000, closeTimeout: 200, ...options })
  const port = await server.listen(0, '127.0.0.1')
  onTestFinished(async () => {
    await server.close()
    await made.service.close()
  })
  return { ...made, server, port }
}

interface Slow {
  readonly socket: Socket
  readonly answer: () => string
  readonly closed: Promise<unknown>
}

/** Resolves when a socket is closed, however that came. */
const closeOf = (socket: Socket): Promise<void> => new Promise((resolve) => { socket.once('close', () => { resolve() }) })

/** A socket that sends a piece, then a byte every so often, and never ends. */
function slowSocket(port: number, start: string): Slow {
  const socket = connect(port, '127.0.0.1')
  let answer = ''
  socket.setEncoding('latin1').on('data', (chunk: string) => { answer += chunk }).on('error', () => undefined)
  socket.write(start)
  const drip = setInterval(() => { socket.write('x') }, 20)
  const closed = closeOf(socket).finally(() => { clearInterval(drip) })
  onTestFinished(() => { socket.destroy() })
  return { socket, answer: () => answer, closed }
}

const connections = ({ server }: NodeServer): Promise<number> => new Promise((resolve, reject) => {
  server.getConnections((error, count) => { if (error === null) resolve(count); else reject(error) })
})

const order = async (port: number, key: string): Promise<number> => {
  const response = await fetch(`http://127.0.0.1:${port}${BASE}/order`, { method: 'POST', body: JSON.stringify({ ...resting, quantity: '0.25' }), headers: { ...bearer('alice'), 'Content-Type': 'application/json', 'Idempotency-Key': key } })
  await response.arrayBuffer()
  return response.status
}

test('five hundred sockets whose heads never end are cut in their time, and an honest client is served among them', async () => {
  const { server, port, broker } = await open({ headersTimeout: 400, requestTimeout: 800 })
  const slow = Array.from({ length: 500 }, () => slowSocket(port, `GET ${BASE}/orders HTTP/1.1\r\nHost: localhost\r\nX-Slow: `))
  await expect.poll(() => connections(server)).toBeGreaterThanOrEqual(100)
  for (let index = 0; index < 30; index += 1) expect(await order(port, `honest-${index}`)).toBe(201)
  await Promise.all(slow.map(({ closed }) => closed))
  expect(slow.filter(({ answer }) => answer() !== '' && !answer().startsWith('HTTP/1.1 408'))).toEqual([])
  expect(broker.orders()).toHaveLength(30)
  await expect.poll(() => connections(server)).toBeLessThanOrEqual(1)
})

test('bodies that drip are 408 in their time, place nothing, and their connections end', async () => {
  const { server, port, broker } = await open({ requestTimeout: 20_000 }, { bodyTimeout: 300 })
  const slow = Array.from({ length: 100 }, () => slowSocket(port, `${HEAD}Content-Length: 60000\r\n\r\n{"symbol":"`))
  expect(await order(port, 'honest')).toBe(201)
  await expect.poll(() => slow.filter(({ answer }) => answer().includes('BODY_TIMEOUT')).length).toBe(100)
  for (const { answer } of slow) expect(answer()).toMatch(/^HTTP\/1\.1 408 [^]*Connection: close\r\n/i)
  await Promise.all(slow.map(({ closed }) => closed))
  expect(broker.orders()).toHaveLength(1)
  await expect.poll(() => connections(server)).toBeLessThanOrEqual(1)
})

test('a body that never ends is not kept: what is over the limit is let go', async () => {
  const { port } = await open({})
  const socket = connect(port, '127.0.0.1')
  let answer = ''
  socket.setEncoding('latin1').on('data', (chunk: string) => { answer += chunk }).on('error', () => undefined)
  socket.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n`)
  const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`
  let sent = 0
  const closed = closeOf(socket)
  const push = (): void => {
    while (!socket.destroyed && socket.write(chunk)) sent += 1
    socket.once('drain', push)
  }
  push()
  await closed
  expect(answer).toContain('BODY_TOO_LARGE')
  // A megabyte is read on so that the refusal arrives; what socket buffers hold comes on top.
  expect(sent).toBeLessThan(400)
})

test('a sender that goes on reads the refusal of a body that is too large, may finish, and is not reset', async () => {
  const { server, port } = await open({})
  // Half open: that the server has said its last does not end what the sender says.
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  let answer = ''
  let isEnded = false
  const errors: Error[] = []
  const closed = closeOf(socket)
  socket.setEncoding('latin1').on('data', (chunk: string) => { answer += chunk }).on('error', (error) => { errors.push(error) }).on('end', () => {
    isEnded = true
    socket.end()
  })
  const piece = 'x'.repeat(50_000)
  socket.write(`${HEAD}Content-Length: 500000\r\n\r\n${piece}${piece}`)
  await expect.poll(() => answer).toContain('BODY_TOO_LARGE')
  expect(answer).toMatch(/^HTTP\/1\.1 413 [^]*Connection: close\r\n/i)
  for (let index = 0; index < 8; index += 1) {
    expect([isEnded, errors]).toEqual([false, []])
    await new Promise((resolve) => { socket.write(piece, resolve) })
    await new Promise((resolve) => { setTimeout(resolve, 5) })
  }
  await closed
  expect([isEnded, errors]).toEqual([true, []])
  expect(answer.match(/HTTP\/1\.1/g)).toHaveLength(1)
  await expect.poll(() => connections(server)).toBe(0)
})

test('a sender that stops in the middle of what is too large holds its connection no longer than a body has', async () => {
  const { server, port } = await open({ requestTimeout: 60_000 }, { bodyTimeout: 300 })
  const socket = connect(port, '127.0.0.1')
  onTestFinished(() => { socket.destroy() })
  socket.on('error', () => undefined).resume().write(`${HEAD}Content-Length: 500000\r\n\r\n${'x'.repeat(100_000)}`)
  await closeOf(socket)
  await expect.poll(() => connections(server)).toBe(0)
})

test('connections over the limit are not accepted, and one that ends makes room', async () => {
  const { server, port } = await open({ connectionLimit: 5 })
  const held = Array.from({ length: 5 }, () => connect(port, '127.0.0.1'))
  onTestFinished(() => { for (const socket of held) socket.destroy() })
  await expect.poll(() => connections(server)).toBe(5)
  await expect(order(port, 'k1')).rejects.toThrow('fetch failed')
  held[0]?.destroy()
  await expect.poll(() => connections(server)).toBe(4)
  expect(await order(port, 'k1')).toBe(201)
})

test('one address holds no more connections than it may', async () => {
  const { server, port } = await open({ addressLimit: 3 })
  const held = Array.from({ length: 3 }, () => connect(port, '127.0.0.1'))
  onTestFinished(() => { for (const socket of held) socket.destroy() })
  await expect.poll(() => connections(server)).toBe(3)
  await expect(order(port, 'k1')).rejects.toThrow('fetch failed')
  for (const socket of held.splice(0, 2)) socket.destroy()
  await expect.poll(() => connections(server)).toBe(1)
  expect(await order(port, 'k1')).toBe(201)
})

test('a head that is too large, or smuggles a second length, never reaches a route', async () => {
  const seen: string[] = []
  const { port } = await open({}, { authenticate: ({ url }) => { seen.push(url); return null } })
  const exchange = async (text: string): Promise<string> => {
    const socket = connect(port, '127.0.0.1')
    let answer = ''
    socket.setEncoding('latin1').on('data', (chunk: string) => { answer += chunk }).on('error', () => undefined).write(text)
    await closeOf(socket)
    return answer
  }
  expect(await exchange(`GET ${BASE}/orders HTTP/1.1\r\nHost: x\r\nX-Large: ${'x'.repeat(17_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /)
  expect(await exchange(`${HEAD}Content-Length: 2\r\nContent-Length: 40\r\n\r\n{}`)).toMatch(/^HTTP\/1\.1 400 /)
  expect(await exchange(`${HEAD}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`)).toMatch(/^HTTP\/1\.1 400 /)
  expect(await exchange(`GET ${BASE}/orders HTTP/1.1\r\n\r\n`)).toMatch(/^HTTP\/1\.1 400 /)
  expect(seen).toEqual([])
})
