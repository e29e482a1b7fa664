import { createExecutionService, memoryJournal, memoryStore, simulatedBroker } from '@sluice/core'
import { makeApprovedOrder, makeContext } from '@sluice/core/testing'
import { expect, onTestFinished, test } from 'vitest'
import { createExecutionApi, toNodeHandler } from '../src/index.ts'
import { createExecutionClient, type ExecutionClient } from '../src/client/index.ts'
import { BASE } from './support/base.ts'
import { listen } from './support/hosts.ts'
import { assertProblem, resting, send } from './support/requests.ts'
import { authenticate } from './support/principals.ts'

const still = { latency: [0, 0], volatility: 0, prices: { AAPL: '187.50' } } as const

async function open() {
  const store = memoryStore()
  const byHand = simulatedBroker({ ...still, store })
  await byHand.connect(makeContext())
  await byHand.submit(makeApprovedOrder({ clientOrderId: 'by-hand', terms: { symbol: 'AAPL', limitPrice: '90', quantity: '7' } }))
  await byHand.close()
  const broker = simulatedBroker({ ...still, store })
  const service = await createExecutionService({ broker, journal: memoryJournal() })
  const mounted = await listen(toNodeHandler(createExecutionApi({ service, authenticate })))
  onTestFinished(async () => { await mounted.close(); await service.close() })
  const clientOf = (name: string): ExecutionClient => createExecutionClient({ baseUrl: mounted.origin + BASE, getHeaders: () => ({ Authorization: `Bearer zqcanary-${name}` }) })
  return { broker, service, mounted, client: clientOf('alice'), clientOf }
}

test('an order that was placed elsewhere is in the list by its source, is read and cancelled by its id, and foreign to foreigners', async () => {
  const { client, mounted, broker } = await open()
  const own = await client.placeOrder(resting)
  const listed = await (await send(mounted, 'GET', '/orders?open=true')).json() as readonly { readonly id: string; readonly source?: string }[]
  expect(listed.map(({ source }) => source ?? 'own').toSorted()).toEqual(['external', 'own'])
  const [external] = await client.listOrders({ source: 'external' })
  expect(external).toMatchObject({ source: 'external', status: 'new', quantity: '7' })
  expect((await client.listOrders({ source: 'own' })).map(({ id }) => id)).toEqual([own.id])
  await assertProblem(await send(mounted, 'GET', '/orders?source=mine'), 422, 'QUERY_INVALID')
  await assertProblem(await send(mounted, 'GET', `/order/${external?.id ?? ''}`, undefined, { as: 'bob' }), 404, 'ORDER_NOT_FOUND')
  expect((await send(mounted, 'GET', `/order/${external?.id ?? ''}`)).status).toBe(200)
  expect(await client.cancelOrder(external?.id ?? '')).toMatchObject({ status: 'canceled', source: 'external' })
  expect(broker.orders().filter(({ status }) => status === 'new')).toHaveLength(1)
})

test.each(['sweep', 'leave'] as const)('the kill switch is told to %s what was placed elsewhere, and says so afterwards', async (externalOrders) => {
  const { clientOf, mounted, broker } = await open()
  const { killSwitch } = clientOf('root')
  await killSwitch.engage({ level: 'cancel_all', reason: 'drill', externalOrders })
  expect((await killSwitch.status()).engaged).toEqual([expect.objectContaining({ externalOrders })])
  expect((await send(mounted, 'GET', '/kill-switch')).status).toBe(200)
  if (externalOrders === 'sweep') await expect.poll(() => broker.orders().map(({ status }) => status)).toEqual(['canceled'])
  else expect(broker.orders().map(({ status }) => status)).toEqual(['new'])
  await assertProblem(await send(mounted, 'POST', '/kill-switch', { action: 'engage', reason: 'x', externalOrders: 'keep' }), 422, 'REQUEST_INVALID')
})
