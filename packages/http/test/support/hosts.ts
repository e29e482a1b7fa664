import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import { createNodeServer, type ExecutionApi, type ExecutionApiOptions, toFastifyPlugin, toNodeHandler } from '../../src/index.ts'
import { nextItself } from './next-itself.ts'
import { openSandbox, type Sandbox } from './sandbox.ts'

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
  /** Makes the API where it is not to be made here. */
  readonly createApi?: (options: ExecutionApiOptions) => ExecutionApi
  mount(api: ExecutionApi): Promise<Mounted>
}

/** Opened when it is first used, and then for all tests of a file. */
let sandbox: Sandbox | undefined
const theSandbox = (): Sandbox => (sandbox ??= openSandbox())

export async function listen(listener: RequestListener): Promise<Mounted> {
  const server = createServer(listener)
  // A storm of thousands fits into the queue of its socket: what the system does with the rest is not ours to test.
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', 4096, resolve) })
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

/**
 * As Next calls `app/api/v1/execution/[...path]/route.ts`: the export named like the method, with a request and the parameters
 * of the route. A method without an export is Next's own to answer; HEAD falls back to GET. The real Next runs in examples/frameworks.
 */
async function nextHost(api: ExecutionApi): Promise<Mounted> {
  type Handler = (request: Request, context: unknown) => Promise<Response>
  const route: Readonly<Record<string, Handler>> = { GET: api.fetch, POST: api.fetch, PATCH: api.fetch, DELETE: api.fetch, PUT: api.fetch, OPTIONS: api.fetch }
  return {
    origin: 'http://sluice.test',
    send: (path, init = {}) => {
      const request = new Request(`http://sluice.test${path}`, init)
      const handler = route[request.method === 'HEAD' ? 'GET' : request.method] as Handler
      return handler(request, { params: Promise.resolve({ path: path.split('/').slice(4) }) })
    },
    close: async () => undefined,
  }
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
    name: 'createNodeServer',
    rawBody: true,
    mount: async (api) => {
      const server = createNodeServer(api)
      const origin = `http://127.0.0.1:${await server.listen(0, '127.0.0.1')}`
      return { origin, send: (path, init) => fetch(origin + path, init), close: () => server.close() }
    },
  },
  {
    name: 'Fastify',
    rawBody: true,
    mount: async (api) => {
      const app = fastify()
      await app.register(toFastifyPlugin(api))
      const origin = await app.listen({ port: 0, host: '127.0.0.1' })
      return { origin, send: (path, init) => fetch(origin + path, init), close: () => app.close() }
    },
  },
  {
    name: 'Hono',
    rawBody: true,
    mount: async (api) => {
      const app = new Hono()
      app.all(`${api.basePath}/*`, (context) => api.fetch(context.req.raw, context.env))
      app.all(api.basePath, (context) => api.fetch(context.req.raw, context.env))
      return { origin: 'http://sluice.test', send: async (path, init) => app.fetch(new Request(`http://sluice.test${path}`, init)), close: async () => undefined }
    },
  },
  {
    name: 'Hono on its own server',
    rawBody: true,
    mount: async (api) => {
      const app = new Hono()
      app.all(`${api.basePath}/*`, (context) => api.fetch(context.req.raw, context.env))
      app.all(api.basePath, (context) => api.fetch(context.req.raw, context.env))
      const listener = getRequestListener((request, environment) => app.fetch(request, environment))
      return listen((incoming, outgoing) => { void listener(incoming, outgoing) })
    },
  },
  {
    name: 'a Next.js route handler',
    rawBody: true,
    mount: nextHost,
  },
  {
    name: 'a sandbox with nothing but fetch',
    rawBody: true,
    createApi: (options) => theSandbox().createExecutionApi(options),
    mount: async (api) => ({
      origin: 'http://sluice.test',
      send: (path, init) => api.fetch(new (theSandbox().Request)(`http://sluice.test${path}`, init)),
      close: async () => undefined,
    }),
  },
  ...nextItself(),
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
