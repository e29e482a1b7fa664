import { makeApprovedOrder } from '@sluice/core/testing'
import { expect, test } from 'vitest'
import type { HttpFaultKind } from '../src/testing/index.ts'
import { type OpenAlpaca, openAlpaca } from './open-alpaca.ts'

const place = ({ adapter }: OpenAlpaca, clientOrderId: string): Promise<unknown> => adapter.submit(makeApprovedOrder({ clientOrderId, terms: { limitPrice: '100' } }))
const open = ({ fake }: OpenAlpaca): readonly string[] => fake.oracle.orders().filter(({ status }) => status !== 'canceled').map(({ clientOrderId }) => clientOrderId)

test('one request cancels everything, strangers included, with an answer for each order', async () => {
  const desk = await openAlpaca()
  for (const id of ['a', 'b', 'c']) await place(desk, id)
  const outcome = await desk.adapter.cancelAll?.()
  expect(outcome).toMatchObject({ kind: 'answered', answers: [{ outcome: { kind: 'accepted' } }, { outcome: { kind: 'accepted' } }, { outcome: { kind: 'accepted' } }] })
  await expect.poll(() => open(desk)).toEqual([])
  await expect.poll(() => desk.kinds().filter((kind) => kind === 'canceled')).toHaveLength(3)
})

test('what Alpaca could not cancel is refused in its own answer', async () => {
  const desk = await openAlpaca()
  desk.fake.faults.add({ kind: 'answer', method: 'DELETE', path: '/v2/orders', status: 207, body: JSON.stringify([{ id: 'one', status: 200 }, { id: 'two', status: 500 }]) })
  expect(await desk.adapter.cancelAll?.()).toEqual({
    kind: 'answered',
    answers: [{ brokerOrderId: 'one', outcome: { kind: 'accepted' } }, { brokerOrderId: 'two', outcome: { kind: 'refused', code: '500', message: 'Alpaca answered 500' } }],
  })
})

const faults: readonly (readonly [HttpFaultKind, string])[] = [
  [{ kind: 'answer', status: 504 }, 'ambiguous'], [{ kind: 'reset' }, 'ambiguous'], [{ kind: 'malformed' }, 'ambiguous'], [{ kind: 'empty_object' }, 'ambiguous'],
  [{ kind: 'answer', status: 429, headers: { 'Retry-After': '0' } }, 'not_sent'], [{ kind: 'answer', status: 403, body: '{"code":40310000,"message":"no"}' }, 'refused'],
]
test.each(faults)('%o is %s', async (fault, kind) => {
  const desk = await openAlpaca()
  desk.fake.faults.add({ ...fault, method: 'DELETE' })
  expect(await desk.adapter.cancelAll?.()).toMatchObject({ kind })
})
