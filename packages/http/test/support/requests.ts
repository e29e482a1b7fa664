import { expect } from 'vitest'
import type { Problem } from '../../src/index.ts'
import { BASE } from './base.ts'
import { documentFault } from './document.ts'
import type { Mounted } from './hosts.ts'

export { BASE }

/** Fills at once: the market stands at 187.50. */
export const market = { symbol: 'AAPL', side: 'buy', type: 'market', quantity: '1', timeInForce: 'day' } as const
/** Stays open: far from the market. */
export const resting = { symbol: 'AAPL', side: 'buy', type: 'limit', quantity: '1', limitPrice: '100', timeInForce: 'day' } as const

export interface Extra {
  readonly as?: string
  readonly key?: string | undefined
  readonly headers?: Readonly<Record<string, string>>
}

export const bearer = (name: string): Record<string, string> => ({ Authorization: `Bearer zqcanary-${name}` })

/** Sends JSON, or the text itself. The answer must be one that the document knows. */
export async function send(mounted: Mounted, method: string, path: string, body?: unknown, { as = 'alice', key, headers }: Extra = {}): Promise<Response> {
  const address = path.startsWith('/api') ? path : BASE + path
  const response = await mounted.send(address, {
    method,
    headers: {
      ...bearer(as),
      ...(body !== undefined && { 'Content-Type': 'application/json' }),
      ...(key !== undefined && { 'Idempotency-Key': key }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  expect(await documentFault(method, address, response)).toBeUndefined()
  return response
}

/** The problem in an answer, after checking what every problem must be. */
export async function assertProblem(response: Response, status: number, code: string): Promise<Problem> {
  const text = await response.text()
  expect([response.status, text], text).toEqual([status, expect.any(String)])
  expect(response.headers.get('Content-Type')).toBe('application/problem+json')
  expect(response.headers.get('Cache-Control')).toBe('no-store')
  const problem = JSON.parse(text) as Problem
  expect(problem).toMatchObject({ status, code, type: expect.stringMatching(/^urn:sluice:problem:[a-z0-9-]+$/), title: expect.any(String), detail: expect.any(String), instance: expect.stringMatching(/^urn:uuid:/) })
  expect(text).not.toMatch(/at \S+ \(|node_modules|\.ts:\d/)
  return problem
}

/** A problem without what names the single answer. */
export async function bodyOf(response: Response): Promise<unknown> {
  const { instance, ...rest } = (await response.json()) as Problem
  return { ...rest, named: instance !== undefined }
}
