import '../src/define.ts'
import type { Order } from '@sluice/core'
import { afterEach, expect, test, vi } from 'vitest'
import type { FeedObserver } from '../src/feed/feed-source.ts'
import { createFakeServer } from './fake-server.ts'
import { cleanUp, find, findAll } from './page.ts'

afterEach(cleanUp)

const SECONDS = 6.4
/** Events a millisecond. */
const RATE = 10

test('at ten thousand events a second there is at most one announcement in two seconds, and rows are drawn', async () => {
  const server = createFakeServer()
  const orders: Order[] = Array.from({ length: 2000 }, () => server.placed({}))
  let observer: FeedObserver | undefined
  const provider = document.createElement('sluice-provider')
  provider.feed = { snapshots: true, subscribe: (subscriber) => {
    observer = subscriber
    subscriber.next({ type: 'stream_reset', account: 'main', sequence: 0, orders, positions: [] })
    return () => undefined
  } }
  const log = document.createElement('sluice-order-execution-status')
  provider.append(log, document.createElement('sluice-connection-status'))
  document.body.append(provider)
  await vi.waitFor(() => { expect(findAll(log, '.rows .row').length).toBeGreaterThan(5) })

  const said: { at: number; text: string }[] = []
  const status = find(log, '[role=status]')
  new MutationObserver(() => { said.push({ at: performance.now(), text: status.textContent ?? '' }) }).observe(status, { childList: true, characterData: true, subtree: true })
  const types = ['order_partially_filled', 'order_pending_cancel', 'order_cancel_refused', 'order_suspended'] as const
  let sequence = 0
  const begun = performance.now()
  while (performance.now() - begun < 1000 * SECONDS) {
    // A page that was kept waiting gets what has become due.
    const due = Math.floor((performance.now() - begun) * RATE) - sequence
    observer?.next(Array.from({ length: due }, () => {
      sequence += 1
      const orderId = orders[(sequence * 7) % orders.length]!.id
      const data = { orderId, filledQuantity: '4', leavesQuantity: '6', averagePrice: '1', clientOrderId: 'c', actor: 'a', code: 'X', message: 'x', phase: 'suspended' }
      return { id: `main:${sequence}`, account: 'main', sequence, time: '2026-11-24T00:00:00.000Z', type: types[(sequence + Math.floor(sequence / orders.length)) % 4]!, data } as never
    }))
    await new Promise((resolve) => { setTimeout(resolve, 50) })
  }
  expect(said.length).toBeGreaterThanOrEqual(2)
  expect(said.length).toBeLessThanOrEqual(Math.ceil(SECONDS / 2))
  for (const [index, { at }] of said.entries()) if (index > 0) expect(at - said[index - 1]!.at).toBeGreaterThan(1900)
  expect(said.at(-1)?.text).toMatch(/\d+ (?:part filled|canceling|suspended)/)
})
