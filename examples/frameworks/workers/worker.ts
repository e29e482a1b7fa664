// Sluice on Workers: the service lives in a Durable Object, of which there is one, as an account has one owner; the Worker is the way to it.
import { createExecutionService, type ExecutionService, maxPosition, simulatedBroker } from '@sluice/core'
import { bearerTokens, createExecutionApi, type ExecutionApi, hashToken } from '@sluice/http'

interface Environment {
  readonly DESK_TOKEN: string
  readonly DESK: { getByName(name: string): { fetch(request: Request): Promise<Response> } }
}

function open(service: ExecutionService, { DESK_TOKEN }: Environment): ExecutionApi {
  return createExecutionApi({
    service,
    authenticate: bearerTokens([{ sha256: hashToken(DESK_TOKEN), principal: { id: 'desk', accounts: ['main'] } }]),
  })
}

export class Desk {
  readonly #environment: Environment
  #api: Promise<ExecutionApi> | undefined

  constructor(_state: unknown, environment: Environment) {
    this.#environment = environment
  }

  async fetch(request: Request): Promise<Response> {
    // Its journal is in memory: paper, until the object is moved.
    this.#api ??= createExecutionService({
      broker: simulatedBroker({ prices: { AAPL: '187.50' }, volatility: 0 }), guards: [maxPosition({ quantity: '100' })],
    }).then((service) => open(service, this.#environment))
    return (await this.#api).fetch(request)
  }
}

export default {
  fetch: (request: Request, { DESK }: Environment): Promise<Response> => DESK.getByName('main').fetch(request),
}
