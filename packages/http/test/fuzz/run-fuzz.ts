import fc from 'fast-check'
import { createExecutionApi, type ExecutionApi } from '../../src/index.ts'
import { createDocument } from '../../src/openapi/create-document.ts'
import { routes } from '../../src/routes/routes.ts'
import { BASE } from '../support/base.ts'
import { documentFault } from '../support/document.ts'
import { makeService, RIGHT_CODE, type TestService } from '../support/make-service.ts'
import { authenticate } from '../support/principals.ts'
import { type FuzzCase, fuzzCases, type FuzzDocument } from './fuzz-cases.ts'

/** So many cases meet one service: what it was told before is part of the case. */
const LIFE = 500

export interface FuzzReport {
  readonly runs: number
  /** Answers by status. */
  readonly statuses: Readonly<Record<number, number>>
  /** What was wrong, with the seed to see it again; undefined when nothing was. */
  readonly failure: string | undefined
}

interface World extends TestService {
  readonly api: ExecutionApi
}

async function makeWorld(): Promise<World> {
  // Most symbols here have no price, and a guard need not wait for one.
  const made = await makeService([], { prepareTimeout: 25 })
  for (const account of ['main', 'other']) await made.service.placeOrder({ symbol: 'AAPL', side: 'buy', type: 'limit', quantity: '1', limitPrice: '100', timeInForce: 'day', account, idempotencyKey: 'first' })
  return { ...made, api: createExecutionApi({ service: made.service, authenticate, requestRate: false, streamLimit: 1000 }) }
}

async function check({ method, path, query, headers, body }: FuzzCase, { api, service }: World): Promise<number> {
  const orders = await service.listOrders({ limit: 8 })
  const known = orders[(query.length + path.length) % Math.max(1, orders.length)]?.id ?? 'none'
  const address = `http://x${BASE}${path.replace('{known}', known)}${query === '' ? '' : `?${query}`}`
  const response = await api.fetch(new Request(address, { method, headers, ...(body !== undefined && method !== 'GET' && method !== 'HEAD' && { body }) }))
  const type = response.headers.get('Content-Type') ?? ''
  if (response.status >= 500 && response.status !== 503) throw new Error(`answered with ${response.status}: ${await response.text()}`)
  if (response.status >= 400 && type !== 'application/problem+json') throw new Error(`${response.status} is ${type}`)
  const fault = await documentFault(method, address, response)
  if (fault !== undefined) throw new Error(fault)
  await response.body?.cancel()
  if (({} as { readonly a?: unknown }).a !== undefined) throw new Error('a prototype was polluted')
  // One engaged switch would deny every order after it.
  for (const { scope } of service.killSwitch.status().engaged) await service.killSwitch.release({ scope, reason: 'next', code: RIGHT_CODE })
  return response.status
}

/** Sends requests made from the document, and holds every answer against it. */
export async function runFuzz(runs: number, seed: number): Promise<FuzzReport> {
  const document = createDocument(routes, BASE) as unknown as FuzzDocument
  const statuses: Record<number, number> = {}
  let world = await makeWorld()
  let age = 0
  const result = await fc.check(fc.asyncProperty(fuzzCases(document), async (one) => {
    age += 1
    if (age % LIFE === 0) {
      await world.service.close()
      world = await makeWorld()
    }
    const status = await check(one, world)
    statuses[status] = (statuses[status] ?? 0) + 1
  }), { numRuns: runs, seed, endOnFailure: true })
  await world.service.close()
  return { runs: result.numRuns, statuses, failure: result.failed ? fc.defaultReportMessage(result) : undefined }
}
