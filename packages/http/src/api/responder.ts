import type { Answer } from '../answer/answer.ts'
import type { ExecutionApi } from './create-execution-api.ts'

/** Answers a request. Never rejects. */
export type Responder = (request: Request, environment: unknown) => Promise<Answer>

const responders = new WeakMap<ExecutionApi, Responder>()

/**
 * What stands behind `api.fetch`, without the web response around its answer, which costs Node more than all the rest. Undefined
 * for an object that only looks like an API: whoever wraps one wants the wrapper called.
 */
export function responderOf(api: ExecutionApi): Responder | undefined {
  return responders.get(api)
}

export function bindResponder(api: ExecutionApi, responder: Responder): ExecutionApi {
  responders.set(api, responder)
  return api
}
