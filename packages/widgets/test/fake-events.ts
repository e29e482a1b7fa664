import type { StoredEvent } from '@sluice/core'

/** Server-sent events as the server writes them: every account has its own sequence, the id names all of them. */
export interface FakeEvents {
  /** Records an event and sends it to every reader. */
  emit(type: StoredEvent['type'], data: object, account?: string): void
  /** A reader that begins after `after`. */
  open(after: string | null, reset: (sequence: number) => object, signal: AbortSignal): Response
  /** Tells every reader to start again from a snapshot. */
  reset(snapshot: object): void
  /** Ends every connection, as a proxy or a crash would. */
  cut(): void
  readonly readers: number
}

interface Reader {
  readonly controller: ReadableStreamDefaultController<Uint8Array>
  readonly cursor: Map<string, number>
}

export function createFakeEvents(now: () => string): FakeEvents {
  const encoder = new TextEncoder()
  const readers = new Set<Reader>()
  const history = new Map<string, object[]>([['main', []], ['*', []]])

  const write = (reader: Reader, text: string): void => {
    try {
      reader.controller.enqueue(encoder.encode(text))
    } catch {
      readers.delete(reader)
    }
  }

  const send = (reader: Reader, item: object): void => {
    const { account, sequence, type } = item as { account: string; sequence: number; type: string }
    reader.cursor.set(account, sequence)
    const id = [...reader.cursor].map(([name, value]) => `${name}:${value}`).join(',')
    write(reader, `id: ${id}\nevent: ${type}\ndata: ${JSON.stringify(item)}\n\n`)
  }

  const cursorOf = (after: string | null): Map<string, number> => {
    const cursor = new Map([['main', 0], ['*', 0]])
    if (after === null) return cursor
    if (/^\d+$/.test(after)) return cursor.set('main', Number(after))
    for (const part of after.split(',')) cursor.set(part.split(':')[0] ?? '', Number(part.split(':')[1]))
    return cursor
  }

  return {
    get readers() {
      return readers.size
    },
    emit: (type, data, account = 'main') => {
      const events = history.get(account) ?? []
      history.set(account, events)
      const sequence = events.length + 1
      const event = { id: `${account}:${sequence}`, account, sequence, time: now(), type, data }
      events.push(event)
      for (const reader of readers) send(reader, event)
    },
    open: (after, reset, signal) => {
      let reader: Reader | undefined
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => {
          reader = { controller, cursor: cursorOf(after) }
          readers.add(reader)
          const opened = reader
          signal.addEventListener('abort', () => {
            if (readers.delete(opened)) controller.error(signal.reason)
          })
          write(reader, 'retry: 20\n\n')
          for (const [account, events] of history) {
            const from = reader.cursor.get(account) ?? 0
            if (from > events.length) send(reader, { type: 'stream_reset', account, sequence: events.length, ...reset(events.length) })
            else for (const event of events.slice(from)) send(reader, event)
          }
        },
        cancel: () => {
          if (reader !== undefined) readers.delete(reader)
        },
      })
      return new Response(body, { headers: { 'Content-Type': 'text/event-stream' } })
    },
    reset: (snapshot) => {
      const sequence = history.get('main')?.length ?? 0
      for (const reader of readers) send(reader, { type: 'stream_reset', account: 'main', sequence, ...snapshot })
    },
    cut: () => {
      for (const { controller } of readers) controller.error(new TypeError('network error'))
      readers.clear()
    },
  }
}
