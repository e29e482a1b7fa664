import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { ExecutionService } from '@sluice/core'
import { createExecutionApi, toNodeHandler } from '@sluice/http'
import express from 'express'
import fastify from 'fastify'

const PATH = '/api/v1/execution/events'

/** What the others do, as their pages show it: each event is written out once, and to every response as it comes. */
function publishTo(service: ExecutionService): { readonly join: (incoming: IncomingMessage, outgoing: ServerResponse) => void } {
  const readers = new Set<ServerResponse>()
  service.events$.subscribe((event) => {
    const text = `id: ${event.account}:${event.sequence}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`
    for (const reader of readers) reader.write(text)
  })
  return {
    join: (incoming, outgoing) => {
      readers.add(outgoing)
      incoming.on('close', () => { readers.delete(outgoing) })
    },
  }
}

const HEAD = { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' }

export const contestants: Readonly<Record<string, (service: ExecutionService) => Promise<RequestListener>>> = {
  bare: async (service) => {
    const { join } = publishTo(service)
    return (incoming, outgoing) => {
      outgoing.writeHead(200, HEAD).flushHeaders()
      join(incoming, outgoing)
    }
  },
  express: async (service) => {
    const { join } = publishTo(service)
    return express().get(PATH, (request, response) => {
      response.set(HEAD).flushHeaders()
      join(request, response)
    })
  },
  fastify: async (service) => {
    const { join } = publishTo(service)
    const app = fastify()
    app.get(PATH, (request, reply) => {
      reply.hijack()
      reply.raw.writeHead(200, HEAD).flushHeaders()
      join(request.raw, reply.raw)
    })
    await app.ready()
    return (incoming, outgoing) => { app.routing(incoming, outgoing) }
  },
  sluice: async (service) => toNodeHandler(createExecutionApi({ service, authenticate: () => ({ id: 'bench', accounts: ['main'] }), requestRate: false, streamLimit: 10_000 })),
}

/** Serves one of them. Resolves to its port, and tells how many sockets have more to take than they took. */
export async function serve(listener: RequestListener): Promise<{ readonly port: number; readonly blocked: () => number }> {
  const server = createServer(listener)
  const sockets = new Set<IncomingMessage['socket']>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => { sockets.delete(socket) })
  })
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    blocked: () => [...sockets].filter((socket) => socket.writableNeedDrain).length,
  }
}
