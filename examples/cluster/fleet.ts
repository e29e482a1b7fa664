import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { OrderRequest } from '@sluice/core'
import type { FromNode, NodeOptions, Outcome } from './messages.ts'
import type { Venue } from './venue.ts'

/** A node's process. */
export interface Member {
  readonly name: string
  readonly owned: readonly string[]
  readonly isAlive: boolean
  /** It has joined the cluster and takes orders. */
  readonly isReady: boolean
  place(request: OrderRequest): Promise<Outcome>
  kill(): void
  stop(): Promise<void>
}

const PATIENCE = 4000

export function startMember(options: NodeOptions, venue: Venue): Member {
  const child: ChildProcess = fork(fileURLToPath(new URL('node.ts', import.meta.url)), [JSON.stringify(options)], { execArgv: ['--conditions=@sluice/source'] })
  const waiting = new Map<number, (outcome: Outcome) => void>()
  let owned: readonly string[] = []
  let isAlive = true
  let isReady = false
  let last = 0
  venue.serve(child)
  child.on('message', (message: FromNode) => {
    if ('owned' in message) {
      isReady = true
      owned = message.owned
    } else if ('placed' in message) waiting.get(message.placed)?.(message)
  })
  const gone = once(child, 'exit').then(() => {
    isAlive = false
    isReady = false
    owned = []
    for (const answer of waiting.values()) answer({ done: false })
  })

  return {
    name: options.name,
    get owned() { return owned },
    get isAlive() { return isAlive },
    get isReady() { return isReady },
    place: (request) => new Promise((resolve) => {
      last += 1
      const id = last
      const timer = setTimeout(() => { answer({ done: false }) }, PATIENCE)
      const answer = (outcome: Outcome): void => {
        clearTimeout(timer)
        waiting.delete(id)
        resolve(outcome)
      }
      waiting.set(id, answer)
      if (child.connected) child.send({ id, place: request }, () => undefined)
      else answer({ done: false })
    }),
    kill: () => { child.kill('SIGKILL') },
    stop: async () => {
      child.kill('SIGTERM')
      const late = setTimeout(() => { child.kill('SIGKILL') }, 10_000)
      await gone
      clearTimeout(late)
    },
  }
}
