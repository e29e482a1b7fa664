import { type Journal, memoryJournal, type StoredEvent, type StreamItem } from '@sluice/core'
import type { EventRelayOptions } from '@sluice/events'

/** A journal that grows, and the part of a service that a relay sees of it. */
export interface History {
  readonly journal: Journal
  readonly service: EventRelayOptions['service']
  /** Makes events durable, then tells of them, as a service does. */
  append(account: string, count: number, make?: (sequence: number) => Pick<StoredEvent, 'type' | 'data'>): Promise<void>
  /** Takes events up to here away, as pruning does. */
  prune(account: string, through: number): void
  /** Names of events are told in the order in which they became durable. */
  readonly events: readonly StoredEvent[]
}

const expired = (sequence: number): Pick<StoredEvent, 'type' | 'data'> => ({ type: 'order_expired', data: { orderId: `order-${sequence}` } })

export function makeHistory(inner: Journal = memoryJournal()): History {
  const listeners = new Set<(event: StoredEvent) => void>()
  const waiting = new Set<() => void>()
  const pruned = new Map<string, number>()
  const events: StoredEvent[] = []
  const journal: Journal = {
    ...inner,
    read: (account, from) => inner.read(account, Math.max(from, (pruned.get(account) ?? 0) + 1)),
  }

  async function* read({ account = 'main', after = 0, signal }: Parameters<History['service']['events']>[0] = {}): AsyncGenerator<StreamItem, void, undefined> {
    let seen = after
    const isOver = (): boolean => signal?.aborted === true
    while (!isOver()) {
      const first = pruned.get(account) ?? 0
      if (seen < first) {
        seen = first
        yield { type: 'stream_reset', account, sequence: first, orders: [], positions: [] }
      }
      const before = seen
      for await (const event of journal.read(account, seen + 1)) {
        yield event
        seen = event.sequence
      }
      if (seen === before) {
        await new Promise<void>((resolve) => {
          const wake = (): void => { waiting.delete(wake); signal?.removeEventListener('abort', wake); resolve() }
          waiting.add(wake)
          signal?.addEventListener('abort', wake)
        })
      }
    }
  }

  return {
    journal, events,
    service: {
      events: read,
      on: (_type: string, listener: (event: never) => void) => {
        listeners.add(listener as (event: StoredEvent) => void)
        return () => { listeners.delete(listener as (event: StoredEvent) => void) }
      },
    },
    append: async (account, count, make = expired) => {
      const lease = await inner.claim(account)
      const made = Array.from({ length: count }, (_, index) => {
        const sequence = lease.sequence + index + 1
        return { id: `${account}:${sequence}`, account, sequence, time: '2026-11-22T17:00:00.000Z', ...make(sequence) } as StoredEvent
      })
      await inner.append(lease, { events: made })
      events.push(...made)
      for (const event of made) for (const listener of listeners) listener(event)
      for (const wake of waiting) wake()
    },
    prune: (account, through) => { pruned.set(account, through) },
  }
}
