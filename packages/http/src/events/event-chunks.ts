import { GLOBAL_ACCOUNT, type StreamItem } from '@sluice/core'
import { formatCursor, type Cursor } from './cursor.ts'
import type { EventFeed } from './event-feed.ts'

/** How soon a reader may come back, in ms. */
const RETRY = 1000

const bodies = new WeakMap<StreamItem, string>()

/** The part of an item's text that is the same for every reader; thousands of them share one event. */
function bodyOf(item: StreamItem): string {
  let body = bodies.get(item)
  if (body === undefined) {
    body = `event: ${item.type}\ndata: ${JSON.stringify(item)}\n\n`
    bodies.set(item, body)
  }
  return body
}

export interface EventChunksOptions {
  readonly feed: EventFeed
  /** Where each account begins; its order is that of the cursor's parts. */
  readonly start: Cursor
  /** Whether the reader may see an event of the global account. */
  readonly isVisible: (item: StreamItem) => boolean
  /** Called once, however the stream ends. */
  readonly onEnd: () => void
}

/** A feed as server-sent events, one text for each moment in which there is something to say. */
export async function* eventChunks({ feed, start, isVisible, onEnd }: EventChunksOptions): AsyncGenerator<string, void, undefined> {
  const cursor = new Map(start)
  try {
    yield `retry: ${RETRY}\n\n`
    for (let items = await feed.take(); items !== undefined; items = await feed.take()) {
      let text = ''
      for (const item of items) {
        cursor.set(item.account, item.sequence)
        if (item.account !== GLOBAL_ACCOUNT || isVisible(item)) text += `id: ${formatCursor(cursor)}\n${bodyOf(item)}`
      }
      if (text !== '') yield text
      else if (items.length === 0) yield ': heartbeat\n\n'
    }
  } finally {
    onEnd()
  }
}
