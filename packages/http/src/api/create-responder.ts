import { openAccess } from '../access/access.ts'
import { authenticate } from '../access/authenticate.ts'
import { refuseCrossSite } from '../access/cross-site.ts'
import { type Answer, type AnswerHeaders, answerProblem } from '../answer/answer.ts'
import { refusalOf } from '../answer/error-problem.ts'
import { Refusal, refuse, retryAfter } from '../answer/refusal.ts'
import { createDocument } from '../openapi/create-document.ts'
import { routes } from '../routes/routes.ts'
import type { ApiRequest } from './api-request.ts'
import type { PrivateRoute } from './call.ts'
import type { RequestEnvironment } from './execution-api-options.ts'
import type { Responder } from './responder.ts'
import { createRouter } from './router.ts'
import type { Principal } from '../access/principal.ts'
import type { FailedLogins } from '../limits/failed-logins.ts'
import type { Visit } from '../limits/intake.ts'
import type { Settings } from './settings.ts'

/** One request and what is known of its answer before it is there. */
interface Exchange {
  readonly request: ApiRequest
  readonly environment: RequestEnvironment
  readonly instance: () => string
  /** Added to the answer, whatever it is. */
  headers?: AnswerHeaders
}

export function createResponder(settings: Settings): Responder {
  const { cors } = settings
  const router = createRouter(routes, settings.basePath)
  let made: object | undefined
  const document = (): object => (made ??= createDocument(routes, settings.basePath))

  const dispatch = (exchange: Exchange): Promise<Answer> | Answer => {
    const { request } = exchange
    const preflight = cors?.preflight(request)
    if (preflight !== undefined) return preflight
    const { route, orderId } = router.find(request.method, request.path)
    if (route.access === 'public') return route.handle({ settings, document, instance: exchange.instance })
    const visit = settings.intake.enter(route.isUrgent === true)
    return inTime(request, settings, visit, work(route, orderId, exchange, settings, visit))
  }

  return async (request, environment) => {
    let name: string | undefined
    const instance = (): string => (name ??= `urn:uuid:${settings.ids.next()}`)
    const exchange: Exchange = { request, environment: (environment ?? {}) as RequestEnvironment, instance }
    let answer: Answer
    try {
      answer = await dispatch(exchange)
    } catch (error) {
      answer = problemOf(error, settings, instance())
    }
    if (exchange.headers !== undefined) Object.assign(answer.headers, exchange.headers)
    if (cors !== undefined) Object.assign(answer.headers, cors.headersFor(request))
    return answer
  }
}

async function work(route: PrivateRoute, orderId: string, exchange: Exchange, settings: Settings, visit: Visit): Promise<Answer> {
  const { request, environment, instance } = exchange
  const isUrgent = route.isUrgent === true
  try {
    const known = settings.logins === undefined ? authenticate(request, environment, settings) : logIn(settings.logins, exchange, settings, isUrgent)
    const principal = known instanceof Promise ? await known : known
    refuseCrossSite(request, principal, settings.origins)
    if (!isUrgent && settings.rate !== undefined) {
      const { allowed, headers, retryAfter: wait } = settings.rate.take(principal.id)
      exchange.headers = headers
      if (!allowed) throw refuse(429, 'REQUEST_RATE_EXCEEDED', 'You ask more often than you may. Cancels and the kill switch are not limited.', { retryable: true }, retryAfter(wait))
    }
    const opened = openAccess(request, principal, route.right, settings)
    const access = opened instanceof Promise ? await opened : opened
    return await route.handle({ request, orderId, principal, access, service: settings.service, settings, instance })
  } finally {
    visit.leave()
  }
}

/** Who it is, asked only of an address that has not failed too often. What is urgent is always asked: a cancel waits for no stranger. */
async function logIn(logins: FailedLogins, { request, environment }: Exchange, settings: Settings, isUrgent: boolean): Promise<Principal> {
  let address: string | undefined
  try {
    address = settings.clientAddress?.(request.web, environment)
  } catch (error) {
    settings.reportFailure('clientAddress failed', error)
  }
  if (!isUrgent) logins.assertOpen(address)
  try {
    return await authenticate(request, environment, settings)
  } catch (error) {
    // Who could not be asked has not failed.
    if (error instanceof Refusal && error.problem.status === 401) logins.count(address)
    throw error
  }
}

/** An answer is due within the handler's time. What was not recorded by then is given up. */
function inTime(request: ApiRequest, { handlerDeadlines }: Settings, visit: Visit, done: Promise<Answer>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const late = handlerDeadlines.start(() => {
      visit.answered()
      request.abandon()
      reject(refuse(503, 'TIMED_OUT', 'No verdict came in time; the request may still take effect. Retry with the same Idempotency-Key.', { retryable: true }, retryAfter(1000)))
    })
    const end = (): void => { late(); visit.answered() }
    done.then((answer) => { end(); resolve(answer) }, (error: unknown) => { end(); reject(error) })
  })
}

/** Whatever is thrown becomes a problem that tells a stranger no more than it may. */
function problemOf(error: unknown, settings: Settings, instance: string): Answer {
  const { problem, headers } = refusalOf(error)
  if (problem.status >= 500 && !settings.closed.aborted) settings.reportFailure('request failed', error, instance)
  return answerProblem({ ...problem, instance }, headers)
}
