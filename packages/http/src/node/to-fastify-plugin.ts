import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ExecutionApi } from '../api/create-execution-api.ts'
import { answerNode } from './to-node-handler.ts'

/** As much of Fastify's request and reply as is used, so that no version of Fastify is asked for. */
interface FastifyRequestLike {
  readonly raw: IncomingMessage
}

interface FastifyReplyLike {
  readonly raw: ServerResponse
  hijack(): unknown
  getHeaders(): Readonly<Record<string, unknown>>
}

/** As much of a Fastify instance as is used. */
export interface FastifyLike {
  removeAllContentTypeParsers(): unknown
  addContentTypeParser(type: string, parser: (request: unknown, payload: unknown, done: (error: null, body?: undefined) => void) => void): unknown
  route(options: {
    readonly method: string[]
    readonly url: string
    readonly exposeHeadRoute: boolean
    readonly handler: (request: FastifyRequestLike, reply: FastifyReplyLike) => void
  }): unknown
  setErrorHandler(handler: (error: { readonly code?: string }, request: FastifyRequestLike, reply: FastifyReplyLike) => void): unknown
  addHook(name: 'preClose', hook: (done: () => void) => void): unknown
}

/** What `app.register` takes. */
export type FastifyPlugin = (instance: FastifyLike, options: unknown, done: (error?: Error) => void) => void

/**
 * Mounts the API on Fastify 5: `app.register(toFastifyPlugin(api))`. Its answers are its own: neither Fastify's parser, which
 * would take the bytes, nor its error format comes in between; hooks of the application that run before a handler do.
 * `authenticate` gets Fastify's request as `environment.fastifyRequest`. When Fastify closes, the event streams end.
 */
export function toFastifyPlugin(api: ExecutionApi): FastifyPlugin {
  return (instance, _options, done) => {
    // Only inside the plugin: what the application has registered for itself stays as it is.
    instance.removeAllContentTypeParsers()
    instance.addContentTypeParser('*', (_request, _payload, parsed) => { parsed(null) })
    const handler = (request: FastifyRequestLike, reply: FastifyReplyLike): void => {
      reply.hijack()
      for (const [name, value] of Object.entries(reply.getHeaders())) reply.raw.setHeader(name, value as string)
      answerNode(api, request.raw, reply.raw, { incoming: request.raw, outgoing: reply.raw, fastifyRequest: request })
    }
    for (const url of [`${api.basePath}/*`, api.basePath === '' ? '/' : api.basePath]) {
      instance.route({ method: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'], url, exposeHeadRoute: false, handler })
    }
    // A content type that Fastify cannot read is ours to refuse. What a hook of the application threw is not ours.
    instance.setErrorHandler((error, request, reply) => {
      if (error.code?.startsWith('FST_ERR_CTP_') !== true) throw error as Error
      handler(request, reply)
    })
    instance.addHook('preClose', (closed) => { api.close().then(closed, closed) })
    done()
  }
}
