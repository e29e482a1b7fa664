import { makeApprovedOrder } from '@sluice/core/testing'
import { expect, test } from 'vitest'
import { openAlpaca } from './open-alpaca.ts'

test('the look-up of an old order does not read through all that the account has traded since', async () => {
  let pages = 0
  const { adapter, fake } = await openAlpaca({}, { observe: ({ path }) => { if (path.includes('/activities/')) pages += 1 } })
  const order = makeApprovedOrder({ clientOrderId: 'old', terms: { quantity: '500', limitPrice: '100' } })
  await adapter.submit(order)
  await expect.poll(() => fake.oracle.orders()[0]?.status).toBe('new')
  for (let count = 0; count < 450; count += 1) fake.market.trade('old', '1')
  expect(await adapter.lookup('old')).toMatchObject({ kind: 'found', order: { filledQuantity: '450', averagePrice: '100', executions: undefined } })
  expect(pages).toBe(3)
  const { executions } = await adapter.snapshot()
  expect(executions.status === 'present' && executions.value.length).toBe(450)
})
