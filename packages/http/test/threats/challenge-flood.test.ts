import type { Order } from '@sluice/core'
import { expect, test } from 'vitest'
import { createExecutionApi, type Problem } from '../../src/index.ts'
import { makeService } from '../support/make-service.ts'
import { authenticate } from '../support/principals.ts'
import { BASE, bearer, resting } from '../support/requests.ts'

test('a key that floods its person with challenges gets few of them, and nothing is sent', async () => {
  const { service, broker } = await makeService([], { submitWithin: 60_000, quoteMaximumAge: 60_000 })
  const api = createExecutionApi({ service, authenticate, requestRate: false })
  const answers = await Promise.all(Array.from({ length: 1000 }, (_, index) => api.fetch(new Request(`http://x${BASE}/order`, {
    method: 'POST', body: JSON.stringify({ ...resting, quantity: '150' }), headers: { ...bearer('alice'), 'Content-Type': 'application/json', 'Idempotency-Key': `k${index}` },
  }))))
  const asked = answers.filter(({ status }) => status === 202)
  expect(asked.length).toBeGreaterThan(0)
  expect(asked.length).toBeLessThanOrEqual(10)
  expect(await Promise.all(asked.map(async (answer) => ((await answer.json()) as Order).status))).toEqual(asked.map(() => 'pending_approval'))
  const codes = await Promise.all(answers.filter(({ status }) => status !== 202).map(async (answer) => `${answer.status} ${((await answer.json()) as Problem).code}`))
  expect(new Set(codes)).toEqual(new Set(['422 APPROVALS_PENDING']))
  expect(broker.orders()).toEqual([])
  await service.close()
})
