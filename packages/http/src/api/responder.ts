import type { Answer } from '../answer/answer.ts'
import type { ApiRequest } from './api-request.ts'
import type { ExecutionApi } from './create-execution-api.ts'

/** Answers a request. Never rejects. */
export type Responder = (request: ApiRequest, environment: unknown) => Promise<Answer>

const responders = new WeakMap<ExecutionApi, Responder>()

/**
 * What stands behind `api.fetch`, without web requests and responses. Undefined for an object that only looks like an API:
 * whoever wraps one wants the wrapper called.
 */
export function responderOf(api: ExecutionApi): Responder | undefined {
  return responders.get(api)
}

export function bindResponder(api: ExecutionApi, responder: Responder): ExecutionApi {
  responders.set(api, responder)
  return api
}
