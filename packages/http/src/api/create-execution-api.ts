import { Hono } from 'hono'
import { openAccess } from '../access/access.ts'
import { authenticate } from '../access/authenticate.ts'
import { refuseCrossSite } from '../access/cross-site.ts'
import { type Answer, answerProblem } from '../answer/answer.ts'
import { refusalOf } from '../answer/error-problem.ts'
import { refuse, retryAfter } from '../answer/refusal.ts'
import { toResponse } from '../answer/to-response.ts'
import { routes } from '../routes/routes.ts'
import type { Route } from './call.ts'
import type { ExecutionApiOptions, RequestEnvironment } from './execution-api-options.ts'
import { bindResponder, type Responder } from './responder.ts'
import { createSettings, type Settings } from './settings.ts'

/** Sluice over HTTP, ready to be mounted anywhere. */
export interface ExecutionApi {
  /** Where the routes begin. */
  readonly basePath: string
  /** Largest request body, in bytes. */
  readonly bodyLimit: number
  /** Answers a request. Bound: `export const GET = api.fetch`. Never rejects. */
  readonly fetch: (request: Request, environment?: unknown) => Promise<Response>
  /** Ends every event stream and refuses further requests. The service stays open. */
  readonly close: () => void
}

/** What goes through Hono beside the request: the host's environment in, the answer out. */
interface Exchange {
  readonly environment: RequestEnvironment
  answer?: Promise<Answer>
}

interface Bindings {
  readonly Bindings: Exchange
}

/** Hono wants a response; the answer itself is in the exchange. */
const DISPATCHED = new Response(null)
const METHODS = ['GET', 'POST', 'PATCH', 'DELETE'] as const

/**
 * Makes the HTTP face of a service.
 * @throws SluiceError CONFIGURATION_INVALID
 */
export function createExecutionApi(options: ExecutionApiOptions): ExecutionApi {
  const closing = new AbortController()
  const settings = createSettings(options, closing.signal)
  const respond = createResponder(settings)
  return bindResponder({
    basePath: settings.basePath,
    bodyLimit: settings.bodyLimit,
    fetch: async (request, environment) => toResponse(await respond(request, environment), request.method),
    close: () => { closing.abort() },
  }, respond)
}

function createResponder(settings: Settings): Responder {
  const app = new Hono<Bindings>()
  for (const route of routes) {
    app.on(route.method, settings.basePath + route.path, ({ req, env }) => {
      env.answer = run(route, settings, req.raw, env.environment, req.param('id') ?? '')
      return DISPATCHED
    })
  }
  const allowedAt = (path: string): readonly string[] => METHODS.filter((method) => app.router.match(method, path)[0].length > 0)
  app.notFound(({ req, env }) => {
    env.answer = guarded(settings, () => { throw notRouted(allowedAt(req.path)) })
    return DISPATCHED
  })
  return (request, environment) => guarded(settings, async () => {
    const exchange: Exchange = { environment: (environment ?? {}) as RequestEnvironment }
    await app.fetch(request, exchange)
    if (exchange.answer === undefined) throw new Error('the request was not dispatched')
    return exchange.answer
  })
}

function notRouted(allowed: readonly string[]): Error {
  if (allowed.length === 0) return refuse(404, 'ROUTE_NOT_FOUND', 'There is nothing at this address.')
  return refuse(405, 'METHOD_NOT_ALLOWED', `Use ${allowed.join(' or ')} here.`, {}, { Allow: allowed.join(', ') })
}

function run(route: Route, settings: Settings, request: Request, environment: RequestEnvironment, orderId: string): Promise<Answer> {
  return guarded(settings, async (instance) => {
    if (settings.closed.aborted) throw refuse(503, 'CLOSED', 'The endpoint is closed.', { retryable: true }, retryAfter(1000))
    const principal = await authenticate(request, environment, settings)
    refuseCrossSite(request, principal, settings.origins)
    const access = await openAccess(request, principal, route.right, settings)
    return route.handle({ request, orderId, principal, access, service: settings.service, settings, instance })
  })
}

/** Turns whatever is thrown into a problem that tells a stranger no more than it may. */
async function guarded(settings: Settings, work: (instance: () => string) => Answer | Promise<Answer>): Promise<Answer> {
  let name: string | undefined
  const instance = (): string => (name ??= `urn:uuid:${settings.ids.next()}`)
  try {
    return await work(instance)
  } catch (error) {
    const { problem, headers } = refusalOf(error)
    if (problem.status >= 500 && !settings.closed.aborted) settings.reportFailure('request failed', error, instance())
    return answerProblem({ ...problem, instance: instance() }, headers)
  }
}
