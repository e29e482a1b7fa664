import { afterEach, expect, test, vi } from 'vitest'
import '../src/define.ts'
import type { FeedObserver } from '../src/index.ts'
import { cleanUp } from './page.ts'

afterEach(cleanUp)

const orderOf = (index: number): object => ({
  id: `o${index}`, account: 'main', symbol: 'AAPL', side: 'buy', type: 'market', quantity: '10', timeInForce: 'day', extendedHours: false, idempotencyKey: `k${index}`, actor: 'a',
  broker: 'paper', status: 'new', filledQuantity: '0', leavesQuantity: '10', version: 1, createdAt: new Date(index * 1000).toISOString(), updatedAt: new Date(index * 1000).toISOString(),
})

test('orders that come and go leave nothing behind in the log', async () => {
  const observers: FeedObserver[] = []
  const provider = document.createElement('sluice-provider')
  provider.feed = { snapshots: true, subscribe: (observer) => { observers.push(observer); return () => undefined } }
  const log = document.createElement('sluice-order-execution-status')
  provider.append(log)
  document.body.append(provider)
  await vi.waitFor(() => { expect(observers).toHaveLength(1) })
  const list = (): Element => log.shadowRoot!.querySelector('.shift')!
  let first = 0
  for (let round = 0; round < 60; round += 1) {
    // Every round shows forty other orders.
    observers[0]!.next({ type: 'stream_reset', account: 'main', sequence: round, orders: Array.from({ length: 40 }, (_none, index) => orderOf(round * 40 + index)) as never, positions: [] })
    await vi.waitFor(() => { expect(log.shadowRoot!.querySelector(`[data-order=o${round * 40 + 39}]`)).not.toBeNull() })
    first ||= list().childNodes.length
  }
  expect(list().querySelectorAll('.row').length).toBeGreaterThan(10)
  expect(list().childNodes.length).toBeLessThan(first + 400)
  // What is left still works: rows are moved, added and taken away.
  observers[0]!.next({ type: 'stream_reset', account: 'main', sequence: 99, orders: [orderOf(5), orderOf(3)] as never, positions: [] })
  await vi.waitFor(() => { expect([...list().querySelectorAll<HTMLElement>('.row')].map((row) => row.dataset['order'])).toEqual(['o5', 'o3']) })
})
