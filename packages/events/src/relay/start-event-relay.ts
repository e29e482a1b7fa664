import { type EventOf, type EventType, silentLogger, SluiceError, systemClock } from '@sluice/core'
import type { EventSink, SinkContext } from '../sink/event-sink.ts'
import type { DeliveryState } from './account-delivery.ts'
import { describe } from './describe.ts'
import { findHead } from './find-head.ts'
import type { EventRelayOptions, RelaySettings } from './relay-options.ts'
import type { DeadLetter } from './sink-cursor.ts'
import { relaySink, type SinkRelay } from './sink-relay.ts'

/** How one account stands with one sink. */
export interface DeliveryStatus {
  readonly sink: string
  readonly account: string
  readonly state: DeliveryState
  /** Everything up to here was taken, or is a dead letter. */
  readonly sequence: number
  /** The last durable event of the account. */
  readonly head: number
  /** Events between them: what the other side does not have yet. */
  readonly lag: number
  readonly deadLetters: number
  /** Why the last attempt failed. */
  readonly failure?: string
  /** The event that stands in the way, when it is known. */
  readonly suspect?: { readonly eventId: string; readonly attempts: number }
}

/** Brings the events of a service to sinks: at least once each, in order per account. Made by `startEventRelay`. */
export interface EventRelay {
  /** The names of its sinks. */
  readonly sinks: readonly string[]
  status(): readonly DeliveryStatus[]
  /** Durable events that a sink, or the slowest of all, does not have yet, over all accounts. */
  lag(sink?: string): number
  /** What was given up, oldest first. The events themselves are in the journal. */
  deadLetters(sink?: string): readonly DeadLetter[]
  /**
   * A person gives up the event that stands in the way of its account; it becomes a dead letter. False when it does not stand in
   * the way: nothing is given up by mistake.
   */
  skip(sink: string, eventId: string, reason: string): boolean
  /** Resolves with true once every sink has everything that is durable, with false after `within` ms. */
  drained(within: number): Promise<boolean>
  /** Stops reading, waits for batches on their way, writes the places and closes the sinks. Close the relay before the service. */
  close(): Promise<void>
}

function settingsOf({ service, journal, onAlert, from = 'beginning', batch = 256, linger = 2, attempts = 5, ...rest }: EventRelayOptions): RelaySettings {
  const { maximumDeadLetters = 100, saveEvery = 200, retryDelay = 100, longestDelay = 10_000, stallAfter = 30_000, closeWithin = 5000 } = rest
  const { clock = systemClock, logger = silentLogger } = rest
  for (const [name, value] of Object.entries({ batch, attempts })) {
    if (!Number.isSafeInteger(value) || value < 1) throw new SluiceError('CONFIGURATION_INVALID', `${name} must be a whole number from 1`)
  }
  const guarded: EventRelayOptions['onAlert'] = (alert) => {
    // Whoever is told must not be able to stop what they are told of.
    try { onAlert(alert) } catch (error) { logger.error('an alert listener threw', { code: alert.code, reason: describe(error) }) }
  }
  return { service, journal, onAlert: guarded, from, batch, linger, attempts, maximumDeadLetters, saveEvery, retryDelay, longestDelay, stallAfter, closeWithin, clock, logger }
}

function assertSinks(sinks: readonly EventSink[]): void {
  const names = sinks.map(({ name }) => name)
  const strange = names.find((name) => !/^[a-z0-9][a-z0-9._-]{0,63}$/.test(name))
  if (strange !== undefined) throw new SluiceError('CONFIGURATION_INVALID', `a sink is named "${strange}": use lower-case letters, digits, "-", "_" and ".", at most 64`)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new SluiceError('CONFIGURATION_INVALID', `two sinks are named ${twice}: each needs a place of its own in the journal`)
}

/**
 * Starts a relay for each sink. Resolves when the places have been read; sinks that are down do not hold it up, nor does anything
 * in a relay ever hold up an order.
 * @throws SluiceError CONFIGURATION_INVALID, JOURNAL_FAILED when the places cannot be read
 */
export async function startEventRelay(options: EventRelayOptions): Promise<EventRelay> {
  const settings = settingsOf(options)
  const { service, journal, clock } = settings
  assertSinks(options.sinks)
  const heads = new Map<string, number>()
  const isWanted = (account: string): boolean => options.accounts?.includes(account) ?? true
  const changes = new Set<() => void>()
  let relays: readonly SinkRelay[] = []

  const stopListening = service.on('event', (event: EventOf<EventType>) => {
    if (!isWanted(event.account)) return
    const isNew = !heads.has(event.account)
    heads.set(event.account, event.sequence)
    if (isNew) for (const relay of relays) void relay.add(event.account, event.sequence - 1)
  })

  const context: Omit<SinkContext, 'clock' | 'logger'> = {
    head: (account) => heads.get(account) ?? 0,
    accounts: () => [...heads.keys()],
    async* history(account) {
      const end = heads.get(account) ?? 0
      if (end === 0) return
      for await (const item of service.events({ account, after: 0 })) {
        yield item
        if (item.sequence >= end) return
      }
    },
  }
  const changed = (): void => { for (const check of changes) check() }
  relays = options.sinks.map((sink) => relaySink({ sink, settings, context, changed }))
  try {
    const known = options.accounts ?? await journal.accounts()
    const found = await Promise.all(known.map(async (account) => {
      const head = await findHead(journal, account, 0)
      heads.set(account, Math.max(head, heads.get(account) ?? 0))
      return [account, head] as const
    }))
    for (const relay of relays) relay.open()
    await Promise.all(found.flatMap(([account, head]) => relays.map((relay) => relay.add(account, head))))
  } catch (error) {
    stopListening()
    await Promise.all(relays.map((relay) => relay.close()))
    throw error
  }

  const ofSink = (name: string | undefined): readonly SinkRelay[] => relays.filter((relay) => name === undefined || relay.name === name)
  const lagOf = (relay: SinkRelay): number => [...heads].reduce((sum, [account, head]) => sum + Math.max(0, head - relay.sequenceOf(account)), 0)
  const lag = (sink?: string): number => Math.max(0, ...ofSink(sink).map(lagOf))
  let closing: Promise<void> | undefined

  return {
    sinks: relays.map(({ name }) => name),
    lag,
    status: () => relays.flatMap((relay) => relay.deliveries().map(({ account, state, cursor, failure, suspect }): DeliveryStatus => {
      const head = Math.max(context.head(account), cursor.sequence)
      return {
        sink: relay.name, account, state, sequence: cursor.sequence, head, lag: head - cursor.sequence, deadLetters: cursor.dead.length,
        ...(failure !== undefined && { failure }), ...(suspect !== undefined && { suspect }),
      }
    })),
    deadLetters: (sink) => ofSink(sink).flatMap((relay) => relay.deliveries().flatMap(({ account, cursor }) =>
      cursor.dead.map((letter): DeadLetter => ({ sink: relay.name, account, eventId: `${account}:${letter.sequence}`, ...letter })))),
    skip: (sink, eventId, reason) => ofSink(sink).some((relay) => relay.deliveries().some((delivery) => delivery.skip(eventId, reason))),
    drained: (within) => new Promise((resolve) => {
      const finish = (answer: boolean): void => {
        timer.cancel()
        changes.delete(check)
        resolve(answer)
      }
      const timer = clock.setTimer(() => { finish(lag() === 0) }, within, true)
      const check = (): void => { if (lag() === 0) finish(true) }
      changes.add(check)
      check()
    }),
    close: () => {
      closing ??= (async () => {
        stopListening()
        await Promise.all(relays.map((relay) => relay.close()))
      })()
      return closing
    },
  }
}
