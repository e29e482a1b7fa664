import { describe } from './describe.ts'
import { sleep } from './sleep.ts'
import type { StreamItem } from '@sluice/core'
import type { RelaySettings } from './relay-options.ts'

/** Items of one account that were read and not yet taken by the sink: a few batches at most, whatever the sink does. */
export interface EventQueue {
  /** Without waiting, up to `limit` items from the front. A reset comes alone. */
  peek(limit: number): readonly StreamItem[]
  drop(count: number): void
  /** Resolves when there is something to peek at, or when nothing will come. */
  arrival(): Promise<void>
  /** Nothing will come any more. */
  readonly ended: boolean
}

export interface EventQueueOptions {
  readonly account: string
  /** The last sequence number that is not wanted. */
  readonly after: number
  readonly settings: RelaySettings
  readonly signal: AbortSignal
  readonly onFailure: (cause: unknown, message: string) => void
}

/** Reads ahead of the sink, and stops reading when it is far enough ahead. */
export function createEventQueue({ account, after, settings, signal, onFailure }: EventQueueOptions): EventQueue {
  const { service, clock, batch, retryDelay } = settings
  const capacity = 2 * batch
  let items: StreamItem[] = []
  let ended = false
  let wakeTaker = (): void => undefined
  let wakeReader = (): void => undefined
  signal.addEventListener('abort', () => { wakeTaker(); wakeReader() }, { once: true })

  const read = async (): Promise<void> => {
    let seen = after
    let told = false
    while (!signal.aborted) {
      try {
        for await (const item of service.events({ account, after: seen, signal })) {
          items.push(item)
          told = false
          seen = item.sequence
          wakeTaker()
          while (items.length >= capacity && !signal.aborted) await new Promise<void>((resolve) => { wakeReader = resolve })
          if (signal.aborted) return
        }
        return
      } catch (cause) {
        if (signal.aborted) return
        if (!told) onFailure(cause, `the events of ${account} cannot be read: ${describe(cause)}. They are asked for again`)
        told = true
        await sleep(clock, Math.max(retryDelay, 1000), signal)
      }
    }
  }
  void read().finally(() => { ended = true; wakeTaker() })

  return {
    peek: (limit) => {
      const reset = items.findIndex(({ type }) => type === 'stream_reset')
      return items.slice(0, reset === 0 ? 1 : Math.min(limit, reset === -1 ? limit : reset))
    },
    drop: (count) => {
      items = items.slice(count)
      wakeReader()
    },
    arrival: async () => {
      if (items.length === 0 && !ended && !signal.aborted) await new Promise<void>((resolve) => { wakeTaker = resolve })
    },
    get ended() { return ended && items.length === 0 },
  }
}
