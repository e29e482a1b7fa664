import { applyApproverEvent } from '../approval/approvers.ts'
import { tripIdOf } from '../kill-switch/fold-kill-switch.ts'
import { applyKillEvent, type KillState, RELEASED } from '../kill-switch/kill-state.ts'
import type { EventData, EventType, StoredEvent } from '../order/event.ts'
import { orderIdOf } from '../order/order-of-event.ts'
import type { AccountBook, BookPorts, PublishedEvent } from '../pipeline/book/account-book.ts'
import { honourWish } from '../pipeline/cancel/cancel.ts'
import { createClockWatch } from '../pipeline/session/clock-watch.ts'
import type { PipelineContext } from '../pipeline/context.ts'
import { flatten } from '../pipeline/kill/flatten.ts'
import { stopFor } from '../pipeline/kill/kill-switch.ts'
import { sessionRollOf } from '../pipeline/session/session-roll.ts'
import { plainJson } from '../pipeline/plain-json.ts'
import { sweepOrder } from '../pipeline/cancel/sweep.ts'
import { createMarks } from '../risk/marks.ts'
import { systemClock } from '../runtime/clock.ts'
import { describeError } from '../runtime/errors.ts'
import { createIds } from '../runtime/ids.ts'
import { silentLogger } from '../runtime/logger.ts'
import { memoryJournal } from '../journal/memory-journal.ts'
import type { EventHub } from '../streams/event-hub.ts'
import type { EventReader } from '../streams/event-reader.ts'
import { assertProfile, countOf, guardsOf, linksOf, tagOf, timingOf } from './create-context.ts'
import type { ExecutionServiceOptions } from './options.ts'
import { createWaiters } from './waiters.ts'
import { checkTrips } from './watch-trips.ts'

/** The shared context of all steps, and what only the service may do with it. */
export interface Pipeline {
  readonly context: PipelineContext
  readonly bookPorts: BookPorts
  readonly books: Map<string, AccountBook>
  setGlobalBook(book: AccountBook): void
  /** From now on events have effects; before, they were history. */
  goLive(): void
  /** No new orders from now on. */
  beginClose(): void
  /** Ends timers, watches and streams. */
  abort(): void
}

/** What the pipeline tells the service of. */
export interface PipelinePorts {
  readonly hub: EventHub
  readonly reader: () => EventReader
  readonly killChanged: () => void
  readonly positionsChanged: () => void
  readonly flightEnded: () => void
}

/** Events after which a cancel that had to wait can go out. */
const WAITED_FOR: ReadonlySet<EventType> = new Set<EventType>(['order_accepted', 'order_partially_filled', 'order_replaced', 'order_replace_refused'])

/** Events after which guards are asked for trips. */
const TRIPPING: ReadonlySet<EventType> = new Set<EventType>(['order_partially_filled', 'order_filled', 'execution_busted', 'execution_corrected', 'order_rejected', 'order_replace_refused', 'order_unknown', 'order_denied'])

/** Builds the context from the options and wires what events set off. */
export function createPipeline(options: ExecutionServiceOptions, accounts: readonly string[], ports: PipelinePorts): Pipeline {
  const clock = options.clock ?? systemClock
  const journal = options.journal ?? memoryJournal()
  const guards = [...guardsOf(options)]
  const links = linksOf(options, accounts)
  const approvals = options.approvals ?? guards.find((guard) => guard.approvals !== undefined)?.approvals
  assertProfile(links, journal, approvals, guards, options.waivedLimits)
  const abort = new AbortController()
  const waiters = createWaiters(clock)
  const books = new Map<string, AccountBook>()
  const marks = createMarks()
  const hasTrips = guards.some((guard) => guard.trip !== undefined || guard.note !== undefined)
  let globalBook: AccountBook | undefined
  let kill: KillState = RELEASED
  const tripsSeen = new Set<string>()
  let limits: EventData['limits_changed'] | undefined
  let armed = false
  const clockWatch = createClockWatch(clock)
  const approvers = new Map<string, number>()
  let journalFailure: unknown
  let closing = false
  let live = false

  const later = (work: () => void): void => {
    queueMicrotask(() => {
      try {
        work()
      } catch (cause) {
        ports.hub.alert({ code: 'GUARD_FAILED', message: `follow-up work failed: ${describeError(cause)}`, cause })
      }
    })
  }

  const tripsOf = (account: string): void => {
    const book = books.get(account)
    if (hasTrips && book !== undefined) later(() => { checkTrips(context, book) })
  }

  /** What an order event sets off: waiting cancels, the sweep of what must go, trips after fills. */
  const followUp = (event: StoredEvent): void => {
    const book = books.get(event.account)
    const enforce = stopFor(context, event)
    if (enforce !== undefined) later(enforce)
    if (event.type === 'position_changed') later(() => { flatten(context) })
    const orderId = orderIdOf(event)
    if (book === undefined || orderId === undefined) return
    if (event.type === 'order_accepted' && book.orders.get(orderId)?.terms.orderClass !== undefined) later(() => { context.flightEnded() })
    if (WAITED_FOR.has(event.type)) {
      later(() => {
        void sweepOrder(context, book, orderId)
        honourWish(context, book, orderId)
      })
    }
    if (TRIPPING.has(event.type)) tripsOf(event.account)
  }

  const bookPorts: BookPorts = {
    clock, journal, guards,
    finishedOrders: countOf('finishedOrders', options.finishedOrders, 4096),
    snapshotEvery: countOf('snapshotEvery', options.snapshotEvery, 5000),
    warn: (message, cause) => { context.logger.warn(message, { reason: describeError(cause) }) },
    applied: (event) => {
      if (event.type === 'kill_switch_changed') {
        kill = applyKillEvent(kill, event)
        const trip = tripIdOf(event.data.trigger)
        if (trip !== undefined) tripsSeen.add(trip)
        ports.killChanged()
        armed ||= event.data.action === 'release' && event.data.scope === 'global'
      } else if (event.type === 'limits_changed') {
        // What a start loosens, a human arms again; what a human approved while it ran is armed.
        if (event.data.memory === 'rebuilt' && (limits === undefined || (event.data.loosened ?? []).length > 0)) armed = false
        limits = event.data
      }
      else if (event.type === 'approval_checked') applyApproverEvent(approvers, event)
      if (live) followUp(event)
    },
    publish: (published: readonly PublishedEvent[]) => {
      ports.reader().published(published.map(({ event }) => event))
      waiters.published(published)
      ports.hub.publish(published)
      if (published.some(({ event }) => event.type === 'position_changed')) ports.positionsChanged()
    },
    failed: (cause, unpublished) => {
      // Who waits for an order must not wait for a dead journal.
      waiters.published(unpublished)
      if (journalFailure !== undefined) return
      journalFailure = cause ?? new Error('unknown')
      ports.hub.alert({ code: 'JOURNAL_FAILED', message: `the journal has stopped, new orders are refused, cancels still go: ${describeError(cause)}`, cause })
    },
  }

  const context: PipelineContext = {
    clock, journal, guards, approvals, books,
    configured: new Map(guards.map(({ name, options: limit }) => [name, plainJson(`the options of guard ${name}`, limit)])),
    setGuard: (index, guard) => { guards[index] = guard },
    ids: options.ids ?? createIds(clock),
    logger: options.logger ?? silentLogger,
    // Of the guards in force: a start may take the options of the journal over those of the code.
    get sessionRoll() { return sessionRollOf(guards) },
    tag: tagOf(options),
    timing: timingOf(options),
    marks: {
      get: (broker, symbol) => marks.get(broker, symbol),
      update: (broker, quote, monotonic) => {
        const kept = marks.update(broker, quote, monotonic)
        const account = links.get(broker)?.account
        if (kept && live && account !== undefined && books.get(account)?.ledger.exposure(broker, quote.symbol).position.quantity !== 0n) tripsOf(account)
        return kept
      },
    },
    brokers: links,
    brokerNames: [...links.keys()],
    signal: abort.signal,
    route: options.route ?? (() => 'main'),
    get globalBook() {
      if (globalBook === undefined) throw new Error('the global book is not open yet')
      return globalBook
    },
    get limits() { return limits },
    get armed() { return armed },
    get clockJump() { return clockWatch.jump() },
    rebaseClock: () => { clockWatch.rebase() },
    get kill() { return kill },
    tripsSeen, approvers,
    fourEyes: options.fourEyes ?? false,
    get journalFailure() { return journalFailure },
    get closing() { return closing },
    journalFailed: (cause) => { bookPorts.failed(cause, []) },
    alert: (alert) => { ports.hub.alert(alert) },
    flightEnded: ports.flightEnded,
    waitFor: waiters.waitFor,
  }

  return {
    context, bookPorts, books,
    setGlobalBook: (book) => { globalBook = book },
    goLive: () => { live = true },
    beginClose: () => { closing = true },
    abort: () => { abort.abort() },
  }
}
