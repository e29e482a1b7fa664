import { connect, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { BASE } from './support/base.ts'
import { mortalFolder, startMortal } from './support/mortal.ts'

/** A reader that keeps only what proves that nothing was lost: the last sequence number, and what was wrong. */
interface Reader {
  readonly faults: string[]
  readonly sequence: () => number
  readonly cuts: () => number
  stop(): void
}

const CLIENTS = Number(process.env['SLUICE_SSE_CLIENTS'] ?? 1000)
const ORDERS = Number(process.env['SLUICE_SSE_ORDERS'] ?? 40)

/** Numbers from a seed, so that a failing run can be had again. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

function startReader(port: number, random: () => number): Reader {
  const faults: string[] = []
  let sequence = 0
  let cursor = ''
  let cuts = 0
  let stopped = false
  let socket: Socket | undefined

  const take = (block: string): void => {
    const id = /^id: (.*)$/m.exec(block)?.[1]
    if (id === undefined) return
    if (block.includes('stream_reset')) faults.push(`reset at ${id}`)
    cursor = id
    const next = Number(/main:(\d+)/.exec(id)?.[1])
    if (!block.includes('\ndata: ') || !block.includes('"account":"main"')) return
    if (next !== sequence + 1) faults.push(next <= sequence ? `${next} again after ${sequence}` : `${next} after ${sequence}`)
    sequence = Math.max(sequence, next)
  }

  const open = (): void => {
    if (stopped) return
    let text = ''
    // Anywhere: in the head, between events, within one.
    let left = random() < 0.3 ? Number.POSITIVE_INFINITY : 200 + Math.floor(random() * 60_000)
    const own = connect(port, '127.0.0.1', () => {
      own.write(`GET ${BASE}/events?account=main HTTP/1.1\r\nHost: x\r\n${cursor === '' ? '' : `Last-Event-ID: ${cursor}\r\n`}\r\n`)
    }).setEncoding('utf8')
    socket = own
    own.on('data', (chunk: string) => {
      text += chunk.slice(0, left)
      left -= chunk.length
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        take(text.slice(0, end))
        text = text.slice(end + 2)
      }
      if (left <= 0) {
        cuts += 1
        own.destroy()
      }
    })
    own.on('error', () => undefined).on('close', () => { setTimeout(open, random() * 50) })
  }

  open()
  return {
    faults,
    sequence: () => sequence,
    cuts: () => cuts,
    stop: () => {
      stopped = true
      socket?.destroy()
    },
  }
}

test(`${CLIENTS} readers that are cut anywhere, and a server that is killed and restarted: nothing lost, nothing twice, all in order`, { timeout: 180_000 }, async () => {
  const folder = mortalFolder()
  let server = await startMortal(folder)
  const seed = Number(process.env['SLUICE_SSE_SEED'] ?? 7)
  const readers = Array.from({ length: CLIENTS }, (_, index) => startReader(server.port, randomOf(seed * 1_000_003 + index)))
  const faults = (): readonly string[] => readers.flatMap(({ faults: own }, index) => own.map((fault) => `seed ${seed}, reader ${index}: ${fault}`)).slice(0, 5)
  for (const run of ['a', 'b']) {
    const begin = Math.max(...readers.map((reader) => reader.sequence()))
    // Killed in the middle of it, so it never ends.
    server.trade(ORDERS, run).catch(() => undefined)
    await expect.poll(() => readers.filter((reader) => reader.sequence() > begin + ORDERS).length, { timeout: 60_000 }).toBeGreaterThan(CLIENTS / 2)
    await server.kill()
    server = await startMortal(folder, { port: server.port })
  }
  await server.trade(ORDERS, 'c')
  const { last } = await server.report()
  await expect.poll(() => Math.min(...readers.map((reader) => reader.sequence())), { timeout: 90_000, interval: 100 }).toBeGreaterThanOrEqual(last)
  for (const reader of readers) reader.stop()
  expect(faults()).toEqual([])
  expect(last).toBeGreaterThan(2 * ORDERS)
  expect(readers.reduce((sum, reader) => sum + reader.cuts(), 0)).toBeGreaterThan(CLIENTS)
  await server.kill()
})
