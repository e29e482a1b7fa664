import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { OrderRequest } from '@sluice/core'
import type { LineProxy } from '../../src/testing/index.ts'
import type { Exchange } from '../support/exchange.ts'
import type { FromNode, NodeSettings, Placed, ToNode } from './messages.ts'

/** A node in a process of its own, with its own line to the server, that can be killed, paused and cut off. */
export interface MortalNode {
  readonly proxy: LineProxy
  readonly alive: boolean
  /** Whether it has joined the cluster; false when it ended before. */
  ready(): Promise<boolean>
  /** What became of it, as the caller sees it; an error when the node does not answer in time. */
  place(request: OrderRequest): Promise<Placed>
  signal(signal: NodeJS.Signals): void
  exited(): Promise<void>
  close(): Promise<void>
}

const ANSWER_WITHIN = 4000

export function startNode(settings: NodeSettings, proxy: LineProxy, exchange: Exchange, told: (message: FromNode) => void): MortalNode {
  const child: ChildProcess = fork(fileURLToPath(new URL('node-process.ts', import.meta.url)), [JSON.stringify(settings)], {
    execArgv: ['--conditions=@sluice/source', '--disable-warning=ExperimentalWarning'], stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const waiting = new Map<number, (placed: Placed) => void>()
  const stops = settings.accounts.map((account) => exchange.listen(account, (update) => { send({ kind: 'update', account, update }) }))
  let last = 0
  let alive = true
  let joined = false
  /** Its end was asked for. */
  let doomed = false
  let isReady: (joined: boolean) => void = () => undefined
  const ready = new Promise<boolean>((resolve) => { isReady = resolve })
  const exited = once(child, 'exit').then(([code, signal]) => {
    alive = false
    isReady(false)
    if (joined && !doomed) told({ kind: 'disorder', what: `${settings.name} ended by itself: ${String(code ?? signal)}` })
    for (const stop of stops) stop()
    for (const answer of waiting.values()) answer({ error: 'the node is gone' })
    waiting.clear()
  })
  const send = (message: ToNode): void => { if (child.connected) child.send(message, () => undefined) }

  child.on('message', (message: FromNode) => {
    if (message.kind === 'ready') {
      joined = true
      isReady(true)
    } else if (message.kind === 'placed') {
      waiting.get(message.id)?.(message.placed)
      waiting.delete(message.id)
    } else if (message.kind === 'ask') {
      const call = exchange[message.method] as (...input: readonly unknown[]) => Promise<unknown>
      call(...message.input).then((value) => { send({ kind: 'answer', id: message.id, value }) }, () => undefined)
    } else told(message)
  })

  return {
    proxy,
    get alive() { return alive },
    ready: () => ready,
    place: (request) => new Promise((resolve) => {
      last += 1
      const id = last
      const timer = setTimeout(() => {
        waiting.delete(id)
        resolve({ error: 'no answer in time' })
      }, ANSWER_WITHIN)
      waiting.set(id, (placed) => {
        clearTimeout(timer)
        resolve(placed)
      })
      if (alive && joined) send({ kind: 'place', id, request })
      else waiting.get(id)?.({ error: 'the node is gone' })
    }),
    signal: (signal) => {
      doomed ||= signal === 'SIGKILL'
      child.kill(signal)
    },
    exited: () => exited,
    close: async () => {
      doomed = true
      send({ kind: 'close' })
      const late = setTimeout(() => { child.kill('SIGKILL') }, 15_000)
      await exited
      clearTimeout(late)
    },
  }
}
