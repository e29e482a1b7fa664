// Events to many readers, from a process of its own: `server.ts NAME`. Publishes on command and tells the CPU it took.
import { createExecutionService, memoryJournal } from '@sluice/core'
import { nullBroker } from '../null-broker.ts'
import { contestants, serve } from './contestants.ts'

/** What the bench asks. */
export type Command =
  /** Orders with so many ms between them. */
  | { readonly kind: 'publish'; readonly orders: number; readonly pace: number; readonly run: string }
  | { readonly kind: 'look' }

/** What it is told. */
export interface Report {
  /** CPU used since the command, in microseconds. */
  readonly cpu: number
  /** The last event of the account. */
  readonly last: number
  /** Sockets that have more to take than they took. */
  readonly blocked: number
  /** Bytes in use after a collection. */
  readonly memory: number
}

const service = await createExecutionService({ broker: nullBroker(() => undefined), journal: memoryJournal(), quoteMaximumAge: 3_600_000 })

let last = 0
service.on('event', ({ account, sequence }) => { if (account === 'main') last = sequence })

const contestant = contestants[process.argv[2] ?? '']
if (contestant === undefined) throw new Error(`there is no contestant ${process.argv[2] ?? ''}`)
const { port, blocked } = await serve(await contestant(service))

/** At an even pace, so that readers keep up; resolves when the last event has had its time to go out. */
async function publish(orders: number, pace: number, run: string): Promise<void> {
  for (let index = 0; index < orders; index += 1) {
    await service.placeOrder({ symbol: 'AAPL', side: index % 2 === 0 ? 'buy' : 'sell', type: 'limit', quantity: '1', limitPrice: '100', timeInForce: 'day', idempotencyKey: `${run}-${index}` })
    if (pace > 0) await new Promise((resolve) => { setTimeout(resolve, pace) })
  }
  await new Promise((resolve) => { setTimeout(resolve, 300) })
}

function memoryInUse(): number {
  globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

async function obey(command: Command): Promise<Report> {
  const before = process.cpuUsage()
  if (command.kind === 'publish') await publish(command.orders, command.pace, command.run)
  const { user, system } = process.cpuUsage(before)
  return { cpu: user + system, last, blocked: blocked(), memory: command.kind === 'look' ? memoryInUse() : 0 }
}

process.on('message', (command: Command) => {
  obey(command).then((report) => process.send?.(report)).catch((error: unknown) => { throw error })
})
process.on('disconnect', () => { process.exit() })
process.send?.(port)
