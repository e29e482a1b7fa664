import type { StreamItem } from '@sluice/core'
import type { FeedInput, OrderFeed } from './feed-source.ts'

/** What is used of a Socket.IO socket: the page makes it, signs in with it and closes it. */
export interface SocketLike {
  readonly connected: boolean
  on(event: string, listener: (...values: never[]) => void): unknown
  off(event: string, listener: (...values: never[]) => void): unknown
}

export interface SocketIoFeedOptions {
  /** The name under which events are emitted, one or an array of them; default `events`. */
  readonly event?: string
  /** The server emits at least this often, in ms; twice as much silence counts as dead. Default: no limit. */
  readonly heartbeat?: number
}

/** An event in the envelope of CloudEvents, as the sinks of Sluice write it. */
interface Envelope {
  readonly specversion: string
  readonly id: string
  readonly type: string
  readonly subject: string
  readonly time?: string
  readonly sequence: string
  readonly data: object
}

function opened(value: StreamItem | Envelope): StreamItem {
  if (!('specversion' in value)) return value
  const type = value.type.replace(/^sluice\./, '')
  const own = { type, account: value.subject, sequence: Number(value.sequence) }
  return (type === 'stream_reset' ? { ...own, ...value.data } : { ...own, id: value.id, time: value.time, data: value.data }) as StreamItem
}

function read(value: unknown): FeedInput {
  if (Array.isArray(value)) return (value as (StreamItem | Envelope)[]).map(opened)
  if (typeof value === 'object' && value !== null && 'items' in value) return { ...value, items: (value.items as StreamItem[]).map(opened) }
  return opened(value as StreamItem)
}

/**
 * Events from a Socket.IO socket. Nothing of Socket.IO is bundled: it reconnects by itself, and what it loses meanwhile is read
 * from the client. Plain items and CloudEvents are understood, single or in arrays; arrays cost an eighth of single ones.
 */
export function fromSocketIo(socket: SocketLike, { event = 'events', heartbeat }: SocketIoFeedOptions = {}): OrderFeed {
  return {
    ...(heartbeat !== undefined && { heartbeat }),
    subscribe: (observer) => {
      const listeners: Readonly<Record<string, (value: never) => void>> = {
        [event]: (value: unknown) => {
          observer.next(read(value))
        },
        connect: () => {
          observer.state?.('live')
        },
        disconnect: () => {
          observer.state?.('reconnecting')
        },
        connect_error: (error: { readonly data?: { readonly status?: number } }) => {
          const status = error.data?.status
          if (status === 401 || status === 403) observer.error({ status })
          else observer.state?.('offline')
        },
      }
      for (const [name, listener] of Object.entries(listeners)) socket.on(name, listener)
      observer.state?.(socket.connected ? 'live' : 'connecting')
      return () => {
        for (const [name, listener] of Object.entries(listeners)) socket.off(name, listener)
      }
    },
  }
}
