import type { AdapterContext, BrokerUpdate } from '@sluice/core'
import { updateSchema } from '../rest/wire.ts'
import type { MappedUpdate, UpdateMapper } from './map-update.ts'

/** Frames become updates in the order in which they came; one that needs a question waits, and those behind it. */
export interface UpdateQueue {
  push(data: unknown): void
  /** From now on updates carry a cursor: everything before them has been told by a snapshot. */
  openCursor(): void
  /** Something was lost: until the next snapshot no cursor may pass it. */
  closeCursor(): void
  close(): void
}

export interface UpdateQueueOptions {
  readonly context: AdapterContext
  readonly mapper: UpdateMapper
  readonly declareGap: (reason: string) => void
  /** More is under way than the service can take; and again less. */
  readonly pause: () => void
  readonly resume: () => void
}

const MANY = 1000
const FEW = 100

export function createUpdateQueue({ context, mapper, declareGap, pause, resume }: UpdateQueueOptions): UpdateQueue {
  let tail: Promise<void> | undefined
  let hasCursor = false
  let underWay = 0
  let paused = false
  let closed = false

  const settled = (): void => {
    underWay -= 1
    if (!paused || underWay > FEW) return
    paused = false
    resume()
  }
  const deliver = (update: BrokerUpdate, cursor: string | undefined): void => {
    underWay += 1
    if (underWay > MANY && !paused) {
      paused = true
      pause()
    }
    context.deliver(hasCursor && cursor !== undefined ? { ...update, cursor } : update).then(settled, settled)
  }
  const finish = ({ updates, gap }: MappedUpdate, cursor: string | undefined): void => {
    if (closed) return
    // Nothing may be remembered as told that lies behind what was missed.
    if (gap !== undefined) hasCursor = false
    for (const update of updates) deliver(update, cursor)
    if (gap !== undefined) declareGap(gap)
  }
  const work = (data: unknown): void | Promise<void> => {
    const parsed = updateSchema.safeParse(data)
    if (!parsed.success) { finish({ updates: [], gap: 'a frame that is no trade update' }, undefined); return }
    const { at, timestamp } = parsed.data
    const mapped = mapper.map(parsed.data)
    if (!(mapped instanceof Promise)) { finish(mapped, timestamp ?? at); return }
    return mapped.then((done) => { finish(done, timestamp ?? at) }, () => { finish({ updates: [], gap: 'a trade update could not be read' }, undefined) })
  }
  return {
    push: (data) => {
      if (closed) return
      const running = tail === undefined ? work(data) : tail.then(() => work(data))
      if (!(running instanceof Promise)) return
      const mine = running.then(() => { if (tail === mine) tail = undefined })
      tail = mine
    },
    openCursor: () => { hasCursor = true },
    closeCursor: () => { hasCursor = false },
    close: () => { closed = true },
  }
}
