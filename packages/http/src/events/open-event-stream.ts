import type { ExecutionService, StreamItem } from '@sluice/core'
import type { Principal } from '../access/principal.ts'
import type { AnswerStream } from '../answer/answer.ts'
import type { Settings } from '../api/settings.ts'
import type { Cursor } from './cursor.ts'
import { eventChunks } from './event-chunks.ts'
import { createEventFeed } from './event-feed.ts'

export interface EventStreamOptions {
  readonly service: ExecutionService
  readonly settings: Settings
  readonly principal: Principal
  /** Where each account begins. */
  readonly start: Cursor
  readonly isVisible: (item: StreamItem) => boolean
  /** Aborts when the reader leaves. */
  readonly signal: AbortSignal
}

/** A stream that ends with its reader, the API or its lifetime; undefined when the principal holds as many as it may. */
export function openEventStream({ service, settings, principal, start, isVisible, signal: reader }: EventStreamOptions): AnswerStream | undefined {
  const leave = settings.streams.enter(principal.id)
  if (leave === undefined) return undefined
  const stopping = new AbortController()
  const { signal } = stopping
  const stop = (): void => { stopping.abort() }
  let stalled = (): void => undefined
  const lifetime = settings.clock.setTimer(stop, settings.streamLifetime)
  const parents = [reader, settings.closed]
  for (const parent of parents) parent.addEventListener('abort', stop)
  signal.addEventListener('abort', () => {
    leave()
    lifetime.cancel()
    for (const parent of parents) parent.removeEventListener('abort', stop)
  }, { once: true })
  try {
    const feed = createEventFeed({
      service,
      tails: settings.tails,
      start,
      clock: settings.clock,
      heartbeat: settings.heartbeat,
      onFailure: (error) => { settings.reportFailure('event stream failed', error) },
    })
    signal.addEventListener('abort', feed.close, { once: true })
    if (parents.some((parent) => parent.aborted)) stop()
    return { chunks: eventChunks({
        feed,
        start,
        isVisible,
        onEnd: stop,
        watch: () => settings.stallDeadlines.start(() => {
          stalled()
          stop()
        }),
      }),
      stop,
      onStall: (cut) => { stalled = cut },
    }
  } catch (error) {
    stop()
    throw error
  }
}
