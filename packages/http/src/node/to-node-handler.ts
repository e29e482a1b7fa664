import type { IncomingMessage, ServerResponse } from 'node:http'
import { createIds } from '@sluice/core'
import { createProblem } from '../answer/problem.ts'
import { answerProblem } from '../answer/answer.ts'
import { refusalOf } from '../answer/error-problem.ts'
import type { ExecutionApi } from '../api/create-execution-api.ts'
import type { RequestEnvironment } from '../api/execution-api-options.ts'
import { responderOf } from '../api/responder.ts'
import { toNodeRequest } from './node-request.ts'
import { writeAnswer, writeResponse } from './write-answer.ts'

/** A listener for node:http and a middleware for Express and Connect. */
export type NodeHandler = (incoming: IncomingMessage, outgoing: ServerResponse, next?: (error?: unknown) => void) => void

/** The path as the client sees it: Express cuts what it has matched from `url` and keeps the whole in `originalUrl`. */
function targetOf(incoming: IncomingMessage & { readonly originalUrl?: string }): string {
  return incoming.originalUrl ?? incoming.url ?? '/'
}

function isUnder(target: string, basePath: string): boolean {
  if (!target.startsWith(basePath)) return false
  const next = target.charAt(basePath.length)
  return next === '' || next === '/' || next === '?'
}

/**
 * Mounts the API on Node: `createServer(toNodeHandler(api))`, `app.use(toNodeHandler(api))`, before or after a body parser.
 * Paths that are not the API's go on to `next`, or are answered with 404 where there is none.
 */
export function toNodeHandler(api: ExecutionApi): NodeHandler {
  return (incoming, outgoing, next) => {
    if (next !== undefined && !isUnder(targetOf(incoming), api.basePath)) next()
    else answerNode(api, incoming, outgoing, { incoming, outgoing })
  }
}

/** Names an answer that the API itself never saw. */
function instanceOf({ clock }: ExecutionApi): string {
  return `urn:uuid:${createIds(clock).next()}`
}

/** Answers one request of Node's. */
export function answerNode(api: ExecutionApi, incoming: IncomingMessage, outgoing: ServerResponse, environment: RequestEnvironment): void {
  answer(api, incoming, outgoing, environment).catch((error: unknown) => {
    // A broken socket, or a wrapper of the API that threw before anything was said.
    if (outgoing.headersSent || outgoing.destroyed) outgoing.destroy(error instanceof Error ? error : undefined)
    else void writeAnswer(answerProblem({ ...refusalOf(error).problem, instance: instanceOf(api) }), incoming.method, outgoing)
  })
}

async function answer(api: ExecutionApi, incoming: IncomingMessage, outgoing: ServerResponse, environment: RequestEnvironment): Promise<void> {
  const request = toNodeRequest(incoming, outgoing, targetOf(incoming), api.bodyRules)
  const respond = responderOf(api)
  if (request === undefined) await writeAnswer(answerProblem(createProblem(400, 'REQUEST_MALFORMED', 'The request cannot be read.', { instance: instanceOf(api) })), incoming.method, outgoing)
  else if (respond === undefined) await writeResponse(await api.fetch(request.web, environment), incoming.method, outgoing, request.rest)
  else await writeAnswer(await respond(request, environment), incoming.method, outgoing, request.rest)
}
