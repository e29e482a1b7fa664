import { createVirtualClock } from '@sluice/core/testing'
import { expect, test } from 'vitest'
import { createExecutionApi } from '../src/index.ts'
import { makeService } from './support/make-service.ts'
import { assertProblem, BASE, resting } from './support/requests.ts'

const text = JSON.stringify(resting)

function post(body: BodyInit, length?: string): Request {
  return new Request(`http://x${BASE}/order`, {
    method: 'POST', body, duplex: 'half', headers: { 'Content-Type': 'application/json', 'Idempotency-Key': 'k1', ...(length !== undefined && { 'Content-Length': length }) },
  } as RequestInit)
}

const streamOf = (...chunks: readonly (string | Uint8Array)[]): ReadableStream => new ReadableStream({
  start: (controller) => {
    for (const chunk of chunks) controller.enqueue(typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk)
    controller.close()
  },
})

test.each<readonly [string, () => Request, number, string]>([
  ['its length', () => post(text, String(text.length)), 201, ''],
  ['no length', () => post(streamOf(text.slice(0, 9), text.slice(9))), 201, ''],
  ['a length that is too large', () => post(text, '70000'), 201, ''],
  ['a length that is no number', () => post(text, '1e3'), 201, ''],
  ['a length that lies', () => post(`${text}${' '.repeat(70_000)}`, '10'), 413, 'BODY_TOO_LARGE'],
  ['no length and too much of it', () => post(streamOf(text, ' '.repeat(70_000))), 413, 'BODY_TOO_LARGE'],
  ['its length and bytes that are no text', () => post(new Uint8Array([0x22, 0xff, 0x22]), '3'), 400, 'BODY_MALFORMED'],
  ['no length and a letter that is cut off', () => post(streamOf(new Uint8Array([0x22, 0xe2, 0x82]))), 400, 'BODY_MALFORMED'],
  ['its length and a break', () => post(new ReadableStream({ pull: (controller) => { controller.error(new Error('reset')) } }), '9'), 400, 'BODY_MALFORMED'],
])('a web body with %s is read for what it is', async (_, make, status, code) => {
  const { service } = await makeService()
  const api = createExecutionApi({ service, authenticate: () => ({ id: 'alice', accounts: '*' }) })
  const response = await api.fetch(make())
  if (status === 201) expect(response.status).toBe(201)
  else await assertProblem(response, status, code)
  expect(await service.listOrders()).toHaveLength(status === 201 ? 1 : 0)
  await service.close()
})

test.each(['100', undefined])('a web body that does not arrive is 408, with length %s', async (length) => {
  const { service } = await makeService()
  const clock = createVirtualClock()
  const api = createExecutionApi({ service, clock, bodyTimeout: 5000, authenticate: () => ({ id: 'alice', accounts: '*' }) })
  const asked = api.fetch(post(new ReadableStream(), length))
  await clock.advance(4999)
  await clock.advance(1)
  await assertProblem(await asked, 408, 'BODY_TIMEOUT')
  await service.close()
})
