import type { StreamItem } from '@sluice/core'
import { ExecutionClientError } from './client-error.ts'
import { createEventParser } from './event-parser.ts'
import type { ClientTiming } from './retry.ts'
import { after } from './runtime/timing.ts'
import { errorOf, problemOf, retryAfterOf, type Transport } from './transport.ts'

/**
 * `connecting`: the first attempt. `live`: events come as they happen. `stale`: silent for too long. `reconnecting`: cut, trying
 * again. `offline`: several attempts failed, still trying; or its signal ended it. `denied`: the server refuses this reader; the stream has ended.
 */
export type ConnectionState = 'connecting' | 'live' | 'stale' | 'reconnecting' | 'offline' | 'denied'

export interface EventStreamOptions {
  /** One or several accounts. Default: what the server grants. */
  readonly account?: string | readonly string[]
  /** The cursor of the last event seen, or a sequence number of a single account. Default: from the beginning. */
  readonly after?: string | number
  /** Ends the stream. */
  readonly signal?: AbortSignal
  /** Called whenever the connection's state changes. */
  readonly onState?: (state: ConnectionState) => void
}

/** Events, and how far they have been taken. */
export interface EventStream extends AsyncIterable<StreamItem> {
  /** The cursor of the last item taken, to resume from with `after`. */
  readonly cursor: string | undefined
  readonly state: ConnectionState
}

const MAXIMUM_DELAY = 30_000
const OFFLINE_ATTEMPTS = 3

/** Refusals that another attempt cannot mend. */
const isFinal = (status: number): boolean => status >= 400 && status < 500 && status !== 408 && status !== 425 && status !== 429

/** Times in ms. */
export interface EventTiming extends ClientTiming {
  /** The server is never silent for longer. */
  readonly heartbeat: number
  /** Longest wait before the first attempt to reconnect. */
  readonly reconnectDelay: number
}

export function openEvents(transport: Transport, options: EventStreamOptions, { heartbeat, reconnectDelay, sleep, random }: EventTiming): EventStream {
  const { signal, onState } = options
  const accounts = [options.account ?? []].flat()
  let cursor = options.after === undefined ? undefined : String(options.after)
  let state: ConnectionState = 'connecting'
  let attempts = 0

  const isOver = (): boolean => signal?.aborted === true
  const enter = (next: ConnectionState): void => {
    if (next === state) return
    state = next
    onState?.(next)
  }

  /** One connection: yields until it is cut. Resolves to how long the server asks to wait, in ms. */
  async function* connect(connection: AbortController): AsyncGenerator<StreamItem, number, undefined> {
    let stop = (): void => undefined
    // Watches only while the server is waited for: a slow taker is not a dead server.
    const watch = (): void => { stop = after(2 * heartbeat, () => { enter('stale'); connection.abort() }) }
    try {
      watch()
      const response = await transport.open({
        method: 'GET',
        path: `/events${accounts.length > 0 ? `?${new URLSearchParams(accounts.map((account) => ['account', account])).toString()}` : ''}`,
        headers: { Accept: 'text/event-stream', ...(cursor !== undefined && { 'Last-Event-ID': cursor }) },
      }, connection.signal)
      stop()
      if (!response.ok || response.body === null) {
        if (isFinal(response.status)) throw errorOf(response, await problemOf(response))
        return retryAfterOf(response) ?? 0
      }
      const parse = createEventParser()
      const decoder = new TextDecoder()
      const reader = response.body.getReader()
      for (;;) {
        watch()
        const { done, value } = await reader.read()
        stop()
        if (done) return 0
        attempts = 0
        enter('live')
        for (const { id, data } of parse(decoder.decode(value, { stream: true }))) {
          if (isOver()) return 0
          cursor = id ?? cursor
          if (data === '') continue
          yield JSON.parse(data) as StreamItem
        }
      }
    } finally {
      stop()
      connection.abort()
    }
  }

  async function* read(): AsyncGenerator<StreamItem, void, undefined> {
    onState?.(state)
    while (!isOver()) {
      const connection = new AbortController()
      const abort = (): void => { connection.abort() }
      signal?.addEventListener('abort', abort)
      let delay = 0
      try {
        delay = yield* connect(connection)
      } catch (error) {
        if (ExecutionClientError.isInstance(error)) {
          enter('denied')
          throw error
        }
      } finally {
        signal?.removeEventListener('abort', abort)
      }
      if (isOver()) break
      attempts += 1
      enter(attempts >= OFFLINE_ATTEMPTS ? 'offline' : 'reconnecting')
      // Full jitter: readers that were cut together, or told to wait as long, must not come back together.
      await sleep(delay + random() * Math.min(MAXIMUM_DELAY, reconnectDelay * 2 ** (attempts - 1)), signal)
    }
    enter('offline')
  }

  return {
    get cursor() { return cursor },
    get state() { return state },
    [Symbol.asyncIterator]: read,
  }
}
