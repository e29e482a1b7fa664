import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { MortalCommand } from './mortal-server.ts'

type Message =
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'traded'; readonly run: string }
  | { readonly kind: 'report'; readonly brokerOrders: number; readonly last: number }

/** A server that may be killed. */
export interface Mortal {
  readonly port: number
  readonly ended: Promise<unknown>
  readonly kill: () => Promise<void>
  /** Places orders; resolves when all have their verdict. */
  trade(orders: number, run: string): Promise<void>
  /** How many orders the broker has, and the last sequence number of an order's event. */
  report(): Promise<{ readonly brokerOrders: number; readonly last: number }>
}

/** A folder for the journal and the broker that outlive the servers. */
export function mortalFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-mortal-'))
  onTestFinished(() => { rmSync(folder, { recursive: true, force: true }) })
  return folder
}

function messageOf<Kind extends Message['kind']>(child: ChildProcess, kind: Kind): Promise<Extract<Message, { kind: Kind }>> {
  return new Promise((resolve, reject) => {
    const take = (message: Message): void => {
      if (message.kind !== kind) return
      child.off('message', take).off('exit', fail)
      resolve(message as Extract<Message, { kind: Kind }>)
    }
    const fail = (): void => { reject(new Error(`the server ended before it said ${kind}`)) }
    child.on('message', take).once('exit', fail)
  })
}

export async function startMortal(folder: string, { port = 0, mode = 'live' }: { readonly port?: number; readonly mode?: 'live' | 'die-before-send' | 'die-after-send' } = {}): Promise<Mortal> {
  const child = fork(join(import.meta.dirname, 'mortal-server.ts'), [folder, String(port), mode], { execArgv: ['--conditions=@sluice/source'], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  const ended = once(child, 'exit')
  onTestFinished(() => { child.kill('SIGKILL') })
  const listening = await messageOf(child, 'listening')
  const tell = (command: MortalCommand): void => { child.send(command) }
  return {
    port: listening.port,
    ended,
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
    trade: async (orders, run) => {
      tell({ kind: 'trade', orders, run })
      await messageOf(child, 'traded')
    },
    report: async () => {
      tell({ kind: 'report' })
      return messageOf(child, 'report')
    },
  }
}
