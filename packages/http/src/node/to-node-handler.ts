import type { IncomingMessage, ServerResponse } from 'node:http'
import { createProblem } from '../answer/problem.ts'
import { answerProblem } from '../answer/answer.ts'
import type { ExecutionApi } from '../api/create-execution-api.ts'
import { responderOf } from '../api/responder.ts'
import { toRequest } from './to-request.ts'
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
    const target = targetOf(incoming)
    if (next !== undefined && !isUnder(target, api.basePath)) {
      next()
      return
    }
    handle(api, target, incoming, outgoing).catch((error: unknown) => {
      // Only a broken socket leads here: there is nobody left to tell.
      outgoing.destroy(error instanceof Error ? error : undefined)
    })
  }
}

async function handle(api: ExecutionApi, target: string, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const leaving = new AbortController()
  const { signal } = leaving
  outgoing.once('close', () => { if (!outgoing.writableFinished) leaving.abort() })
  const request = await toRequest(incoming, target, api.bodyLimit, signal)
  const environment = { incoming, outgoing }
  const respond = responderOf(api)
  if (request === undefined) await writeAnswer(answerProblem(createProblem(400, 'REQUEST_MALFORMED', 'The request cannot be read.')), incoming.method, outgoing, signal)
  else if (respond === undefined) await writeResponse(await api.fetch(request, environment), outgoing, signal)
  else await writeAnswer(await respond(request, environment), incoming.method, outgoing, signal)
}
