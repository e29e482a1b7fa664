import type { ApprovedOrder, ApprovedReplacement } from '../approved-order.ts'
import type {
  AdapterContext, BrokerAdapter, BrokerExecution, BrokerOrder, BrokerSnapshot, CancelCommand, CommandOutcome, Lookup, MarketData, ReferenceData, SubmitOutcome,
} from '../broker-adapter.ts'
import { takeSnapshot, unavailableSnapshot } from './account-statement.ts'
import { createMarketFeed, createReferenceData } from './market-feed.ts'
import { openBook, type SimulatedBook } from './simulated-book.ts'
import { capabilitiesOf } from './simulated-capabilities.ts'
import { createSimulatedMarket } from './simulated-market.ts'
import { resolveOptions, type SimulatedBrokerOptions } from './simulated-options.ts'
import { toBrokerOrder } from './simulated-order.ts'
import { type Exchange, openSession, type SimulatedSession } from './simulated-session.ts'

export type { SimulatedBrokerOptions } from './simulated-options.ts'

/** An order in the simulated books, with every client id it was ever known by, oldest first. */
export interface SimulatedBrokerOrder extends BrokerOrder {
  readonly clientOrderIds: readonly string[]
}

/** The simulated broker, and a view of its books that no order passes through: the judge in tests. */
export interface SimulatedBroker extends BrokerAdapter {
  readonly marketData: MarketData
  readonly reference: ReferenceData
  /** Every order ever booked, oldest first. Empty before the first connection. */
  orders(): readonly SimulatedBrokerOrder[]
  /** Every execution ever made, oldest first. */
  executions(): readonly BrokerExecution[]
  /** Resolves when everything booked so far is in the store. */
  settled(): Promise<void>
}

interface Connection {
  readonly context: AdapterContext
  readonly book: SimulatedBook
  readonly session: SimulatedSession
}

const NOT_CONNECTED = 'the simulated broker is not connected'
const notSent = (reason: string) => ({ kind: 'not_sent', reason, retryable: true }) as const
const ambiguous = (reason: string) => ({ kind: 'ambiguous', reason }) as const

/**
 * A complete broker in the process: its own market, books and account. The default of Sluice, and the opponent in its tests.
 * The same seed and the same requests at the same times give the same trades. With a durable store it survives the process.
 */
export function simulatedBroker(options: SimulatedBrokerOptions = {}): SimulatedBroker {
  const settings = resolveOptions(options)
  const market = createSimulatedMarket(settings)
  let connection: Connection | undefined
  let isOpen = false

  const exchange = <Answer>(request: Exchange<Answer>): Promise<Answer> =>
    (connection === undefined ? Promise.resolve(request.lost) : connection.session.exchange(request))
  const close = async (): Promise<void> => {
    if (!isOpen) return
    isOpen = false
    await connection?.session.close()
    await settings.store.close()
  }
  /** Asks the permit at the moment of arrival, which is the broker's socket write. */
  const order = (approved: ApprovedOrder | ApprovedReplacement, handle: (session: SimulatedSession) => SubmitOutcome): Promise<SubmitOutcome> => {
    const session = connection?.session
    return exchange<SubmitOutcome>({
      id: approved.clientOrderId,
      handle: () => (session === undefined || !approved.permit() ? notSent('the permit ended before the order was sent') : handle(session)),
      lost: notSent(NOT_CONNECTED),
      failed: ambiguous,
    })
  }

  return {
    capabilities: capabilitiesOf(settings),
    marketData: createMarketFeed(market, () => (connection?.session.isOpen() === true ? connection.context.clock : undefined)),
    reference: createReferenceData(settings),
    connect: async (context) => {
      if (isOpen) throw new Error('the simulated broker is connected already: close it first')
      isOpen = true
      try {
        const book = openBook(await settings.store.load(), settings, context.clock.now())
        context.signal.throwIfAborted()
        const session = openSession({ context, book, market, settings })
        connection = { context, book, session }
        await session.start()
      } catch (error) {
        await close()
        throw error
      }
      context.signal.addEventListener('abort', () => { void close() }, { once: true })
      if (context.signal.aborted) await close()
    },
    submit: (approved) => order(approved, ({ desk }) => desk.place(approved)),
    replace: (approved) => order(approved, ({ desk }) => desk.replace(approved)),
    cancel: (command: CancelCommand) => exchange<CommandOutcome>({
      id: command.clientOrderId,
      handle: () => connection?.session.desk.cancel(command) ?? notSent(NOT_CONNECTED),
      lost: notSent(NOT_CONNECTED),
      failed: ambiguous,
    }),
    lookup: (clientOrderId) => exchange<Lookup>({
      id: `lookup ${clientOrderId}`,
      handle: () => {
        if (connection === undefined) return { kind: 'indeterminate', reason: NOT_CONNECTED }
        const found = connection.book.orders.byClientOrderId(clientOrderId)
        return found === undefined ? { kind: 'not_found', asOf: connection.context.clock.now() } : { kind: 'found', order: toBrokerOrder(found) }
      },
      lost: { kind: 'indeterminate', reason: NOT_CONNECTED },
      failed: (reason) => ({ kind: 'indeterminate', reason }),
    }),
    snapshot: (since) => {
      const asOf = connection?.context.clock.now() ?? 0
      return exchange<BrokerSnapshot>({
        id: 'snapshot',
        handle: () => {
          if (connection === undefined) return unavailableSnapshot(asOf, NOT_CONNECTED)
          connection.session.openCursor()
          return takeSnapshot(connection.book, market, settings, since === undefined ? 0 : Number(since), asOf)
        },
        lost: unavailableSnapshot(asOf, NOT_CONNECTED),
        failed: (reason) => unavailableSnapshot(asOf, reason),
      })
    },
    close,
    orders: () => [...connection?.book.orders.all() ?? []].map((booked) => ({ ...toBrokerOrder(booked), clientOrderIds: booked.clientOrderIds })),
    executions: () => connection?.book.executionsAfter(0) ?? [],
    settled: () => connection?.session.settled() ?? Promise.resolve(),
  }
}
