import type { Clock, ExecutionService, Journal, StoredEvent } from '@sluice/core'
import { Observable, Subject } from 'rxjs'
import type { Connections } from '../connections.ts'
import type { Ownership } from '../ownership.ts'

/** How often histories are looked at without a wake-up, in ms. */
const PERIOD = 500
/** How long events are gathered before the other nodes are told, in ms. */
const GATHER = 10

/** Events of every account, whoever owns it. */
export interface EventTail {
  /** Tells the others what becomes durable here. */
  tell(service: ExecutionService): void
  /** Durable events of one account after `after`, then live ones; ends with the signal. */
  read(account: string, after: number, signal: AbortSignal): AsyncGenerator<StoredEvent, void, undefined>
  /** Durable events of all accounts from now on, in order per account. Reads while somebody listens. */
  readonly events$: Observable<StoredEvent>
  last(account: string): Promise<number>
  start(): void
  stop(): void
}

interface End {
  readonly account: string
  readonly sequence: string
}

const ENDS = { name: 'ends', text: "SELECT account, sequence FROM accounts WHERE account = '*' OR account NOT LIKE '*%'" }
const END = { name: 'end', text: 'SELECT account, sequence FROM accounts WHERE account = $1' }
// A hint need not be durable.
const TELL = { name: 'tell', text: "SELECT set_config('synchronous_commit', 'off', true), pg_notify($1, $2)" }

/** @param journal reads histories by their stored names */
export function createEventTail(connections: Connections, ownership: Ownership, journal: Pick<Journal, 'read'>, clock: Clock, channel: string): EventTail {
  const news = new Map<string, Set<() => void>>()
  const untold = new Set<string>()
  const reading = new Map<string, Promise<void>>()
  const seen = new Map<string, number>()
  const subject = new Subject<StoredEvent>()
  let listeners = 0
  const ending = new AbortController()
  let stopped = false
  let telling = false

  const catchUp = async (account: string): Promise<void> => {
    for await (const event of journal.read(account, (seen.get(account) ?? 0) + 1)) {
      seen.set(account, event.sequence)
      subject.next(event)
    }
  }
  /** One reader for each account at a time: what comes meanwhile is seen by the next. */
  const follow = (account: string): void => {
    if (listeners === 0 || !seen.has(account) || stopped) return
    const next = (reading.get(account) ?? Promise.resolve()).then(() => catchUp(account)).catch(() => undefined)
    reading.set(account, next)
  }
  const heard = (account: string): void => {
    for (const wake of news.get(account) ?? []) wake()
    follow(account)
  }

  const tellAll = (): void => {
    telling = false
    for (const account of untold) {
      connections.run(TELL, [channel, account], PERIOD).catch(() => undefined)
    }
    untold.clear()
  }

  const lookAtEnds = async (isFirst: boolean): Promise<void> => {
    const { rows } = await connections.run<End & Record<string, unknown>>(ENDS, [], PERIOD)
    for (const { account, sequence } of rows) {
      const known = seen.get(account)
      // An account that came to be after the first look begins at its beginning.
      if (known === undefined) seen.set(account, isFirst ? Number(sequence) : 0)
      if ((seen.get(account) ?? 0) < Number(sequence)) follow(account)
    }
  }
  const lookOnTime = (isFirst: boolean): void => {
    if (stopped || listeners === 0) return
    lookAtEnds(isFirst).then(() => false, () => isFirst).then((still) => { clock.setTimer(() => { lookOnTime(still) }, PERIOD) }, () => undefined)
  }

  const waitForNews = (account: string, signal: AbortSignal): Promise<void> => new Promise((resolve) => {
    const waiting = news.get(account) ?? new Set()
    news.set(account, waiting)
    const done = (): void => {
      timer.cancel()
      waiting.delete(done)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = clock.setTimer(done, PERIOD)
    waiting.add(done)
    signal.addEventListener('abort', done, { once: true })
  })

  return {
    tell: (service) => {
      service.events$.subscribe(({ account }) => {
        // The global events of one account's service are its own.
        if (account === '*') return
        untold.add(account)
        heard(account)
        if (telling) return
        telling = true
        clock.setTimer(tellAll, GATHER)
      })
    },
    read: async function* read(account, after, signal) {
      let last = after
      while (!signal.aborted && !ending.signal.aborted) {
        const waiting = waitForNews(account, signal)
        for await (const event of journal.read(account, last + 1)) {
          if (signal.aborted) return
          yield event
          last = event.sequence
        }
        await waiting
      }
    },
    events$: new Observable((subscriber) => {
      listeners += 1
      if (listeners === 1) {
        seen.clear()
        lookOnTime(true)
      }
      const subscription = subject.subscribe(subscriber)
      return () => {
        listeners -= 1
        subscription.unsubscribe()
      }
    }),
    last: async (account) => Number((await connections.run<End & Record<string, unknown>>(END, [account])).rows[0]?.sequence ?? 0),
    start: () => { ownership.listen(channel, heard) },
    stop: () => {
      stopped = true
      ending.abort()
      for (const waiting of news.values()) for (const wake of waiting) wake()
      subject.complete()
    },
  }
}
