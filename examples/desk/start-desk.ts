import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type BrokerAdapter, createExecutionService, type ExecutionService, memoryJournal, SluiceError } from '@sluice/core'
import { sqliteJournal } from '@sluice/core/sqlite'
import { totp } from '@sluice/core/totp'
import type { EventRelay } from '@sluice/events'
import { createExecutionApi, toNodeHandler } from '@sluice/http'
import { createAccess, DESK_USER } from './access.ts'
import type { DeskBroker } from './desk-broker.ts'
import { type Drift, startDrift } from './drift.ts'
import { openEventsOut } from './events-out.ts'
import { deskGuards, type DeskLimits, deskLimits } from './limits.ts'
import { loadPage } from './page-files.ts'
import { type DeskSecrets, loadSecrets } from './secrets.ts'
import { type DeskServer, startServer } from './server.ts'

export interface DeskOptions {
  readonly broker: DeskBroker
  /** Where journal, books and secrets are kept; made when it is missing. */
  readonly dataFolder: string
  /** 0 takes any free one. */
  readonly port: number
  /** The bearer token. Default: the one kept in the data folder. */
  readonly token?: string | undefined
  /** Whether the drift strategy trades. Default: as the broker says. */
  readonly strategy?: boolean | undefined
  /** Limits other than those of the demo. */
  readonly limits?: Partial<DeskLimits>
  /** Brokers of Kafka that every event goes to. */
  readonly kafka?: readonly string[] | undefined
  /** Whether events are pushed to sockets. */
  readonly socketio?: boolean
}

export interface Desk extends DeskSecrets {
  /** For example `http://127.0.0.1:4400`. */
  readonly address: string
  readonly service: ExecutionService
  readonly adapter: BrokerAdapter
  /** Where events leave, when they do. */
  readonly relay: EventRelay | undefined
  /** Lets what is on its way reach its verdict, then closes everything. */
  close(): Promise<void>
}

/** Puts the desk together: a service, its API, a page and a strategy. */
export async function startDesk(options: DeskOptions): Promise<Desk> {
  const { dataFolder, port } = options
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 })
  const secrets = loadSecrets(dataFolder, options.token)
  const page = await loadPage()
  const approvals = totp({ secretOf: (actor) => (actor === DESK_USER ? secrets.totpSecret : undefined) })
  const journal = options.broker.forgets === true ? memoryJournal() : sqliteJournal(join(dataFolder, 'orders.db'))
  // The journal first: its lock says whether another desk has this folder. Whatever else is wrong with it is for rescue mode.
  await journal.accounts().catch((error: unknown) => { if (SluiceError.isInstance(error) && error.code === 'JOURNAL_LOCKED') throw error })
  const adapter = await options.broker.open({ dataFolder })
  const service = await createExecutionService({
    broker: adapter,
    journal,
    guards: deskGuards({ ...deskLimits, ...options.limits }, approvals),
  })
  const access = createAccess(secrets.token)
  const api = createExecutionApi({ service, authenticate: (_request, { incoming }) => (incoming === undefined ? null : access.principalOf(incoming)) })
  let server: DeskServer
  try {
    server = await startServer({ api: toNodeHandler(api), access, page, port })
  } catch (error) {
    await service.close()
    throw toPortError(error, port)
  }
  const isTrading = options.strategy ?? options.broker.strategy ?? true
  const eventsOut = await openEventsOut({ service, journal, access, server: server.http, kafka: options.kafka, socketio: options.socketio ?? false })
  const drift: Drift | undefined = isTrading ? startDrift({ service, marketData: adapter.marketData }) : undefined
  return {
    ...secrets,
    address: server.address,
    service,
    adapter,
    relay: eventsOut?.relay,
    close: async () => {
      drift?.stop()
      await eventsOut?.close()
      await service.close()
      await api.close()
      await server.close()
    },
  }
}

function toPortError(error: unknown, port: number): unknown {
  if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') return error
  return new SluiceError('CONFIGURATION_INVALID', `Port ${port} is taken. Set PORT to another one, or to 0 for any that is free.`)
}
