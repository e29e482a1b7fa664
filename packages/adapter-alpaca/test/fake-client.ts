import { afterEach, expect } from 'vitest'
import { WebSocket } from 'ws'
import { type FakeAlpaca, type FakeAlpacaAccount, type FakeAlpacaOptions, startFakeAlpaca } from '../src/testing/index.ts'
import { startRecordedFake } from './recorded-fake.ts'

const opened: (() => Promise<void> | void)[] = []
afterEach(async () => { for (const close of opened.splice(0).toReversed()) await close() })

/** A fake that ends with its test. `recorded: false` for requests that break the description on purpose. */
export async function startFake(options: FakeAlpacaOptions = {}, recorded = true): Promise<FakeAlpaca> {
  const fake = await (recorded ? startRecordedFake : startFakeAlpaca)(options)
  opened.push(() => fake.close())
  return fake
}

export interface Answer { readonly status: number; readonly body: Record<string, unknown>; readonly headers: Headers }

/** A request as any client would make it. */
export async function call({ url, keyId, secretKey }: Pick<FakeAlpaca, 'url' | 'keyId' | 'secretKey'>, method: string, path: string, body?: object): Promise<Answer> {
  const response = await fetch(url + path, {
    method, headers: { 'APCA-API-KEY-ID': keyId, 'APCA-API-SECRET-KEY': secretKey }, ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> }
}

/** The answers of a list. */
export async function list(fake: Pick<FakeAlpaca, 'url' | 'keyId' | 'secretKey'>, path: string): Promise<Record<string, unknown>[]> {
  return (await call(fake, 'GET', path)).body as unknown as Record<string, unknown>[]
}

export const limitOrder = (id: string, overrides: object = {}): object => ({
  symbol: 'AAPL', side: 'buy', type: 'limit', qty: '10', limit_price: '100', time_in_force: 'day', client_order_id: id, ...overrides,
})

/** Status, code and message of a refusal, or the status of the order. */
export async function place(fake: FakeAlpaca, body: object): Promise<unknown> {
  const answer = await call(fake, 'POST', '/v2/orders', body)
  return answer.status === 200 ? answer.body['status'] : [answer.status, answer.body['code'], answer.body['message']]
}

export interface Listener {
  readonly frames: Record<string, unknown>[]
  /** Whether each was binary. */
  readonly types: boolean[]
  readonly socket: WebSocket
  events(): string[]
}

export async function listen({ streamUrl, keyId, secretKey }: Pick<FakeAlpaca, 'streamUrl'> & Pick<FakeAlpacaAccount, 'keyId' | 'secretKey'>): Promise<Listener> {
  const socket = new WebSocket(streamUrl)
  opened.push(() => { socket.terminate() })
  const frames: Record<string, unknown>[] = []
  const types: boolean[] = []
  socket.on('message', (data: Buffer, isBinary) => { types.push(isBinary); frames.push(JSON.parse(data.toString('utf8')) as Record<string, unknown>) })
  await new Promise((resolve, reject) => { socket.once('open', resolve).once('error', reject) })
  socket.send(JSON.stringify({ action: 'authenticate', data: { key_id: keyId, secret_key: secretKey } }))
  socket.send(JSON.stringify({ action: 'listen', data: { streams: ['trade_updates'] } }))
  await expect.poll(() => frames.some(({ stream }) => stream === 'listening')).toBe(true)
  return { frames, types, socket, events: () => frames.flatMap(({ stream, data }) => (stream === 'trade_updates' ? [(data as { event: string }).event] : [])) }
}
