import { join } from 'node:path'
import { fakeKafka } from '@sluice/events/testing'
import { io, type Socket } from 'socket.io-client'
import { expect, onTestFinished, test } from 'vitest'
import { startProgram } from '../support/run-program.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { startDemo } from './support/start-demo.ts'

const consumer = join(import.meta.dirname, '../consumer/main.ts')
const LONG = 60_000

interface Line {
  readonly account: string
  readonly sequence: number
  readonly type: string
}

/** The lines of a consumer, without what is in the events. */
function linesOf(output: string): Line[] {
  return output.split('\n').flatMap((line) => {
    const match = /^(\S+)\s+(\d+) {2}(\S+)/.exec(line)
    return match === null ? [] : [{ account: match[1] ?? '', sequence: Number(match[2]), type: match[3] ?? '' }]
  })
}

async function placeOrders(address: string, token: string, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const response = await fetch(`${address}/api/v1/execution/order`, {
      method: 'POST', headers: { 'Authorization': `Bearer ${token}`, 'Content-Type': 'application/json', 'Idempotency-Key': `key-${index}` },
      body: JSON.stringify({ symbol: 'F', side: 'buy', type: 'market', quantity: '1', timeInForce: 'day' }),
    })
    expect(response.status).toBe(201)
    await response.arrayBuffer()
  }
}

const outcome = (socket: Socket): Promise<string> => new Promise((resolve) => {
  socket.once('connect', () => { resolve('connected') }).once('connect_error', (error) => { resolve((error as Error & { data?: { code: string } }).data?.code ?? 'refused') })
})

test('pnpm demo --socketio: the consumer prints what happens, from the beginning, once and in order', { timeout: LONG }, async () => {
  const demo = await startDemo({ dataFolder: temporaryFolder(), args: ['--no-strategy', '--socketio'] })
  expect(demo.output()).toMatch(/Socket http:\S+\/sluice/)
  await placeOrders(demo.address, demo.token, 2)
  const reader = startProgram(consumer, { args: ['--socketio', demo.address, '--token', demo.token] })
  onTestFinished(() => { reader.kill('SIGKILL') })
  await reader.until(/order_pending_new[^]*order_filled/)
  await placeOrders(demo.address, demo.token, 4)
  await reader.until(/(?:order_filled[^]*){4}/)
  const lines = linesOf(reader.output())
  for (const account of ['main', '*']) {
    const own = lines.filter((line) => line.account === account).map(({ sequence }) => sequence)
    expect(own).toEqual(own.map((_, index) => index + 1))
  }
  expect(reader.output()).not.toContain('missed')
  reader.kill('SIGINT')
  expect((await reader.ended).code).toBe(0)
})

test('sockets of the desk: no token, no way in; no page of another address either', { timeout: LONG }, async () => {
  const { address, token } = await startDemo({ dataFolder: temporaryFolder(), args: ['--no-strategy', '--socketio'] })
  const attempt = async (auth: object, extraHeaders: Record<string, string> = {}): Promise<string> => {
    const socket = io(`${address}/sluice`, { auth, extraHeaders, transports: ['websocket'], forceNew: true, reconnection: false })
    try { return await outcome(socket) } finally { socket.disconnect() }
  }
  expect(await attempt({})).toBe('unauthorized')
  expect(await attempt({ token: 'wrong' })).toBe('unauthorized')
  expect(await attempt({ token }, { Origin: 'http://evil.example' })).toBe('refused')
  expect(await attempt({ token }, { Host: 'evil.example' })).toBe('refused')
  expect(await attempt({ token })).toBe('connected')
})

test('pnpm demo --kafka: every event of the journal is in the topic, through a restart with a broker that was away', { timeout: LONG }, async () => {
  const broker = await fakeKafka()
  onTestFinished(() => broker.close())
  const dataFolder = temporaryFolder()
  const args = ['--no-strategy', '--kafka', broker.address]
  const first = await startDemo({ dataFolder, args })
  expect(first.output()).toContain('Kafka  topic sluice.events')
  await placeOrders(first.address, first.token, 2)
  await broker.down()
  const { address, token } = first
  await fetch(`${address}/api/v1/execution/order`, {
    method: 'POST', headers: { 'Authorization': `Bearer ${token}`, 'Content-Type': 'application/json', 'Idempotency-Key': 'while-away' },
    body: JSON.stringify({ symbol: 'F', side: 'buy', type: 'market', quantity: '1', timeInForce: 'day' }),
  })
  first.kill('SIGKILL')
  await first.ended
  await broker.up()
  await startDemo({ dataFolder, args })
  const read = (): string[] => [...new Set(broker.records('sluice.events').filter(({ key }) => key === 'main').map(({ value }) => (JSON.parse(value) as { readonly id: string }).id))]
  await expect.poll(() => broker.records('sluice.events').some(({ value }) => value.includes('while-away'))).toBe(true)
  expect(read()).toEqual(read().map((_, index) => `main:${index + 1}`))
})

test('what --kafka cannot be is said at once', async () => {
  const program = startProgram(join(import.meta.dirname, 'main.ts'), { args: ['--kafka', 'nowhere'], environment: { SLUICE_DATA: temporaryFolder(), PORT: '0' } })
  const { code, output } = await program.ended
  expect(code).toBe(1)
  expect(output).toContain('It must be host:port')
})
