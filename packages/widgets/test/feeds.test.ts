import { createExecutionService, memoryJournal, orderQuantity, simulatedBroker, type StreamItem } from '@sluice/core'
import { expect, test, vi } from 'vitest'
import { Feed } from '../src/feed/feed.ts'
import { clientFeed } from '../src/feed/client-feed.ts'
import { fromEvents } from '../src/feed/event-target-feed.ts'
import type { FeedInput, FeedObserver, FeedSource } from '../src/feed/feed-source.ts'
import { fromService } from '../src/feed/service-client.ts'
import { fromSocketIo } from '../src/feed/socket-io-feed.ts'
import type { Connection } from '../src/store/connection.ts'

const reset = (sequence: number): StreamItem => ({ type: 'stream_reset', account: 'main', sequence, orders: [], positions: [] })
const event = (sequence: number): StreamItem =>
  ({ id: `main:${sequence}`, account: 'main', sequence, time: '2026-11-23T14:00:00.000Z', type: 'order_expired', data: { orderId: 'a' } })

function collect(source: FeedSource, takeSnapshot?: () => Promise<never[]>): { readonly items: StreamItem[]; readonly phases: string[]; readonly feed: Feed } {
  const items: StreamItem[] = []
  const phases: string[] = []
  const feed = new Feed({
    source, account: 'main', takeSnapshot,
    handlers: { item: (item) => { items.push(item) }, connection: ({ phase }: Connection) => { if (phases.at(-1) !== phase) phases.push(phase) }, gap: () => undefined },
  })
  feed.run()
  return { items, phases, feed }
}

/** A socket as Socket.IO makes them, without a network. */
class FakeSocket {
  connected = true
  readonly #listeners = new Map<string, Set<(value: never) => void>>()
  on(name: string, listener: (value: never) => void): void {
    this.#listeners.set(name, (this.#listeners.get(name) ?? new Set()).add(listener))
  }
  off(name: string, listener: (value: never) => void): void {
    this.#listeners.get(name)?.delete(listener)
  }
  emit(name: string, value?: unknown): void {
    for (const listener of this.#listeners.get(name) ?? []) listener(value as never)
  }
  get listeners(): number {
    return [...this.#listeners.values()].reduce((sum, set) => sum + set.size, 0)
  }
}

test('an observable, an async iterable and a function that makes one are all feeds', async () => {
  const observable: FeedSource = { subscribe: (observer: FeedObserver) => {
    observer.next(reset(1))
    observer.next([event(2), event(3)])
    return { unsubscribe: () => undefined }
  } }
  async function* items(): AsyncGenerator<FeedInput> {
    yield { epoch: 'a', items: [reset(1), event(2)] }
    yield event(3)
    await new Promise(() => undefined)
  }
  for (const source of [observable, items(), () => items()]) {
    const { items: seen, phases, feed } = collect(source)
    await vi.waitFor(() => { expect(seen.map((item) => item.sequence)).toEqual([1, 2, 3]) })
    expect(phases.at(-1)).toBe('live')
    feed.stop()
  }
})

test('a Socket.IO socket brings plain items and CloudEvents; after a cut the server is asked for what was missed', async () => {
  const socket = new FakeSocket()
  let asked = 0
  const { items, phases, feed } = collect(fromSocketIo(socket), () => {
    asked += 1
    return Promise.resolve([reset(asked === 1 ? 1 : 9)] as never[])
  })
  await vi.waitFor(() => { expect(phases).toEqual(['connecting', 'live']) })
  socket.emit('events', [event(2), { specversion: '1.0', id: 'main:3', source: 'x', type: 'sluice.order_expired', subject: 'main', time: 't', sequence: '00000000000000000003', data: { orderId: 'a' } }])
  expect(items.at(-1)).toMatchObject({ type: 'order_expired', account: 'main', sequence: 3, data: { orderId: 'a' } })
  socket.emit('disconnect', 'transport close')
  expect(phases.at(-1)).toBe('reconnecting')
  socket.emit('connect')
  await vi.waitFor(() => { expect(items.at(-1)).toMatchObject({ type: 'stream_reset', sequence: 9 }) })
  expect(phases.at(-1)).toBe('live')
  socket.emit('connect_error', Object.assign(new Error('no'), { data: { status: 401 } }))
  expect(phases.at(-1)).toBe('denied')
  feed.stop()
  expect(socket.listeners).toBe(0)
})

test('a service in the page is a client: orders, refusals, the kill switch and its events', async () => {
  const service = await createExecutionService({ broker: simulatedBroker(), journal: memoryJournal(), guards: [orderQuantity({ quantity: '100' })] })
  const client = fromService(service)
  const { items, feed } = collect(clientFeed(client))
  await vi.waitFor(() => { expect(items.map((item) => item.account).toSorted()).toEqual(['*', 'main']) })
  const draft = { symbol: 'AAPL', side: 'buy', type: 'limit', limitPrice: '10', quantity: '5', timeInForce: 'day' } as const
  const order = await client.placeOrder(draft, { idempotencyKey: 'k1' })
  expect(await client.placeOrder(draft, { idempotencyKey: 'k1' })).toMatchObject({ id: order.id })
  await vi.waitFor(() => { expect(items.some((item) => item.type === 'order_pending_new')).toBe(true) })
  await expect(client.placeOrder({ ...draft, quantity: '-5' })).rejects.toMatchObject({ code: 'ORDER_INVALID', problem: { errors: [{ pointer: '/quantity' }] } })
  await expect(client.getOrder('nobody')).rejects.toMatchObject({ code: 'ORDER_NOT_FOUND' })
  expect(await client.guards()).toEqual(expect.arrayContaining([expect.objectContaining({ name: 'order-quantity' })]))
  await client.killSwitch.engage({ reason: 'test' })
  await vi.waitFor(() => { expect(items.some((item) => item.type === 'kill_switch_changed')).toBe(true) })
  feed.stop()
  await service.close()
})

test('an event target is a feed: custom events and messages, single and in arrays, until it is left', () => {
  const target = new EventTarget()
  const { items, phases, feed } = collect(fromEvents(target, { event: 'orders' }))
  target.dispatchEvent(new CustomEvent('orders', { detail: [reset(3), event(4)] }))
  target.dispatchEvent(new MessageEvent('orders', { data: JSON.stringify(event(5)) }))
  target.dispatchEvent(new CustomEvent('orders', { detail: event(5) }))
  target.dispatchEvent(new CustomEvent('other', { detail: event(6) }))
  expect(items.map(({ sequence }) => sequence)).toEqual([3, 4, 5])
  expect(phases.at(-1)).toBe('live')
  target.dispatchEvent(new MessageEvent('orders', { data: '{ broken' }))
  expect(phases.at(-1)).toBe('reconnecting')
  feed.stop()
  target.dispatchEvent(new CustomEvent('orders', { detail: event(6) }))
  expect(items).toHaveLength(3)
})
