import type { Answer, AnswerHeaders } from '../answer/answer.ts'
import type { ApiRequest } from '../api/api-request.ts'

/** What browsers are told about pages of other origins. */
export interface Cors {
  /** The answer to a question a browser asks before a request; undefined when the request is no such question, or not answered with yes. */
  preflight(request: ApiRequest): Answer | undefined
  /** What every answer says. */
  headersFor(request: ApiRequest): AnswerHeaders
}

/** Answers of one origin must never be given to a page of another by a cache in between. */
const VARY: AnswerHeaders = { Vary: 'Origin' }
const EXPOSED = 'As-Of, ETag, Idempotency-Replayed, Link, Location, RateLimit, RateLimit-Policy, Retry-After'
const ALLOWED = 'Authorization, Content-Type, Idempotency-Key, If-Match, Last-Event-ID, X-Signature-Key, X-Signature-Time, X-Signature-Nonce, X-Signature'

/** For an exact list of origins; everyone else is not mentioned, which browsers read as no. Undefined for an empty list. */
export function createCors(origins: ReadonlySet<string>): Cors | undefined {
  if (origins.size === 0) return undefined
  const headersFor = (request: ApiRequest): AnswerHeaders => {
    const origin = request.header('origin')
    if (origin === undefined || !origins.has(origin)) return VARY
    return { ...VARY, 'Access-Control-Allow-Origin': origin, 'Access-Control-Allow-Credentials': 'true', 'Access-Control-Expose-Headers': EXPOSED }
  }
  return {
    headersFor,
    preflight: (request) => {
      const origin = request.header('origin')
      if (request.method !== 'OPTIONS' || origin === undefined || !origins.has(origin) || request.header('access-control-request-method') === undefined) return undefined
      return {
        status: 204,
        headers: { 'Access-Control-Allow-Methods': 'GET, POST, PATCH, DELETE', 'Access-Control-Allow-Headers': ALLOWED, 'Access-Control-Max-Age': '600' },
        body: '',
      }
    },
  }
}
