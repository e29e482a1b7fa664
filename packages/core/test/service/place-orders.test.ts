import { from, lastValueFrom, Subject, throwError, toArray } from 'rxjs'
import { expect, it } from 'vitest'
import type { Order } from '../../src/order/order.ts'
import type { OrderRequest } from '../../src/order/request.ts'
import { SluiceError } from '../../src/runtime/errors.ts'
import { type PlacementResult, placeOrders } from '../../src/service/place-orders.ts'
import { makeRequest } from '../../src/testing/index.ts'
import { createWorld } from '../support/world.ts'

const orderOf = ({ idempotencyKey = '' }: OrderRequest): Order => ({ id: idempotencyKey, status: 'new' }) as Order
const keyed = (key: string): OrderRequest => makeRequest({ idempotencyKey: key, limitPrice: '90' })

it('makes a value of every outcome: orders, denials, errors of the service and of anything else', async () => {
  const placeOrder = async (request: OrderRequest): Promise<Order> => {
    if (request.idempotencyKey === 'busy') throw new SluiceError('BUSY', 'too many', { retryable: true })
    if (request.idempotencyKey === 'odd') throw new TypeError('odd')
    return orderOf(request)
  }
  const results = await lastValueFrom(from(['a', 'busy', 'odd', 'b'].map(keyed)).pipe(placeOrders({ placeOrder }), toArray()))
  expect(results.map((result) => (result.kind === 'order' ? result.order.id : [result.request.idempotencyKey, result.error.code, result.error.cause]))).toEqual([
    'a', ['busy', 'BUSY', undefined], ['odd', 'CLOSED', expect.any(TypeError)], 'b',
  ])
})

it('outlives a placement that throws at once', async () => {
  let calls = 0
  const placeOrder = (request: OrderRequest): Promise<Order> => {
    calls += 1
    if (calls === 1) throw new Error('not even a promise')
    return Promise.resolve(orderOf(request))
  }
  const results = await lastValueFrom(from(['a', 'b'].map(keyed)).pipe(placeOrders({ placeOrder }), toArray()))
  expect(results.map(({ kind }) => kind)).toEqual(['error', 'order'])
})

it('never has more orders on their way than it may', async () => {
  let running = 0
  let most = 0
  const placeOrder = async (request: OrderRequest): Promise<Order> => {
    running += 1
    most = Math.max(most, running)
    for (let hop = 0; hop < 5; hop += 1) await Promise.resolve()
    running -= 1
    return orderOf(request)
  }
  const requests = from(Array.from({ length: 50 }, (_, index) => keyed(String(index))))
  expect(await lastValueFrom(requests.pipe(placeOrders({ placeOrder }, { concurrency: 3 }), toArray()))).toHaveLength(50)
  expect(most).toBe(3)
})

it('passes on who places, and the end and the failure of its source', async () => {
  const actors: (string | undefined)[] = []
  const service = { placeOrder: async (request: OrderRequest, options?: { readonly actor?: string }) => { actors.push(options?.actor); return orderOf(request) } }
  await lastValueFrom(from([keyed('a')]).pipe(placeOrders(service, { actor: 'robot' })))
  await lastValueFrom(from([keyed('a')]).pipe(placeOrders(service)))
  expect(actors).toEqual(['robot', undefined])
  await expect(lastValueFrom(throwError(() => new Error('source')).pipe(placeOrders(service)))).rejects.toThrow('source')
})

it('on the real service: denials and invalid requests are values too, and the stream goes on', async () => {
  const world = createWorld()
  const { service } = await world.start()
  const signals = new Subject<OrderRequest>()
  const results: PlacementResult[] = []
  signals.pipe(placeOrders(service)).subscribe((result) => { results.push(result) })
  signals.next(keyed('a'))
  signals.next({ ...keyed('b'), quantity: '-1' })
  await world.until(service.killSwitch.engage({ scope: 'symbol:MSFT', level: 'no_new', reason: 'test' }))
  signals.next({ ...keyed('c'), symbol: 'MSFT' })
  signals.next(keyed('a'))
  signals.next(keyed('d'))
  await world.clock.advance(100)
  const shown = results.map((result) => [result.request.idempotencyKey, result.kind === 'order' ? result.order.status : result.error.code])
  expect(shown).toHaveLength(5)
  expect(shown).toEqual(expect.arrayContaining([['a', 'new'], ['b', 'ORDER_INVALID'], ['c', 'denied'], ['d', 'new']]))
})
