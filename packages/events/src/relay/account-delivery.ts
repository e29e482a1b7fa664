import { type StreamItem, toIso } from '@sluice/core'
import { idOf } from '../envelope/cloud-event.ts'
import type { EventSink, SinkBatch } from '../sink/event-sink.ts'
import { SinkError } from '../sink/sink-error.ts'
import type { RelayAlert } from './alert.ts'
import { describe } from './describe.ts'
import { createEventQueue, type EventQueue } from './event-queue.ts'
import type { RelaySettings } from './relay-options.ts'
import type { SinkCursor } from './sink-cursor.ts'
import type { SinkHealth } from './sink-health.ts'
import { sleep } from './sleep.ts'

/** Failures in a row after which somebody should know. */
const FAILURES_TO_TELL = 3

/** `idle`: nothing to do. `sending`: a batch is on its way. `retrying`: the last attempt failed. `blocked`: waits for a person. */
export type DeliveryState = 'idle' | 'sending' | 'retrying' | 'blocked' | 'stopped'

/** One account on its way to one sink. */
export interface AccountDelivery {
  readonly account: string
  readonly state: DeliveryState
  readonly cursor: SinkCursor
  /** Why the last attempt failed; undefined when it did not. */
  readonly failure: string | undefined
  /** The event that is tried alone and fails, with the verdicts on it so far. */
  readonly suspect: { readonly eventId: string; readonly attempts: number } | undefined
  /** Gives up the event that stands in the way. False when it is not that event. */
  skip(eventId: string, reason: string): boolean
  /** Resolves when it has stopped: after the batch on its way, or when `cut` aborts. */
  readonly done: Promise<void>
}

export interface AccountDeliveryOptions {
  readonly sink: EventSink
  readonly account: string
  readonly cursor: SinkCursor
  readonly settings: RelaySettings
  readonly health: SinkHealth
  /** Resolves once the sink is open. */
  readonly opened: Promise<void>
  /** Stops reading and retrying. */
  readonly signal: AbortSignal
  /** Stops waiting for the sink. */
  readonly cut: AbortSignal
  /** The place has moved. Resolves when it is durable: only what must not be done twice waits for it. */
  readonly moved: (cursor: SinkCursor) => Promise<void>
}

/** Moves one account's events to one sink: in order, one batch at a time, each until it is taken or given up. */
export function deliverAccount(options: AccountDeliveryOptions): AccountDelivery {
  const { sink, account, settings, health, signal, cut } = options
  const { clock, onAlert, attempts: maximumAttempts, maximumDeadLetters, batch, linger, retryDelay, longestDelay, stallAfter } = settings
  let { cursor } = options
  let state: DeliveryState = 'idle'
  let failures = 0
  let failure: string | undefined
  let told = false
  /** Items that go one by one, because one of them is refused. */
  let alone = 0
  let suspect: { eventId: string; attempts: number } | undefined
  /** What the sink had taken, from all accounts, when this one failed last. */
  let takenBefore = 0
  let skipped: { readonly eventId: string; readonly reason: string } | undefined
  let wakeUp = new AbortController()

  const alert = (code: RelayAlert['code'], message: string, rest: Pick<RelayAlert, 'eventId' | 'cause'> = {}): void => {
    settings.logger.warn(message, { code, sink: sink.name, account })
    onAlert({ code, sink: sink.name, account, message, ...rest })
  }

  const queue: EventQueue = createEventQueue({
    account, after: cursor.sequence, settings, signal,
    onFailure: (cause, message) => { alert('READ_FAILED', message, { cause }) },
  })

  const pause = async (delay: number): Promise<void> => {
    wakeUp = new AbortController()
    await sleep(clock, delay, AbortSignal.any([signal, wakeUp.signal]))
  }

  const send = async (items: readonly StreamItem[]): Promise<void> => {
    const stall = clock.setTimer(() => {
      alert('SINK_STALLED', `${sink.name} has not answered for ${stallAfter} ms about ${idOf(items[0] as StreamItem)}. Look at the other side; the account waits`)
    }, stallAfter)
    const given: SinkBatch = { account, after: cursor.sequence, items, signal: cut }
    try {
      await unlessAborted(sink.send(given), cut)
    } finally {
      stall.cancel()
    }
  }

  const taken = (items: readonly StreamItem[]): void => {
    const last = items.at(-1) as StreamItem
    if (last.type === 'stream_reset') {
      alert('STREAM_RESET', `${sink.name} got the state of ${account} at ${last.sequence}: events after ${cursor.sequence} are no longer kept`, { eventId: idOf(last) })
    }
    cursor = { ...cursor, sequence: last.sequence }
    health.tookBatch()
    queue.drop(items.length)
    if (told) alert('SINK_RECOVERED', `${sink.name} takes events of ${account} again`)
    told = false
    failures = 0
    failure = undefined
    suspect = undefined
    alone = Math.max(0, alone - items.length)
    void options.moved(cursor)
  }

  const giveUp = async (item: StreamItem, reason: string, attempts: number): Promise<void> => {
    cursor = { sequence: item.sequence, dead: [...cursor.dead, { sequence: item.sequence, reason: reason.slice(0, 300), attempts, time: toIso(clock.now()) }] }
    queue.drop(1)
    suspect = undefined
    alone = Math.max(0, alone - 1)
    failures = 0
    failure = undefined
    told = false
    await options.moved(cursor)
    alert('EVENT_DEAD_LETTERED', `${sink.name} did not take ${idOf(item)} (${reason}); the account goes on behind it. The event stays in the journal`, { eventId: idOf(item) })
  }

  /** Whether a failure is about the event: the sink said so, or is well for everybody else. */
  const isVerdict = async (error: unknown): Promise<boolean> => {
    if (SinkError.isInstance(error)) return error.code === 'EVENT_REFUSED'
    const before = takenBefore
    takenBefore = health.taken
    if (failures > 1 && health.taken > before) return true
    if (sink.probe === undefined) return false
    try {
      await sink.probe()
      return true
    } catch {
      return false
    }
  }

  const failed = async (items: readonly StreamItem[], error: unknown): Promise<void> => {
    const named = SinkError.isInstance(error) && error.code === 'EVENT_REFUSED' ? items.findIndex((item) => idOf(item) === error.eventId) : -1
    if (named > 0) {
      taken(items.slice(0, named))
      alone = 1
      return
    }
    failures += 1
    failure = describe(error)
    state = 'retrying'
    const first = items[0] as StreamItem
    const eventId = idOf(first)
    if (await isVerdict(error)) {
      if (items.length > 1) {
        alone = items.length
        return
      }
      suspect = { eventId, attempts: suspect?.eventId === eventId ? suspect.attempts + 1 : 1 }
      if (suspect.attempts >= maximumAttempts) {
        if (cursor.dead.length < maximumDeadLetters) {
          await giveUp(first, failure, suspect.attempts)
          return
        }
        state = 'blocked'
        if (!told) alert('ACCOUNT_BLOCKED', `${sink.name} has given up ${cursor.dead.length} events of ${account}: something is wrong with all of them. Mend it, and the account goes on from ${eventId}`, { eventId, cause: error })
        told = true
      }
    } else if (failures >= FAILURES_TO_TELL && !told) {
      told = true
      alert('SINK_FAILING', `${sink.name} did not take events of ${account}, ${failures} times from ${eventId} on: ${failure}. It is tried on`, { eventId, cause: error })
    }
    await pause(Math.min(longestDelay, retryDelay * 2 ** Math.min(failures - 1, 20)))
  }

  const run = async (): Promise<void> => {
    await options.opened
    while (!signal.aborted && !queue.ended) {
      if (queue.peek(1).length === 0) {
        state = 'idle'
        await queue.arrival()
        // Not in the tick in which an order went on its way, and rather many at once than one by one.
        await sleep(clock, sink.linger ?? linger, signal)
        continue
      }
      const items = queue.peek(alone > 0 ? 1 : batch)
      if (skipped?.eventId === idOf(items[0] as StreamItem)) {
        await giveUp(items[0] as StreamItem, skipped.reason, suspect?.attempts ?? failures)
        skipped = undefined
        continue
      }
      if (failures === 0) state = 'sending'
      try {
        await send(items)
      } catch (error) {
        if (cut.aborted) return
        await failed(items, error)
        continue
      }
      taken(items)
    }
  }

  return {
    account,
    get state() { return state },
    get cursor() { return cursor },
    get failure() { return failure },
    get suspect() { return suspect },
    skip: (eventId, reason) => {
      const [front] = queue.peek(1)
      if (front === undefined || idOf(front) !== eventId || failures === 0) return false
      skipped = { eventId, reason }
      wakeUp.abort()
      return true
    },
    done: run().finally(() => { state = 'stopped' }),
  }
}

/** Settles like the promise, or rejects when the signal aborts first. Leaves nothing behind on the signal. */
function unlessAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => { reject(signal.reason as Error) }
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    promise.then(resolve, reject).finally(() => { signal.removeEventListener('abort', onAbort) })
  })
}
