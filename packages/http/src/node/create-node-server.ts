import type * as NodeHttp from 'node:http'
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { SluiceError } from '@sluice/core'
import type { ExecutionApi } from '../api/create-execution-api.ts'
import { toNodeHandler } from './to-node-handler.ts'

export interface NodeServerOptions {
  /** Longest the head of a request may take, in ms. Default 10 000. */
  readonly headersTimeout?: number
  /** Longest a whole request may take to arrive, in ms. Default 20 000. */
  readonly requestTimeout?: number
  /** How long an idle connection is kept, in ms. Default 5 000. */
  readonly keepAliveTimeout?: number
  /** Connections in all; more are not accepted. Default 10 000. */
  readonly connectionLimit?: number
  /** Connections from one address. Raise it behind a proxy, whose address all have. Default 1 000. */
  readonly addressLimit?: number
  /** How long `close` lets answers out before it cuts, in ms. Default 10 000. */
  readonly closeTimeout?: number
}

/** Connections that wait to be accepted, as far as the system allows: readers that were cut come back together, and Node's own 511 are few. */
const BACKLOG = 4096

/** A server of Node's that serves the API alone. */
export interface NodeServer {
  readonly server: Server
  /** Resolves to the port, also when asked for any (0). */
  listen(port: number, host?: string): Promise<number>
  /** Accepts nothing more, ends the streams, lets answers out, then cuts what is left. The service stays open. */
  close(): Promise<void>
}

/** Counts connections of each address; those over the limit are cut before they have said a word. */
function limitAddresses(server: Server, limit: number): void {
  const counts = new Map<string, number>()
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? ''
    const count = (counts.get(address) ?? 0) + 1
    if (count > limit) {
      socket.destroy()
      return
    }
    counts.set(address, count)
    socket.once('close', () => {
      const left = (counts.get(address) ?? 1) - 1
      if (left === 0) counts.delete(address)
      else counts.set(address, left)
    })
  })
}

/** Node's own, asked for when it is used: a runtime that has only fetch must be able to load this package. */
const createServer: typeof NodeHttp.createServer = (...more: readonly unknown[]) => {
  const host = globalThis as { readonly process?: Partial<Pick<NodeJS.Process, 'getBuiltinModule'>> }
  const http = host.process?.getBuiltinModule?.('node:http')
  if (http === undefined) throw new SluiceError('CONFIGURATION_INVALID', 'createNodeServer needs Node 22.3 or later; elsewhere, pass requests to api.fetch')
  return (http.createServer as (...all: readonly unknown[]) => Server)(...more)
}

/** A server with the bounds that Node leaves open: time for the head and the whole of a request, connections in all and of one address. */
export function createNodeServer(api: ExecutionApi, options: NodeServerOptions = {}): NodeServer {
  const { headersTimeout = 10_000, requestTimeout = 20_000, keepAliveTimeout = 5000, connectionLimit = 10_000, addressLimit = 1000, closeTimeout = 10_000 } = options
  const server = createServer({
    headersTimeout, requestTimeout, keepAliveTimeout, maxHeaderSize: 16_384, connectionsCheckingInterval: Math.min(1000, headersTimeout), requireHostHeader: true,
  }, toNodeHandler(api))
  server.maxConnections = connectionLimit
  limitAddresses(server, addressLimit)
  let closing: Promise<void> | undefined

  const close = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => { server.close(() => { resolve() }) })
    const ended = api.close()
    server.closeIdleConnections()
    const cut = api.clock.setTimer(() => { server.closeAllConnections() }, closeTimeout)
    await ended
    server.closeIdleConnections()
    await closed
    cut.cancel()
  }

  return {
    server,
    listen: (port, host) => new Promise((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, host, BACKLOG, () => {
        server.off('error', reject)
        const address = server.address()
        resolve(typeof address === 'object' && address !== null ? address.port : port)
      })
    }),
    close: () => (closing ??= close()),
  }
}
