import '@sluice/widgets/define.js'
import type { FeedObserver } from '@sluice/widgets'
import { expose, isOpen, ROWS, SYMBOLS, timeAt } from './stream.ts'

let observer: FeedObserver | undefined
let sequence = 0
/** A server has written the time already: making it is no part of what is measured. */
const time = timeAt(ROWS)
const log = document.createElement('sluice-order-execution-status')

function orderOf(index: number): object {
  const createdAt = timeAt(index)
  return {
    id: `o${index}`, account: 'main', symbol: SYMBOLS[index % 8], side: index % 3 === 0 ? 'sell' : 'buy', type: 'limit', quantity: '100000000', limitPrice: `${100 + (index % 400)}.5`, timeInForce: 'day',
    extendedHours: false, idempotencyKey: `k${index}`, actor: 'a', broker: 'paper', status: isOpen(index) ? 'new' : 'canceled', filledQuantity: '0', leavesQuantity: '100000000', version: 1, createdAt, updatedAt: createdAt,
  }
}

expose({
  start: async (arranged) => {
    const provider = document.createElement('sluice-provider')
    provider.feed = {
      snapshots: true,
      subscribe: (subscriber) => {
        observer = subscriber
        subscriber.next({ type: 'stream_reset', account: 'main', sequence: 0, orders: Array.from({ length: ROWS }, (_none, index) => orderOf(index)) as never, positions: [] })
        return () => undefined
      },
    }
    provider.append(log)
    document.body.append(provider)
    await new Promise((resolve) => { setTimeout(resolve, 400) })
    if (!arranged) return
    const root = log.shadowRoot
    const filter = root?.querySelector<HTMLSelectElement>('.filter')
    if (filter === null || filter === undefined) throw new Error('no filter')
    filter.value = 'open'
    filter.dispatchEvent(new Event('change'))
    const sort = root?.querySelector<HTMLElement>('[data-column=filled]')
    sort?.click()
    await log.updateComplete
    sort?.click()
    await new Promise((resolve) => { setTimeout(resolve, 400) })
  },
  push: (updates) => {
    observer?.next(updates.map(({ index, filled, price }) => {
      sequence += 1
      const data = { orderId: `o${index}`, filledQuantity: String(filled), leavesQuantity: String(100_000_000 - filled), averagePrice: price }
      return { id: `main:${sequence}`, account: 'main', sequence, time, type: 'order_partially_filled', data } as never
    }))
  },
  seen: () => [...(log.shadowRoot?.querySelectorAll('.rows .cell.filled') ?? [])].map((cell) => cell.textContent).join('|'),
})
