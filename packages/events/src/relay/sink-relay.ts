import type { EventSink, SinkContext } from '../sink/event-sink.ts'
import { type AccountDelivery, deliverAccount } from './account-delivery.ts'
import { createCursorKeeper } from './cursor-keeper.ts'
import { describe } from './describe.ts'
import type { RelaySettings } from './relay-options.ts'
import { cursorName, parseSinkCursor, type SinkCursor } from './sink-cursor.ts'
import { createSinkHealth } from './sink-health.ts'
import { settledWithin, sleep } from './sleep.ts'

/** One sink and all its accounts. */
export interface SinkRelay {
  readonly name: string
  /** Opens the sink: heads of accounts are known. */
  open(): void
  deliveries(): readonly AccountDelivery[]
  /** How far it has got in an account. */
  sequenceOf(account: string): number
  /** Begins an account. `head`: where what was before the start ends. */
  add(account: string, head: number): Promise<void>
  close(): Promise<void>
}

export interface SinkRelayOptions {
  readonly sink: EventSink
  readonly settings: RelaySettings
  readonly context: Omit<SinkContext, 'clock' | 'logger'>
  /** A place has moved. */
  readonly changed: () => void
}

export function relaySink({ sink, settings, context, changed }: SinkRelayOptions): SinkRelay {
  const { journal, clock, logger, onAlert, from, saveEvery, retryDelay, longestDelay, closeWithin } = settings
  const isLive = sink.delivery === 'live'
  const deliveries = new Map<string, AccountDelivery>()
  /** Where accounts begin whose place is being read. */
  const adding = new Map<string, number>()
  const stop = new AbortController()
  const cut = new AbortController()
  const health = createSinkHealth()
  const keeper = createCursorKeeper({
    journal, clock, interval: saveEvery,
    onFailure: (name, account, cause) => {
      onAlert({ code: 'CURSOR_FAILED', sink: name, account, cause, message: `how far ${name} has got in ${account} could not be written: ${describe(cause)}. After a crash more is delivered again` })
    },
  })

  const open = async (): Promise<void> => {
    for (let failures = 0; !stop.signal.aborted; failures += 1) {
      try {
        await sink.open?.({ clock, logger, ...context })
        return
      } catch (cause) {
        if (failures === 2) onAlert({ code: 'SINK_FAILING', sink: sink.name, account: '*', cause, message: `${sink.name} cannot be opened: ${describe(cause)}. It is tried on` })
        await sleep(clock, Math.min(longestDelay, retryDelay * 2 ** Math.min(failures, 20)), stop.signal)
      }
    }
  }
  const opening = Promise.withResolvers<void>()

  const closeSink = async (): Promise<void> => { await sink.close?.() }

  const placeOf = async (account: string, head: number): Promise<SinkCursor> => {
    if (isLive) return { sequence: head, dead: [] }
    const name = cursorName(sink.name, account)
    const text = await journal.cursor(name)
    if (text !== undefined) return parseSinkCursor(name, text)
    const start: SinkCursor = { sequence: from === 'now' ? head : 0, dead: [] }
    // Where it began holds also when nothing is delivered before the next start.
    if (start.sequence > 0) await keeper.keep(sink.name, account, start, true)
    return start
  }

  const moved = async (account: string, before: SinkCursor, cursor: SinkCursor): Promise<void> => {
    if (!isLive) await keeper.keep(sink.name, account, cursor, cursor.dead.length !== before.dead.length)
    changed()
  }

  return {
    name: sink.name,
    open: () => { void open().then(opening.resolve) },
    deliveries: () => [...deliveries.values()],
    sequenceOf: (account) => deliveries.get(account)?.cursor.sequence ?? adding.get(account) ?? 0,
    add: async (account, head) => {
      if (deliveries.has(account) || adding.has(account) || stop.signal.aborted) return
      adding.set(account, isLive || from === 'now' ? head : 0)
      try {
        const cursor = await placeOf(account, head)
        let last = cursor
        deliveries.set(account, deliverAccount({
          sink, account, cursor, settings, health, signal: stop.signal, cut: cut.signal,
          opened: opening.promise,
          moved: (next) => {
            const before = last
            last = next
            return moved(account, before, next)
          },
        }))
      } finally {
        adding.delete(account)
      }
    },
    close: async () => {
      stop.abort()
      opening.resolve()
      const timer = clock.setTimer(() => { cut.abort(new Error('the relay was closed')) }, closeWithin, true)
      await Promise.all([...deliveries.values()].map(({ done }) => done))
      timer.cancel()
      await settledWithin(clock, keeper.flush(), closeWithin)
      const isClosed = await settledWithin(clock, closeSink(), closeWithin)
      if (!isClosed) logger.warn('a sink did not close', { sink: sink.name })
    },
  }
}
