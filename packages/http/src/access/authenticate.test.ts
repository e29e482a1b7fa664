import type { ExecutionService } from '@sluice/core'
import { createVirtualClock } from '@sluice/core/testing'
import { expect, test } from 'vitest'
import { createExecutionApi } from '../api/create-execution-api.ts'
import type { ExecutionApiOptions } from '../api/execution-api-options.ts'

const clock = createVirtualClock()
const service = { listOrders: async () => [], positions: async () => [] } as unknown as ExecutionService

function ask(options: Partial<ExecutionApiOptions>, environment?: unknown): Promise<Response> {
  const api = createExecutionApi({ service, clock, authenticate: () => null, ...options })
  return api.fetch(new Request('http://x/api/v1/execution/orders'), environment)
}

test('without authenticate there is no API', () => {
  expect(() => createExecutionApi({ service } as unknown as ExecutionApiOptions)).toThrowError(expect.objectContaining({ code: 'CONFIGURATION_INVALID' }))
  expect(() => createExecutionApi({ service, authenticate: () => null, basePath: 'api' })).toThrowError(expect.objectContaining({ code: 'CONFIGURATION_INVALID' }))
  expect(() => createExecutionApi({ authenticate: () => null } as unknown as ExecutionApiOptions)).toThrowError(expect.objectContaining({ code: 'CONFIGURATION_INVALID' }))
})

test('what a hook throws never makes a principal', async () => {
  for (const authenticate of [() => { throw new Error('down') }, () => Promise.reject(new Error('down')), () => Promise.reject('down')]) {
    const response = await ask({ authenticate })
    expect([response.status, response.headers.get('Retry-After')]).toEqual([503, '1'])
    expect(await response.text()).not.toContain('down')
  }
})

test('what is no principal is none', async () => {
  for (const value of [undefined, null]) expect((await ask({ authenticate: () => value as null })).status).toBe(401)
  for (const value of [true, 'alice', {}, { id: 'alice' }, { id: '', accounts: '*' }, { id: 'a', accounts: 'main' }, { id: 'a', accounts: [1] }, { id: 'a', accounts: [], rights: 'read' }]) {
    expect((await ask({ authenticate: () => value as never })).status).toBe(503)
  }
})

test('a hook that stays silent for two seconds is answered with 503', async () => {
  const response = ask({ authenticate: () => new Promise<never>(() => undefined) })
  await clock.advance(2000)
  expect((await response).status).toBe(503)
  const late = ask({ authenticate: () => ({ id: 'a', accounts: '*' }), authorize: () => new Promise<never>(() => undefined) })
  await clock.advance(2000)
  expect((await late).status).toBe(503)
})

test('authorize can only narrow', async () => {
  const authenticate = (): { id: string; accounts: readonly string[] } => ({ id: 'a', accounts: ['main'] })
  const statusOf = async (authorize: ExecutionApiOptions['authorize'], query = ''): Promise<number> => {
    const api = createExecutionApi({ service, clock, authenticate, ...(authorize !== undefined && { authorize }) })
    return (await api.fetch(new Request(`http://x/api/v1/execution/orders${query}`))).status
  }
  expect(await statusOf(undefined, '?account=main')).toBe(200)
  expect(await statusOf(() => true, '?account=main')).toBe(200)
  expect(await statusOf(() => true, '?account=other')).toBe(404)
  expect(await statusOf((_, { account }) => account !== 'main', '?account=main')).toBe(404)
  expect(await statusOf(() => false)).toBe(403)
  expect(await statusOf(() => 'yes' as unknown as boolean)).toBe(403)
  expect(await statusOf(() => { throw new Error('down') })).toBe(503)
})

test('the environment reaches authenticate as the host gave it', async () => {
  const seen: unknown[] = []
  const authenticate: ExecutionApiOptions['authenticate'] = (_, environment) => { seen.push(environment); return null }
  await ask({ authenticate }, { tenant: 'x' })
  await ask({ authenticate })
  expect(seen).toEqual([{ tenant: 'x' }, {}])
})
