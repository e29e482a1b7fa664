import { GLOBAL_ACCOUNT, type StreamItem } from '@sluice/core'
import { type Cursor, formatCursor } from './cursor.ts'
import type { EventFeed } from './event-feed.ts'

/** How soon a reader may come back, in ms. */
const RETRY = 1000

type Chunk = Uint8Array<ArrayBuffer>

const encoder = new TextEncoder()
const GREETING: Chunk = encoder.encode(`retry: ${RETRY}\n\n`)
const HEARTBEAT: Chunk = encoder.encode(': heartbeat\n\n')

/** The part of an item's text that is the same for every reader; thousands of them share one event. */
const bodies = new WeakMap<StreamItem, string>()

function bodyOf(item: StreamItem): string {
  let body = bodies.get(item)
  if (body === undefined) {
    body = `event: ${item.type}\ndata: ${JSON.stringify(item)}\n\n`
    bodies.set(item, body)
  }
  return body
}

/** The bytes of a list for readers who came to it from the same place, and where they stand then. */
const chunks = new WeakMap<readonly StreamItem[], { readonly from: string; readonly to: string; readonly bytes: Chunk }>()

export interface EventChunksOptions {
  readonly feed: EventFeed
  /** Where each account begins; its order is that of the cursor's parts. */
  readonly start: Cursor
  /** Whether the reader may see an event of the global account. */
  readonly isVisible: (item: StreamItem) => boolean
  /** Called once, however the stream ends. */
  readonly onEnd: () => void
  /** Begins the time a reader may take for a chunk. Returns how to end it. */
  readonly watch: () => () => void
}

/** A feed as server-sent events, one chunk for each moment in which there is something to say. */
export async function* eventChunks({ feed, start, isVisible, onEnd, watch }: EventChunksOptions): AsyncGenerator<Chunk, void, undefined> {
  const cursor = new Map(start)
  let place = formatCursor(cursor)
  let stopWatch = (): void => undefined

  const write = (items: readonly StreamItem[]): Chunk => {
    let text = ''
    for (const item of items) {
      cursor.set(item.account, item.sequence)
      place = formatCursor(cursor)
      if (item.account !== GLOBAL_ACCOUNT || isVisible(item)) text += `id: ${place}\n${bodyOf(item)}`
    }
    return encoder.encode(text)
  }
  const chunkOf = (items: readonly StreamItem[]): Chunk => {
    const last = items.at(-1)
    // What is left out of the global account differs from reader to reader.
    if (last === undefined || last.account === GLOBAL_ACCOUNT) return write(items)
    const from = place
    const known = chunks.get(items)
    if (known?.from === from) {
      cursor.set(last.account, last.sequence)
      place = known.to
      return known.bytes
    }
    const bytes = write(items)
    chunks.set(items, { from, to: place, bytes })
    return bytes
  }

  try {
    yield GREETING
    for (let items = await feed.take(); items !== undefined; items = await feed.take()) {
      const chunk = items.length === 0 ? HEARTBEAT : chunkOf(items)
      if (chunk.byteLength === 0) continue
      stopWatch = watch()
      yield chunk
      stopWatch()
    }
    // No event, only where to resume: what the reader was not shown need not be looked at again.
    yield encoder.encode(`: closed\nid: ${place}\n\n`)
  } finally {
    stopWatch()
    onEnd()
  }
}
