import type { Order, StoredEvent, StreamItem, StreamReset } from '@sluice/core'
import type { FeedBatch, FeedObserver, FeedStart, OrderFeed } from '../../src/feed/feed-source.ts'

type Kind = 'client' | 'plain' | 'epochs'

/** What may go wrong, each with its own chance for one event. */
const CHANCES = { drop: 0.03, duplicate: 0.06, swap: 0.06, cut: 0.02, silence: 0.01, restart: 0.008, reset: 0.01, refused: 0.3 } as const

interface Reader { readonly observer: FeedObserver; readonly heldBack: StoredEvent[]; mute: boolean }

const STATUS_AFTER = { order_accepted: 'new', order_partially_filled: 'partially_filled', order_filled: 'filled', order_canceled: 'canceled', order_rejected: 'rejected', order_replaced: 'new' } as const

/**
 * A server with one account. Its orders are kept by hand, apart from the code under test: each event and each order is made from
 * the same step, and neither from the other.
 */
export class FaultyServer {
  readonly orders = new Map<string, Order>()
  readonly #random: () => number
  readonly #kind: Kind
  readonly #readers = new Set<Reader>()
  #events: StoredEvent[] = []
  #epoch = 1
  #time = Date.parse('2026-11-23T14:00:00.000Z')
  calm = false
  subscriptions = 0

  constructor(random: () => number, kind: Kind) {
    this.#random = random
    this.#kind = kind
  }

  get feed(): OrderFeed {
    return {
      ...(this.#kind === 'client' && { snapshots: true }),
      heartbeat: 1000,
      subscribe: (observer, start) => this.#open(observer, start),
    }
  }

  readonly takeSnapshot = async (): Promise<readonly StreamReset[]> => {
    // A snapshot is true when it is taken; it arrives later, and what happens meanwhile is only in the stream.
    const snapshot = this.#snapshot()
    await new Promise((resolve) => { setTimeout(resolve, 5 + 40 * this.#random()) })
    if (!this.calm && this.#random() < 0.15) throw new TypeError('Failed to fetch')
    return [snapshot]
  }

  /** One thing happens to one order. */
  step(): void {
    const open = [...this.orders.values()].filter((order) => !['filled', 'canceled', 'rejected'].includes(order.status))
    const order = open[Math.floor(this.#random() * open.length)]
    if (order === undefined || this.#random() < 0.3) this.#create()
    else this.#advance(order)
  }

  /** So that a reader can see that nothing is missing at the end. */
  heartbeat(): void {
    for (const reader of this.#readers) if (!reader.mute) reader.observer.next({ items: [], ...this.#named() })
  }

  #open(observer: FeedObserver, { after }: FeedStart): () => void {
    this.subscriptions += 1
    const reader: Reader = { observer, heldBack: [], mute: false }
    this.#readers.add(reader)
    queueMicrotask(() => {
      if (!this.#readers.has(reader)) return
      if (!this.calm && this.#random() < CHANCES.refused) {
        this.#readers.delete(reader)
        observer.error(new TypeError('connection refused'))
        return
      }
      observer.state?.('live')
      if (this.#kind !== 'client') return
      const from = after?.get('main')
      if (from === undefined || from > this.#events.length) observer.next(this.#snapshot())
      else observer.next(this.#events.slice(from))
    })
    return () => { this.#readers.delete(reader) }
  }

  #named(): Pick<FeedBatch, 'epoch'> {
    return this.#kind === 'epochs' ? { epoch: this.#epoch } : {}
  }

  #snapshot(): StreamReset {
    return { type: 'stream_reset', account: 'main', sequence: this.#events.length, orders: [...this.orders.values()].toReversed(), positions: [] }
  }

  #stamp(): string {
    this.#time += 1 + Math.floor(this.#random() * 50)
    return new Date(this.#time).toISOString()
  }

  #create(): void {
    const id = `o${this.orders.size + 1}-${this.#epoch}`
    const time = this.#stamp()
    const terms = { account: 'main', symbol: ['AAPL', 'MSFT', 'TSLA'][Math.floor(this.#random() * 3)]!, side: 'buy', type: 'limit', quantity: '10', limitPrice: '100', timeInForce: 'day', extendedHours: false } as const
    const order: Order = { ...terms, id, idempotencyKey: id, actor: 'a', broker: 'paper', status: 'pending_new', filledQuantity: '0', leavesQuantity: '10', version: 1, createdAt: time, updatedAt: time }
    this.orders.set(id, order)
    this.#emit('order_pending_new', time, { orderId: id, intent: { terms, idempotencyKey: id, actor: 'a', broker: 'paper' }, clientOrderId: id })
  }

  #advance(order: Order): void {
    const time = this.#stamp()
    const roll = this.#random()
    const filled = Number(order.filledQuantity)
    const change = (type: keyof typeof STATUS_AFTER, more: Partial<Order>, data: object): void => {
      const working = filled > 0 && (type === 'order_accepted' || type === 'order_replaced') ? 'partially_filled' : STATUS_AFTER[type]
      this.orders.set(order.id, { ...order, status: working, version: order.version + 1, updatedAt: time, ...more } as Order)
      this.#emit(type, time, { orderId: order.id, ...data })
    }
    if (order.status === 'pending_new') {
      if (roll < 0.85) change('order_accepted', {}, { clientOrderId: order.id, brokerOrderId: `b${order.id}` })
      else change('order_rejected', { leavesQuantity: '0', rejection: { code: 'NO', message: 'no' } }, { rejection: { code: 'NO', message: 'no' } })
      return
    }
    if (roll < 0.2) change('order_canceled', { leavesQuantity: '0' }, { reason: 'broker' })
    else if (roll < 0.4) change('order_replaced', { limitPrice: String(100 + order.version) }, { changes: { limitPrice: String(100 + order.version) }, clientOrderId: 'r', brokerOrderId: 'b' })
    else {
      const quantity = Number(order.quantity)
      const total = Math.min(quantity, filled + 1 + Math.floor(this.#random() * 5))
      const done = total === quantity
      const amounts = { filledQuantity: String(total), leavesQuantity: String(quantity - total), averagePrice: '100' }
      change(done ? 'order_filled' : 'order_partially_filled', amounts, { ...amounts, execution: { executionId: `${order.id}${total}` } })
    }
  }

  #emit(type: StoredEvent['type'], time: string, data: object): void {
    const sequence = this.#events.length + 1
    const event = { id: `main:${sequence}`, account: 'main', sequence, time, type, data } as unknown as StoredEvent
    this.#events.push(event)
    for (const reader of this.#readers) this.#send(reader, event)
    if (!this.calm && this.#kind === 'epochs' && this.#random() < CHANCES.restart) this.#restart()
  }

  /** Another history takes over: its numbers begin anew. */
  #restart(): void {
    this.#epoch += 1
    this.#events = []
  }

  #send(reader: Reader, event: StoredEvent): void {
    const { observer, heldBack } = reader
    const next = (item: StreamItem): void => { observer.next({ items: [item], ...this.#named() }) }
    const hit = (chance: number): boolean => !this.calm && this.#random() < chance
    if (reader.mute || hit(CHANCES.drop)) return
    if (hit(CHANCES.silence)) { reader.mute = true; return }
    if (hit(CHANCES.cut)) {
      this.#readers.delete(reader)
      if (this.#random() < 0.5) observer.error(new TypeError('network error'))
      else observer.complete()
      return
    }
    if (hit(CHANCES.reset)) { next(this.#snapshot()); return }
    if (hit(CHANCES.swap)) { heldBack.push(event); return }
    next(event)
    if (hit(CHANCES.duplicate)) next(event)
    for (const late of heldBack.splice(0)) next(late)
  }
}
