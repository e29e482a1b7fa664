import { Hono } from 'hono'
import { openAccess } from '../access/access.ts'
import { authenticate } from '../access/authenticate.ts'
import { refuseCrossSite } from '../access/cross-site.ts'
import { answerProblem } from '../answer/answer.ts'
import { refusalOf } from '../answer/error-problem.ts'
import { refuse, retryAfter } from '../answer/refusal.ts'
import { routes } from '../routes/routes.ts'
import type { Route } from './call.ts'
import type { ExecutionApiOptions, RequestEnvironment } from './execution-api-options.ts'
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
  close(): void
}

interface Bindings {
  readonly Bindings: RequestEnvironment
}

/**
 * Makes the HTTP face of a service.
 * @throws SluiceError CONFIGURATION_INVALID
 */
export function createExecutionApi(options: ExecutionApiOptions): ExecutionApi {
  const closing = new AbortController()
  const settings = createSettings(options, closing.signal)
  const { basePath } = settings
  const app = new Hono<Bindings>()
  for (const route of routes) {
    app.on(route.method, basePath + route.path, (context) => run(route, settings, context.req.raw, context.env, context.req.param('id') ?? ''))
  }
  app.notFound((context) => guarded(settings, () => {
    const allowed = (['GET', 'POST', 'PATCH', 'DELETE'] as const).filter((method) => app.router.match(method, context.req.path)[0].length > 0)
    if (allowed.length === 0) throw refuse(404, 'ROUTE_NOT_FOUND', 'There is nothing at this address.')
    throw refuse(405, 'METHOD_NOT_ALLOWED', `Use ${allowed.join(' or ')} here.`, {}, { Allow: allowed.join(', ') })
  }))
  return {
    basePath,
    bodyLimit: settings.bodyLimit,
    fetch: async (request, environment) => guarded(settings, () => app.fetch(request, environment ?? {})),
    close: () => { closing.abort() },
  }
}

function run(route: Route, settings: Settings, request: Request, environment: RequestEnvironment, orderId: string): Promise<Response> {
  return guarded(settings, async (instance) => {
    if (settings.closed.aborted) throw refuse(503, 'CLOSED', 'The endpoint is closed.', { retryable: true }, retryAfter(1000))
    const principal = await authenticate(request, environment, settings)
    refuseCrossSite(request, principal, settings.origins)
    const access = await openAccess(request, principal, route.right, settings)
    return route.handle({ request, orderId, principal, access, service: settings.service, settings, instance })
  })
}

/** Turns whatever is thrown into a problem that tells a stranger no more than it may. */
async function guarded(settings: Settings, work: (instance: () => string) => Response | Promise<Response>): Promise<Response> {
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
