import { refuse, retryAfter } from '../answer/refusal.ts'
import type { ApiRequest } from '../api/api-request.ts'
import type { Settings } from '../api/settings.ts'
import type { RequestEnvironment } from '../api/execution-api-options.ts'
import type { Principal } from './principal.ts'
import { timeBox } from './time-box.ts'

/** Fails closed on whatever a hook written in JavaScript may return. */
function isPrincipal(value: unknown): value is Principal {
  if (typeof value !== 'object' || value === null) return false
  const { id, accounts, rights } = value as { readonly [Key in keyof Principal]?: unknown }
  const isTexts = (list: unknown): boolean => Array.isArray(list) && list.every((item) => typeof item === 'string')
  return typeof id === 'string' && id !== '' && (accounts === '*' || isTexts(accounts)) && (rights === undefined || isTexts(rights))
}

/**
 * Who the request speaks for.
 * @throws Refusal 401 for nobody; 503 when that could not be found out
 */
export function authenticate(request: ApiRequest, environment: RequestEnvironment, settings: Settings): Promise<Principal> | Principal {
  const unavailable = (error: unknown): never => {
    settings.reportFailure('authenticate failed', error)
    throw refuse(503, 'AUTHENTICATION_UNAVAILABLE', 'Who you are could not be checked.', { retryable: true }, retryAfter(1000))
  }
  const check = (principal: unknown): Principal => {
    if (principal === null || principal === undefined) throw refuse(401, 'UNAUTHENTICATED', 'Say who you are.', {}, { 'WWW-Authenticate': settings.challenge })
    return isPrincipal(principal) ? principal : unavailable(new TypeError('authenticate returned no principal'))
  }
  let answer: unknown
  try {
    answer = timeBox<unknown>(settings.authenticate(request.web, environment), settings.clock, settings.authenticateTimeout)
  } catch (error) {
    return unavailable(error)
  }
  // A hook that knows at once is heard at once.
  return answer instanceof Promise ? answer.then(check, unavailable) : check(answer)
}
