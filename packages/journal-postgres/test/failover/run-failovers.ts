import type { OrderRequest } from '@sluice/core'
import { lineProxy, startPostgres } from '../../src/testing/index.ts'
import { createExchange } from '../support/exchange.ts'
import { dropSchema, execute, newSchema } from '../support/schemas.ts'
import { judge } from './judge.ts'
import type { FromNode } from './messages.ts'
import { type MortalNode, startNode } from './mortal-node.ts'

export interface FailoverOptions {
  /** Changes of owner that were forced by a fault. */
  readonly failovers: number
  readonly seed: number
  /** A bug that must be seen: `blind`. */
  readonly plant?: string
  readonly log?: (text: string) => void
}

export interface FailoverReport {
  readonly faults: Readonly<Record<string, number>>
  readonly failovers: number
  /** Processes that ended before they had joined, and were started again. */
  readonly failedStarts: number
  readonly orders: number
  readonly acknowledged: number
  readonly seconds: number
  readonly violations: readonly string[]
}

const NODES = 3
const LEASE = 600
const ACCOUNTS = Array.from({ length: 48 }, (_, index) => `account-${index}`)
const FAULTS = ['kill', 'kill', 'pause', 'cut', 'deafen', 'kill'] as const
/** Of so many faults one is the server itself. */
const SERVER_EVERY = 10
const FAILOVERS_A_FAULT = 10
/** How long after the last fault an order may go without an answer, in ms. */
const PATIENCE = 60_000
const LONGEST_PAUSE = 5000
/** A node that meets a fault while it starts may give up, as a process would under a supervisor: which starts it again, so many times. */
const STARTS = 5

const wait = (delay: number): Promise<void> => new Promise((resolve) => { setTimeout(resolve, delay) })

/** The same faults for the same seed; where they meet the orders is the machine's. */
function randomOf(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** Undefined where no server is to be had. */
export async function runFailovers({ failovers: wanted, seed, plant, log = () => undefined }: FailoverOptions): Promise<FailoverReport | undefined> {
  const server = await startPostgres()
  if (server === undefined) return undefined
  const began = performance.now()
  const random = randomOf(seed)
  const schema = newSchema()
  const exchange = createExchange()
  const faults: Record<string, number> = {}
  const violations: string[] = []
  const acknowledged = new Map<string, string>()
  let moved = 0
  let calmSince = Number.POSITIVE_INFINITY
  const placing = new AbortController()

  const told = (message: FromNode): void => {
    if (message.kind === 'moved') moved += 1
    else if (message.kind === 'disorder') violations.push(`disorder: ${message.what}`)
    else if (message.kind === 'log') log(message.text)
  }
  const launch = async (index: number): Promise<MortalNode> => {
    const proxy = await lineProxy(server.port, server.host)
    const settings = { connectionString: proxy.through(server.connectionString), schema, accounts: ACCOUNTS, lease: LEASE, name: `node${index}`, plant }
    return startNode(settings, proxy, exchange, told)
  }
  const nodes: MortalNode[] = await Promise.all(Array.from({ length: NODES }, (_, index) => launch(index)))
  let failedStarts = 0
  const readyAt = async (index: number): Promise<void> => {
    for (let start = 1; ; start += 1) {
      const node = nodes[index] as MortalNode
      if (await node.ready()) return
      failedStarts += 1
      log(`node${index} could not start (${start})`)
      if (start === STARTS) throw new Error(`node${index} could not start ${STARTS} times in a row`)
      await node.proxy.close()
      nodes[index] = await launch(index)
    }
  }
  await Promise.all(nodes.map((_, index) => readyAt(index)))
  /** Every claim beyond the first of an account, but for those that a hand-over made room for. */
  const takenOver = async (): Promise<number> => {
    const [row] = await execute(server.connectionString, `SELECT coalesce(sum(epoch), 0)::int AS claims FROM ${schema}.accounts WHERE account NOT LIKE '*%'`).catch(() => [])
    return Math.max(0, Number(row?.['claims'] ?? 0) - ACCOUNTS.length - moved)
  }

  /** A caller who never gives up, and always with the same key. */
  const client = async (account: string, number: number): Promise<void> => {
    for (let count = 0; !placing.signal.aborted; count += 1) {
      const idempotencyKey = `${account}-${count}`
      const request = { account, symbol: 'AAPL', side: 'buy', type: 'limit', quantity: '1', limitPrice: count % 4 === 0 ? '100' : '90', timeInForce: 'day', idempotencyKey } as OrderRequest
      const outcomes = new Map<string, number>()
      for (let attempt = 0; ; attempt += 1) {
        const placed = await (nodes[(number + attempt) % NODES] as MortalNode).place(request)
        if (placed.error === undefined && placed.code !== 'NOT_SENT' && placed.status !== 'unknown' && placed.status !== 'pending_new') {
          if (placed.status === 'denied') log(`${idempotencyKey} was denied: ${placed.code}`)
          else acknowledged.set(idempotencyKey, placed.clientOrderId ?? '')
          break
        }
        const outcome = placed.error ?? `${placed.status} ${placed.code ?? ''}`
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
        if (performance.now() - calmSince > PATIENCE) {
          violations.push(`never answered: ${idempotencyKey} ${JSON.stringify([...outcomes])}`)
          return
        }
        await wait(50)
      }
      await wait(30)
    }
  }
  const load = Promise.all(ACCOUNTS.map(client))

  const starting = new Map<number, Promise<void>>()
  const strike = async (kind: string, index: number): Promise<void> => {
    const node = nodes[index] as MortalNode
    if (kind === 'server') {
      await server.crash?.()
      await wait(500)
    } else if (kind === 'kill') {
      node.signal('SIGKILL')
      await node.exited()
      await node.proxy.close()
      // The others take over while it starts; meanwhile the next fault may strike.
      nodes[index] = await launch(index)
      const joining = readyAt(index).catch((error: unknown) => { violations.push(String(error)) }).finally(() => { starting.delete(index) })
      starting.set(index, joining)
    } else if (kind === 'pause') {
      node.signal('SIGSTOP')
      await wait(LEASE + random(LEASE * 2))
      node.signal('SIGCONT')
    } else if (kind === 'cut') {
      for (let times = 0; times < 3; times += 1) {
        node.proxy.cut()
        await wait(random(60))
      }
    } else {
      node.proxy.deafen()
      await wait(LEASE + random(LEASE * 2))
      node.proxy.heal()
    }
  }

  let round = 0
  await wait(500)
  // Many accounts change hands at one fault: what is asked for is so many of both.
  while (await takenOver() < wanted || round < wanted / FAILOVERS_A_FAULT) {
    // One node at least is left alone and ready.
    while (starting.size > 1) await wait(20)
    round += 1
    const kind = round % SERVER_EVERY === 0 && server.crash !== undefined ? 'server' : FAULTS[random(FAULTS.length)] as string
    faults[kind] = (faults[kind] ?? 0) + 1
    const ready = nodes.flatMap((_, index) => (starting.has(index) ? [] : [index]))
    await strike(kind, ready[random(ready.length)] as number)
    await wait(100 + random(400))
    // On a slow machine the next fault waits for orders to have gone through, or it would only meet nodes that are starting.
    const before = acknowledged.size
    for (let waited = 0; waited < LONGEST_PAUSE && acknowledged.size < before + ACCOUNTS.length; waited += 50) await wait(50)
    if (round > wanted * 2) {
      violations.push('the faults forced too few changes of owner')
      break
    }
  }
  const failovers = await takenOver()
  placing.abort()
  calmSince = performance.now()
  await Promise.all(starting.values())
  await load
  await wait(LEASE * 3)
  await Promise.all(nodes.map((node) => node.close()))
  violations.push(...await judge(server.connectionString, schema, exchange, acknowledged))
  await Promise.all(nodes.map((node) => node.proxy.close()))
  await dropSchema(server.connectionString, schema)
  await server.stop()
  return { faults, failovers, failedStarts, orders: exchange.arrivals.length, acknowledged: acknowledged.size, seconds: (performance.now() - began) / 1000, violations }
}
