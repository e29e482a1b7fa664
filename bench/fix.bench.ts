// Our FIX codec beside jspurefix and QuickFIX C++ on the same messages in one run, in a thread's CPU time; and the way of an order
// from submit to the socket (DESIGN §9).
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { fixBroker, memoryFixStore } from '@sluice/adapter-fix'
import { startFixAcceptor } from '@sluice/adapter-fix/testing'
import { makeApprovedOrder, makeContext } from '@sluice/core/testing'
import { findPeers, type PeerRates } from './fix/peers.ts'
import { report } from './fix/sample-messages.ts'
import { atLeast, atMost, type BenchResult, median, percentile } from './harness.ts'

/** Processes take turns, so that a busy minute of the machine falls on all of them. */
const TURNS = 3
const ROUNDS = 5
const MESSAGES = 40_000
const WARM_UP = 2_000
const ORDERS = 10_000

interface OwnRates extends PeerRates {
  readonly validated: readonly number[]
}

function measureOwn(): OwnRates {
  const words = ['--conditions=@sluice/source', join(import.meta.dirname, 'fix/own-rates.ts'), `${ROUNDS}`, `${MESSAGES * 3}`]
  return JSON.parse(execFileSync(process.execPath, words, { encoding: 'utf8', timeout: 300_000 })) as OwnRates
}

/** What each ratio should be at least; QuickFIX has no target for encoding. */
const TARGETS = { 'jspurefix': { view: 7, typed: 6, encode: 6 }, 'QuickFIX C++': { view: 3, typed: 1.2, encode: 1 } } as const
const WORDS = { view: 'decode to a view', typed: 'decode to a typed event', encode: 'encode a new order' } as const
const KINDS = ['view', 'typed', 'encode'] as const

function codecResults(): BenchResult[] {
  const peers = findPeers(report())
  const own: OwnRates[] = []
  const others = peers.present.map((peer) => ({ peer, rates: [] as PeerRates[] }))
  try {
    for (let turn = 0; turn < TURNS; turn += 1) {
      own.push(measureOwn())
      for (const { peer, rates } of others) rates.push(peer.measure(ROUNDS, MESSAGES))
    }
  } finally {
    peers.close()
  }
  // One line each; stdout is the table's alone.
  for (const line of peers.missing) process.stderr.write(`${line}\n`)
  const of = (runs: readonly PeerRates[], kind: typeof KINDS[number]): number => median(runs.flatMap((rates) => rates[kind]))
  return [
    atLeast('decode a report to a view, checked', of(own, 'view'), 1_000_000, 'messages/s'),
    atLeast('decode a report to a typed event', of(own, 'typed'), 250_000, 'messages/s'),
    atLeast('decode and validate a report', median(own.flatMap(({ validated }) => validated)), 150_000, 'messages/s'),
    atLeast('encode a new order', of(own, 'encode'), 800_000, 'messages/s'),
    ...others.flatMap(({ peer, rates }) => KINDS.map((kind) => atLeast(`${WORDS[kind]}, times ${peer.name}`, of(own, kind) / of(rates, kind), TARGETS[peer.name][kind], 'x'))),
  ]
}

async function submitResults(): Promise<BenchResult[]> {
  const acceptor = await startFixAcceptor({ version: '4.4' })
  let writtenAt = 0
  const broker = fixBroker({
    environment: 'paper', version: '4.4', senderCompId: 'DESK', targetCompId: 'BROKER', addresses: [{ host: '127.0.0.1', port: acceptor.port }], store: memoryFixStore(),
  })
  await broker.connect(makeContext())
  const samples = new Float64Array(ORDERS)
  for (let index = -WARM_UP; index < ORDERS; index += 1) {
    // The permit is asked in the tick of the write, right before it.
    const order = makeApprovedOrder({ clientOrderId: `C${index + WARM_UP}`, terms: { limitPrice: '1' }, permit: () => { writtenAt = performance.now(); return true } })
    const start = performance.now()
    const outcome = await broker.submit(order)
    if (outcome.kind !== 'accepted') throw new Error(`the bench measures accepted orders, this one is ${outcome.kind}`)
    if (index >= 0) samples[index] = (writtenAt - start) * 1000
  }
  await broker.close()
  await acceptor.close()
  return [
    atMost('submit to the socket, p50', percentile(samples, 0.5), 50, 'us'),
    atMost('submit to the socket, p99', percentile(samples, 0.99), 500, 'us'),
  ]
}

export async function run(): Promise<BenchResult[]> {
  return [...codecResults(), ...await submitResults()]
}
