import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { type ExecutionApi, toNodeHandler } from '../../src/index.ts'

/** A mounted API. */
export interface Mounted {
  readonly origin: string
  readonly send: (path: string, init?: RequestInit) => Promise<Response>
  close(): Promise<void>
}

export interface Host {
  readonly name: string
  /** Whether the body reaches us as it was sent, not as a body parser read it. */
  readonly rawBody: boolean
  mount(api: ExecutionApi): Promise<Mounted>
}

export async function listen(listener: RequestListener): Promise<Mounted> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    origin,
    send: (path, init) => fetch(origin + path, init),
    close: () => new Promise((resolve) => {
      server.close(() => { resolve() })
      server.closeAllConnections()
    }),
  }
}

function expressApp(...handlers: readonly express.RequestHandler[]): Promise<Mounted> {
  const app = express()
  for (const handler of handlers) app.use(handler)
  return listen(app)
}

export const hosts: readonly Host[] = [
  {
    name: 'fetch',
    rawBody: true,
    mount: async (api) => ({
      origin: 'http://sluice.test',
      send: (path, init) => api.fetch(new Request(`http://sluice.test${path}`, init)),
      close: async () => undefined,
    }),
  },
  { name: 'node:http', rawBody: true, mount: (api) => listen(toNodeHandler(api)) },
  { name: 'Express', rawBody: true, mount: (api) => expressApp(toNodeHandler(api)) },
  { name: 'Express after express.json()', rawBody: false, mount: (api) => expressApp(express.json(), toNodeHandler(api)) },
  {
    name: 'Express under the base path',
    rawBody: true,
    mount: (api) => {
      const app = express()
      app.use(api.basePath, toNodeHandler(api))
      return listen(app)
    },
  },
]
