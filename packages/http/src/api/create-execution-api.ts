import type { Clock } from '@sluice/core'
import { toResponse } from '../answer/to-response.ts'
import type { BodyRules } from './api-request.ts'
import { createResponder } from './create-responder.ts'
import type { ExecutionApiOptions } from './execution-api-options.ts'
import { fetchRequest } from './fetch-request.ts'
import { bindResponder } from './responder.ts'
import { createSettings } from './settings.ts'

/** Sluice over HTTP, ready to be mounted anywhere. */
export interface ExecutionApi {
  /** Where the routes begin. */
  readonly basePath: string
  /** For edges: how they must read bodies. */
  readonly bodyRules: BodyRules
  /** For edges: what they must measure time by. */
  readonly clock: Clock
  /** Answers a request. Bound: `export const GET = api.fetch`. Never rejects. */
  readonly fetch: (request: Request, environment?: unknown) => Promise<Response>
  /**
   * Takes no further requests but cancels and the kill switch, ends every event stream behind its last event, and resolves when
   * all that was asked is answered. From then on everything is refused. The service stays open.
   */
  readonly close: () => Promise<void>
}

/**
 * Makes the HTTP face of a service.
 * @throws SluiceError CONFIGURATION_INVALID
 */
export function createExecutionApi(options: ExecutionApiOptions): ExecutionApi {
  const closing = new AbortController()
  const settings = createSettings(options, closing.signal)
  const respond = createResponder(settings)
  const { basePath, bodyRules, clock } = settings
  return bindResponder({
    basePath,
    bodyRules,
    clock,
    fetch: async (request, environment) => {
      const asked = fetchRequest(request, bodyRules)
      const answer = await respond(asked, environment)
      return asked.toResponse?.(answer) ?? toResponse(answer, asked.method)
    },
    close: () => {
      closing.abort()
      return settings.intake.close()
    },
  }, respond)
}
