import { followEvents } from '@sluice/events/socketio/client'
import { createExecutionClient } from '@sluice/http/client'
import { io } from 'socket.io-client'
import type { ConsumedItem } from './print-event.ts'

export interface ReadSocketsOptions {
  /** Of the desk, for example `http://127.0.0.1:4400`. */
  readonly address: string
  readonly token: string
  readonly account: string
  readonly onItem: (item: ConsumedItem) => void
  readonly signal: AbortSignal
}

/** Follows an account over a socket; what came before, and what the socket misses, comes from GET /events. */
export async function readSockets({ address, token, account, onItem, signal }: ReadSocketsOptions): Promise<void> {
  const client = createExecutionClient({ baseUrl: `${address}/api/v1/execution`, getHeaders: () => ({ Authorization: `Bearer ${token}` }) })
  const socket = io(`${address}/sluice`, { auth: { token }, transports: ['websocket'] })
  socket.on('connect_error', (error) => { console.error(`Cannot connect: ${error.message}`) })
  const follower = followEvents({
    socket, accounts: [account],
    history: (options) => client.events(options),
    onItem: (item) => { onItem({ account: item.account, sequence: item.sequence, type: item.type, data: item.type === 'stream_reset' ? { orders: item.orders.length } : item.data }) },
    onFailure: (error) => { console.error(`Cannot read what was missed: ${error instanceof Error ? error.message : String(error)}`) },
  })
  if (!signal.aborted) await new Promise<void>((resolve) => { signal.addEventListener('abort', () => { resolve() }, { once: true }) })
  follower.close()
  socket.disconnect()
}
