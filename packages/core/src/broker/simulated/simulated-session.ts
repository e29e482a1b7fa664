import { createNoise, hashText } from '../../runtime/random.ts'
import { describeError } from '../../runtime/errors.ts'
import type { Timer } from '../../runtime/clock.ts'
import type { AdapterContext, BrokerUpdate } from '../broker-adapter.ts'
import { createCommitter } from './committer.ts'
import { createDelayLine } from './delay-line.ts'
import { createMatchingEngine } from './matching-engine.ts'
import { createOrderDesk, type OrderDesk } from './order-desk.ts'
import type { SimulatedBook } from './simulated-book.ts'
import type { SimulatedMarket } from './simulated-market.ts'
import type { SimulatedSettings } from './simulated-options.ts'

/** One request on its way. */
export interface Exchange<Answer> {
  /** What its travel time is drawn for: the same id travels as long in every run. */
  readonly id: string
  /** The broker's part, at the time of arrival. */
  readonly handle: () => Answer
  /** The answer when the connection ended before the request arrived. */
  readonly lost: Answer
  /** The answer when the books could not be written. */
  readonly failed: (reason: string) => Answer
}

/** The broker between `connect` and `close`: messages that travel, books that are written, a market that moves. */
export interface SimulatedSession {
  readonly desk: OrderDesk
  isOpen(): boolean
  /** Works off what fell due before this connection, and reports that it is ready. */
  start(): Promise<void>
  exchange<Answer>(exchange: Exchange<Answer>): Promise<Answer>
  /** From now on fills carry a cursor: what came before has been told. */
  openCursor(): void
  /** Resolves when everything booked so far is durable. */
  settled(): Promise<void>
  close(): Promise<void>
}

export interface SessionOptions {
  readonly context: AdapterContext
  readonly book: SimulatedBook
  readonly market: SimulatedMarket
  readonly settings: SimulatedSettings
}

export function openSession({ context, book, market, settings }: SessionOptions): SimulatedSession {
  const { clock, logger } = context
  const requests = createDelayLine(clock)
  const answers = createDelayLine(clock)
  const updates = createDelayLine(clock)
  const travel = createNoise(settings.seed, 'travel')
  const committer = createCommitter(settings.store, () => book.takeChanges())
  let outbox: BrokerUpdate[] = []
  const emit = (update: BrokerUpdate): void => { outbox.push(update) }
  const engine = createMatchingEngine({ book, market, settings, emit })
  const desk = createOrderDesk({ book, market, settings, emit }, engine)
  let isOpen = true
  let hasCursor = false
  let sent = 0
  let timer: Timer | undefined
  let wakeAt = Number.POSITIVE_INFINITY

  const nothing = (): void => undefined
  const travelTime = (id: string, leg: number): number => {
    const [smallest, largest] = settings.latency
    return largest === 0 ? 0 : smallest + Math.floor(travel(hashText(id), leg) * (largest - smallest + 1))
  }
  const deliver = (update: BrokerUpdate): void => {
    const report = (error: unknown): void => { logger.warn('an update was not taken', { kind: update.kind, error: describeError(error) }) }
    try {
      context.deliver(update).catch(report)
    } catch (error) {
      report(error)
    }
  }
  const withCursor = (update: BrokerUpdate): BrokerUpdate => {
    if (hasCursor || update.cursor === undefined) return update
    const { cursor: _cursor, ...rest } = update
    return rest
  }
  /** Sends what the market and the desk had to say, once it is durable. */
  const publish = (): void => {
    if (outbox.length === 0) return
    const batch = outbox.map(withCursor)
    outbox = []
    committer.afterCommit(() => {
      for (const update of batch) updates.send(travelTime('update', sent++), () => { deliver(update) }, nothing)
    }, fail)
  }
  const fail = (reason: string): void => {
    if (!isOpen) return
    logger.error(reason)
    void stop()
    deliver({ kind: 'connection', state: 'closed', reason })
  }
  const workOff = (): void => {
    engine.advance(clock.now())
    publish()
  }
  const schedule = (): void => {
    const next = engine.nextTime()
    if (!isOpen || next === wakeAt) return
    timer?.cancel()
    wakeAt = next
    // As a real broker's socket would, working orders keep the process alive.
    timer = next === Number.POSITIVE_INFINITY ? undefined : clock.setTimer(wake, Math.max(0, next - clock.now()), true)
  }
  const wake = (): void => {
    wakeAt = Number.POSITIVE_INFINITY
    workOff()
    schedule()
  }
  const settled = (): Promise<void> => new Promise((resolve) => { committer.afterCommit(resolve, () => { resolve() }) })
  const stop = (): Promise<void> => {
    isOpen = false
    timer?.cancel()
    requests.close()
    updates.close()
    answers.close()
    return settled()
  }
  const exchange = <Answer>({ id, handle, lost, failed }: Exchange<Answer>): Promise<Answer> => {
    if (!isOpen) return Promise.resolve(lost)
    return new Promise((resolve, reject) => {
      const arrive = (): void => {
        try {
          workOff()
          const answer = handle()
          publish()
          const give = (): void => { resolve(answer) }
          // An answer outlives the connection: it is true, and waiting for it would not make it truer.
          committer.afterCommit(() => { answers.send(travelTime(id, 1), give, give) }, (reason) => { resolve(failed(reason)) })
          schedule()
        } catch (error) {
          reject(error)
        }
      }
      requests.send(travelTime(id, 0), arrive, () => { resolve(lost) })
    })
  }

  const start = async (): Promise<void> => {
    // Trades of the time before this connection are in the books, not on the wire: snapshots tell them.
    engine.advance(clock.now())
    outbox = []
    let failure: string | undefined
    await new Promise<void>((resolve) => { committer.afterCommit(resolve, (reason) => { failure = reason; resolve() }) })
    if (failure !== undefined) throw new Error(failure)
    deliver({ kind: 'connection', state: 'ready' })
    schedule()
  }
  return { desk, isOpen: () => isOpen, start, exchange, openCursor: () => { hasCursor = true }, settled, close: stop }
}
