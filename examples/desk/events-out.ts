import type { IncomingMessage, Server } from 'node:http'
import type { ExecutionService, Journal } from '@sluice/core'
import { type EventRelay, type EventSink, startEventRelay } from '@sluice/events'
import { kafkaSink } from '@sluice/events/kafka'
import { socketIoSink } from '@sluice/events/socketio'
import { Server as SocketServer } from 'socket.io'
import { type DeskAccess, isOwnPage } from './access.ts'
import { OWN_HOST } from './server.ts'

export interface EventsOutOptions {
  readonly service: ExecutionService
  readonly journal: Journal
  readonly access: DeskAccess
  readonly server: Server
  /** Brokers of Kafka. */
  readonly kafka: readonly string[] | undefined
  readonly socketio: boolean
}

export interface EventsOut {
  readonly relay: EventRelay
  close(): Promise<void>
}

/** A socket carries cookies from every page: only our own may open one. */
function isOwn({ headers }: IncomingMessage): boolean {
  return OWN_HOST.test(headers.host ?? '') && isOwnPage(headers)
}

/** Events on their way out of the desk: to Kafka, to sockets, or not at all. */
export async function openEventsOut({ service, journal, access, server, kafka, socketio }: EventsOutOptions): Promise<EventsOut | undefined> {
  // Without its journal a service has no events.
  if ((kafka === undefined && !socketio) || service.state === 'rescue') return undefined
  const sinks: EventSink[] = []
  if (kafka !== undefined) sinks.push(kafkaSink({ brokers: kafka, source: '/sluice/desk', autocreateTopics: true }))
  let io: SocketServer | undefined
  if (socketio) {
    io = new SocketServer(server, { serveClient: false, allowRequest: (request, answer) => { answer(null, isOwn(request)) } })
    sinks.push(socketIoSink({ io, authenticate: ({ auth }, request) => access.principalOf(request, auth['token']) }))
  }
  const relay = await startEventRelay({ service, journal, sinks, onAlert: ({ code, message }) => { console.error(`Events out: ${code}: ${message}`) } })
  return {
    relay,
    close: async () => {
      await relay.close()
      io?.disconnectSockets(true)
      io?.engine.close()
    },
  }
}
