import { type DeliveredItem, testSink } from '@sluice/testkit'
import type { StreamItem } from '@sluice/core'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { socketIoSink } from '@sluice/events/socketio'
import { Server } from 'socket.io'
import { io } from 'socket.io-client'
import { until } from './support/open-sockets.ts'

// The other side of a live view is whoever is connected: there is nothing that could be down, refuse, or be found again.
testSink({
  create: async () => {
    const http = createServer()
    const server = new Server(http, { serveClient: false })
    const sink = socketIoSink({ io: server, authenticate: () => ({ id: 'reader', accounts: '*' }) })
    http.listen(0, '127.0.0.1')
    await once(http, 'listening')
    const socket = io(`http://127.0.0.1:${(http.address() as AddressInfo).port}/sluice`, { transports: ['websocket'], forceNew: true, reconnectionDelay: 5, autoConnect: false })
    const items: StreamItem[] = []
    socket.on('sluice:batch', (batch: { readonly items: readonly StreamItem[] }) => { items.push(...batch.items) })
    // Refused until the suite has opened the sink; then asked again.
    socket.on('connect_error', () => { setTimeout(() => { socket.connect() }, 5) })
    socket.connect()
    const connected = { ...sink, send: async (batch: Parameters<typeof sink.send>[0]): Promise<void> => { await until(() => socket.connected); await sink.send(batch) } }
    return {
      sink: connected,
      delivered: async (account): Promise<DeliveredItem[]> => {
        // What was sent before the answer has come before it.
        await new Promise((resolve) => { socket.emit('sluice:hello', resolve) })
        return items.filter((item) => item.account === account).map((item) => (item.type === 'stream_reset'
          ? { id: `${account}:${item.sequence}:reset`, account, sequence: item.sequence, type: item.type, data: { orders: item.orders, positions: item.positions } }
          : { id: item.id, account, sequence: item.sequence, type: item.type, data: item.data }))
      },
      close: async () => {
        socket.disconnect()
        await server.close()
      },
    }
  },
})
