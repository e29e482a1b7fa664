import type { OrderState } from '../order/order.ts'
import type { PublishedEvent } from '../pipeline/book/account-book.ts'
import type { PipelineContext } from '../pipeline/context.ts'
import type { Clock } from '../runtime/clock.ts'

interface Waiter {
  readonly passes: (order: OrderState) => boolean
  readonly resolve: (order: OrderState) => void
}

/** Callers waiting for an order to reach a state, by durable events. */
export interface Waiters {
  readonly waitFor: PipelineContext['waitFor']
  published(events: readonly PublishedEvent[]): void
}

export function createWaiters(clock: Clock): Waiters {
  const waiting = new Map<string, readonly Waiter[]>()

  const remove = (orderId: string, waiter: Waiter): void => {
    const left = waiting.get(orderId)?.filter((other) => other !== waiter) ?? []
    if (left.length === 0) waiting.delete(orderId)
    else waiting.set(orderId, left)
  }

  return {
    waitFor: (orderId, passes, timeout) => new Promise((resolve) => {
      const timer = Number.isFinite(timeout) ? clock.setTimer(() => { remove(orderId, waiter); resolve(undefined) }, timeout) : undefined
      const waiter: Waiter = { passes, resolve: (order) => { timer?.cancel(); remove(orderId, waiter); resolve(order) } }
      const others = waiting.get(orderId)
      waiting.set(orderId, others === undefined ? [waiter] : [...others, waiter])
    }),
    published: (events) => {
      if (waiting.size === 0) return
      for (const { order } of events) {
        const waiters = order === undefined ? undefined : waiting.get(order.id)
        if (order === undefined || waiters === undefined) continue
        for (const waiter of waiters) if (waiter.passes(order)) waiter.resolve(order)
      }
    },
  }
}
