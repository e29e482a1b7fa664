import type { BrokerUpdate } from '../broker/broker-adapter.ts'
import { atLeast } from '../kill-switch/kill-state.ts'
import { GLOBAL_ACCOUNT } from '../order/event.ts'
import { type OrderState, statusOf } from '../order/order.ts'
import type { AccountBook } from '../pipeline/book/account-book.ts'
import { adoptLimits, type LimitsChoice } from '../pipeline/limits/adopt-limits.ts'
import { applyUpdate, retryWaiting, type UpdatePorts, type WaitingUpdates } from '../pipeline/facts/apply-update.ts'
import { armChallenge } from '../pipeline/approve/approve-order.ts'
import type { BrokerLink, PipelineContext } from '../pipeline/context.ts'
import { flatten } from '../pipeline/kill/flatten.ts'
import { engage } from '../pipeline/kill/kill-switch.ts'
import { openBook } from '../pipeline/book/open-book.ts'
import { watchAccount } from '../pipeline/place/prepare.ts'
import { recordLimits } from '../pipeline/limits/record-limits.ts'
import { rollOnTime, rollSession } from '../pipeline/session/session-roll.ts'
import { sweep, sweepListings } from '../pipeline/cancel/sweep-listing.ts'
import { reconcile } from '../recovery/reconcile.ts'
import { reconcileUnseen } from '../recovery/reconcile-order.ts'
import { sleep } from '../runtime/clock.ts'
import { describeError } from '../runtime/errors.ts'
import type { Pipeline } from './create-pipeline.ts'
import { watchBooks } from './watch-books.ts'
import { watchClock } from './watch-clock.ts'
import { engageTrips, watchTripFile } from './watch-trip-file.ts'

const RETRY_PAUSE = 1000
const LONGEST_RETRY_PAUSE = 30_000

/** The connections to the brokers: their updates, their gaps, and the comparison after each. */
export interface BrokerConnections {
  /**
   * Resolves when every broker is compared, or after `recoveryTimeout`: those that are not by then are tried on, and new risk
   * there is refused until they are. Rejects when no broker can be reached: nothing could be sent, and nothing cancelled.
   */
  connect(): Promise<void>
  flightEnded(): void
  /** Compares the books with every broker anew; resolves when that has ended, well or not. */
  compareAll(): Promise<void>
}

export function createConnections(context: PipelineContext, changed: (link: BrokerLink, reason: string | undefined) => void): BrokerConnections {
  const waiting: WaitingUpdates = new Map()
  const comparing = new Map<string, Promise<void>>()
  const connected = new Set<string>()
  /** Brokers where somebody else was seen to trade while the books were being compared. */
  const surprised = new Set<string>()

  const set = (link: BrokerLink, state: BrokerLink['connection'], reason?: string): void => {
    link.connection = state
    changed(link, reason)
  }

  /** One comparison at a time per broker; it is repeated until it succeeds, and new risk waits for it. */
  const compare = (link: BrokerLink): Promise<void> => {
    link.reconciled = false
    const running = comparing.get(link.name) ?? Promise.resolve().then(() => run(link))
    comparing.set(link.name, running)
    return running
  }

  const run = async (link: BrokerLink): Promise<void> => {
    const book = context.books.get(link.account) as AccountBook
    while (!link.reconciled && !context.signal.aborted && link.connection === 'ready' && context.journalFailure === undefined) {
      const { gaps } = link
      surprised.delete(link.name)
      try {
        await reconcile(context, link, book)
        // What was said in a gap meanwhile, or by somebody else, may be younger than the snapshot.
        link.reconciled = link.gaps === gaps && !surprised.has(link.name)
        // What came late, or from somebody else, is seen by the same listing.
        if (link.reconciled) void sweepListings(context, link)
      } catch (cause) {
        context.alert({ code: 'RECOVERY_FAILED', message: `comparing with ${link.name} failed and is tried again: ${describeError(cause)}`, cause })
        await sleep(context.clock, RETRY_PAUSE, context.signal)
      }
    }
    comparing.delete(link.name)
  }

  const ports: UpdatePorts = {
    external: (link) => {
      surprised.add(link.name)
      if (link.reconciled) void compare(link)
    },
    connection: (link, state, reason) => {
      const before = link.connection
      set(link, state, reason)
      if (state !== 'ready') {
        link.gaps += 1
        link.reconciled = false
        link.hasListedTrades = false
        if (before === 'ready' && !context.closing) context.alert({ code: 'BROKER_DISCONNECTED', message: `${link.name}: updates are interrupted (${reason ?? state}); new risk is refused` })
      } else if (before !== 'ready' && connected.has(link.name)) void compare(link)
    },
  }

  const connectOne = async (link: BrokerLink): Promise<void> => {
    await link.adapter.connect({
      clock: context.clock, logger: context.logger, signal: context.signal,
      deliver: (update: BrokerUpdate) => applyUpdate(context, link, update, waiting, ports),
    })
    connected.add(link.name)
    if (link.connection === 'connecting') set(link, 'ready')
    await compare(link)
    watchAccount(context, link)
  }

  const connectAgain = async (link: BrokerLink, cause: unknown): Promise<void> => {
    let failure = cause
    for (let pause = RETRY_PAUSE; !context.signal.aborted; pause = Math.min(pause * 2, LONGEST_RETRY_PAUSE)) {
      context.alert({ code: 'BROKER_DISCONNECTED', message: `${link.name} cannot be reached and is tried again; new risk there is refused: ${describeError(failure)}`, cause: failure })
      await sleep(context.clock, pause, context.signal)
      if (context.signal.aborted) return
      try {
        return await connectOne(link)
      } catch (error) {
        failure = error
      }
    }
  }

  /** A broker that cannot be reached, or cannot be compared, does not keep the others from trading. */
  const connectAll = async (): Promise<void> => {
    const links = [...context.brokers.values()]
    let failures = 0
    let isOver = false
    const attempts = links.map(async (link) => {
      try {
        await connectOne(link)
      } catch (error) {
        failures += 1
        if (failures === links.length && !isOver) throw error
        void connectAgain(link, error)
      }
    })
    const late = sleep(context.clock, context.timing.recoveryTimeout, context.signal).then(() => {
      for (const { name, reconciled } of isOver ? [] : links) {
        if (!reconciled) context.alert({ code: 'RECOVERY_FAILED', message: `${name} could not be compared in time: the service starts without it, and new risk there is refused until it is` })
      }
    })
    await Promise.race([Promise.all(attempts), late])
    isOver = true
  }

  let comparingAll: Promise<void> | undefined
  const compareAll = (): Promise<void> => {
    const links = [...context.brokers.values()].filter(({ name, connection }) => connected.has(name) && connection === 'ready')
    comparingAll ??= Promise.all(links.map(compare)).then(() => { comparingAll = undefined })
    return comparingAll
  }

  return {
    compareAll,
    connect: connectAll,
    flightEnded: () => {
      retryWaiting(context, waiting, ports)
      // What was found may be the entry of exits that are nobody's so far.
      for (const link of context.brokers.values()) {
        if (!link.hasUnboundExits || !link.reconciled) continue
        link.hasUnboundExits = false
        void compare(link)
      }
      for (const link of context.brokers.values()) if (link.unseen.size > 0) reconcileUnseen(context, link, context.books.get(link.account) as AccountBook)
    },
  }
}

/** Becomes the owner of every account and rebuilds its book from the journal. */
export async function openBooks(pipeline: Pipeline, accounts: readonly string[]): Promise<void> {
  const { context } = pipeline
  const known = (await context.journal.accounts()).filter((account) => account !== GLOBAL_ACCOUNT)
  pipeline.setGlobalBook(await openBook(GLOBAL_ACCOUNT, pipeline.bookPorts))
  for (const account of new Set([...accounts, ...known])) pipeline.books.set(account, await openBook(account, pipeline.bookPorts))
}

/** With the books open: connects and reconciles the brokers, resumes what was under way. Sends no new risk. */
export async function start(pipeline: Pipeline, connections: BrokerConnections, choice: LimitsChoice | undefined): Promise<void> {
  const { context } = pipeline
  pipeline.goLive()
  adoptLimits(context, choice)
  // Every append after this one comes after it in the journal: no decision is older than the limits it names.
  recordLimits(context, 'rebuilt', { actor: 'start' }).catch(() => undefined)
  const live = [...context.brokers.values()].some(({ adapter }) => adapter.capabilities.environment === 'live')
  if (live && !context.armed && !context.kill.engaged.some(({ scope, level }) => scope === 'global' && atLeast(level, 'no_new'))) {
    const reason = 'a live service starts engaged when its journal is new or its limits are looser than before: release it to arm'
    await engage(context, { scope: 'global', level: 'no_new', reason, actor: 'sluice', trigger: 'NOT_ARMED' })
  }
  await engageTrips(context)
  await connections.connect()
  for (const book of context.books.values()) {
    rollSession(context, book)
    for (const orderId of book.open) if (statusOf(book.orders.get(orderId) as OrderState) === 'pending_approval') armChallenge(context, book, orderId)
  }
  rollOnTime(context)
  watchTripFile(context)
  watchClock(context, () => connections.compareAll())
  watchBooks(context, context.timing.reconcileEvery)
  if (context.kill.engaged.some((entry) => entry.level === 'reduce_only' || atLeast(entry.level, 'cancel_all'))) sweep(context)
  flatten(context)
}
