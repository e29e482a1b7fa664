import { createExecutionService, type ExecutionService, maxPosition, simulatedBroker } from '@sluice/core'
import { bearerTokens, createExecutionApi, type ExecutionApi, hashToken } from '@sluice/http'

interface Execution {
  readonly service: ExecutionService
  readonly api: ExecutionApi
}

async function open(): Promise<Execution> {
  const token = process.env['DESK_TOKEN']
  if (token === undefined) throw new Error('set DESK_TOKEN: a random text that the desk sends as its bearer token')
  const service = await createExecutionService({ broker: simulatedBroker({ prices: { AAPL: '187.50' } }), guards: [maxPosition({ quantity: '100' })] })
  const api = createExecutionApi({ service, authenticate: bearerTokens([{ sha256: hashToken(token), principal: { id: 'desk', accounts: ['main'] } }]) })
  return { service, api }
}

// Next loads modules anew while it develops, and may load one for several routes: there is one book of orders all the same.
const kept = globalThis as { sluice?: Promise<Execution> }

/** The one service of this process, opened when the first request needs it. */
export function execution(): Promise<Execution> {
  return (kept.sluice ??= open())
}
