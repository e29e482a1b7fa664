import type { StreamItem } from '@sluice/core'
import { idOf } from '../envelope/cloud-event.ts'
import type { EventSink, SinkBatch } from '../sink/event-sink.ts'
import { SinkError } from '../sink/sink-error.ts'

export interface MemorySinkOptions {
  /** Default `memory`. */
  readonly name?: string
  readonly delivery?: 'durable' | 'live'
}

/** A sink in this process, for tests and for code that wants events as the relay hands them out. */
export interface MemorySink extends EventSink {
  /** Everything that was delivered, in the order of delivery, repeated where it was delivered again. */
  readonly received: readonly StreamItem[]
  /** What a reader has who drops what it knows already: `sequence` at or below the last of its account. */
  readonly unique: readonly StreamItem[]
  /** From now on nothing is taken (`SINK_UNAVAILABLE`), until `heal`. */
  fail(): void
  heal(): void
  /** Takes the next batch and answers as if it had not: what happens when an acknowledgement is lost. */
  loseAnswer(): void
  /** Never takes an event that passes. */
  refuse(isPoison: (item: StreamItem) => boolean): void
}

/** Keeps the events in a list. Nothing of it survives the process. */
export function memorySink({ name = 'memory', delivery = 'durable' }: MemorySinkOptions = {}): MemorySink {
  const received: StreamItem[] = []
  const unique: StreamItem[] = []
  const last = new Map<string, number>()
  let failing = false
  let answersToLose = 0
  let isPoison: (item: StreamItem) => boolean = () => false

  const keep = (item: StreamItem): void => {
    received.push(item)
    if (item.sequence <= (last.get(item.account) ?? 0)) return
    last.set(item.account, item.sequence)
    unique.push(item)
  }

  return {
    name, delivery, received, unique,
    send: async ({ items }: SinkBatch) => {
      if (failing) throw new SinkError('SINK_UNAVAILABLE', 'the memory sink was told to fail')
      for (const item of items) {
        if (isPoison(item)) throw new SinkError('EVENT_REFUSED', `the memory sink was told to refuse ${idOf(item)}`, { eventId: idOf(item) })
        keep(item)
      }
      if (answersToLose > 0) {
        answersToLose -= 1
        throw new SinkError('SINK_UNAVAILABLE', 'the memory sink was told to lose this answer')
      }
    },
    fail: () => { failing = true },
    heal: () => { failing = false },
    loseAnswer: () => { answersToLose += 1 },
    refuse: (passes) => { isPoison = passes },
    close: async () => undefined,
  }
}
