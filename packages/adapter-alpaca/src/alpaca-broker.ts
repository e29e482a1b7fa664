import type { AdapterContext, BrokerAdapter, BrokerSnapshot, MarketData, ReferenceData, SubmitOutcome } from '@sluice/core'
import { capabilitiesOf } from './capabilities.ts'
import { createMarketData, type MarketSource } from './market/market-data.ts'
import { createMarketSource } from './market/market-source.ts'
import { createReferenceData } from './market/reference-data.ts'
import { type AlpacaBrokerOptions, resolveOptions } from './options.ts'
import { cancelAll } from './orders/cancel-all.ts'
import { cancelOrder } from './orders/cancel-order.ts'
import { type Connection, notSent } from './orders/connection.ts'
import { lookupOrder } from './orders/lookup-order.ts'
import { createOrderChain } from './orders/order-chain.ts'
import { createOrderGroups } from './orders/order-groups.ts'
import { createOrderMemory } from './orders/order-memory.ts'
import { replaceOrder } from './orders/replace-order.ts'
import { submitOrder } from './orders/submit-order.ts'
import { takeSnapshot, unavailableSnapshot } from './orders/take-snapshot.ts'
import { createRestClient } from './rest/rest-client.ts'
import { startAudit } from './stream/audit.ts'
import { createUpdateMapper } from './stream/map-update.ts'
import { createStreamSupervisor } from './stream/stream-supervisor.ts'
import { createToldOrders } from './stream/told-orders.ts'
import { createUpdateQueue } from './stream/update-queue.ts'

interface Session extends Connection {
  readonly market: MarketSource
  connect(): Promise<void>
  /** Takes the snapshot and remembers what it told. */
  snapshot(since: string | undefined): Promise<BrokerSnapshot>
  close(): void
}

function openSession(settings: Connection['settings'], given: AdapterContext): Session {
  const { clock } = given
  const rest = createRestClient(settings, clock)
  const memory = createOrderMemory()
  const told = createToldOrders(memory)
  const context: AdapterContext = {
    ...given, deliver: (update) => {
      told.hear(update)
      return given.deliver(update)
    },
  }
  const groups = createOrderGroups()
  const mapper = createUpdateMapper(rest, memory, groups)
  let gaps = 0
  const stream = createStreamSupervisor({
    settings, context, onFrame: (data) => { queue.push(data) },
    onGap: () => {
      gaps += 1
      queue.closeCursor()
    },
  })
  const declareGap = (reason: string): void => { stream.declareGap(reason) }
  const queue = createUpdateQueue({ context, mapper, declareGap, pause: () => { stream.pause() }, resume: () => { stream.resume() } })
  const isReady = (): boolean => stream.isReady()
  const audit = startAudit({ clock, rest, memory, mapper, told, isReady, declareGap, interval: settings.auditInterval })
  const market = createMarketSource(settings, context, rest)
  const connection: Connection = { settings, context, rest, memory, isReady, chain: createOrderChain(rest, memory), groups, told }
  return {
    ...connection,
    market,
    connect: () => stream.connect(),
    snapshot: async (since) => {
      const before = gaps
      const snapshot = await takeSnapshot(connection, since)
      if (snapshot.executions.status === 'present') {
        for (const execution of snapshot.executions.value) mapper.tell(execution)
        // A gap that opened meanwhile may hold trades that this snapshot does not.
        if (gaps === before) queue.openCursor()
      }
      return snapshot
    },
    close: () => {
      queue.close()
      audit.stop()
      market.close()
      stream.close()
      rest.close()
    },
  }
}

/** The adapter, with market and reference data beside the orders. */
export interface AlpacaBroker extends BrokerAdapter {
  readonly marketData: MarketData
  readonly reference: ReferenceData
}

const CLOSED = 'Alpaca is not connected'

/** What is answered as accepted, the service takes for live. Frames that came before may have said already that it ended. */
async function remember({ told }: Session, answer: Promise<SubmitOutcome>): Promise<SubmitOutcome> {
  const outcome = await answer
  if (outcome.kind === 'accepted') told.lives(outcome.brokerOrderId)
  return outcome
}

/**
 * Alpaca, paper or live: orders over REST, what becomes of them over the stream of trade updates. Orders are sent once; whatever
 * is not certain is reported as such and resolved by look-ups under the client order id.
 */
export function alpacaBroker(options: AlpacaBrokerOptions): AlpacaBroker {
  const settings = resolveOptions(options)
  let session: Session | undefined
  const close = (): Promise<void> => {
    session?.close()
    session = undefined
    return Promise.resolve()
  }
  const source = (): MarketSource | undefined => session?.market
  return {
    capabilities: capabilitiesOf(settings),
    marketData: createMarketData(source, settings.quoteInterval),
    reference: createReferenceData(source),
    connect: async (context) => {
      if (session !== undefined) throw new Error('Alpaca is connected already: close it first')
      context.signal.throwIfAborted()
      const opened = openSession(settings, context)
      session = opened
      context.signal.addEventListener('abort', () => { if (session === opened) void close() }, { once: true })
      try {
        await opened.connect()
      } catch (error) {
        if (session === opened) await close()
        throw error
      }
    },
    submit: (order) => (session === undefined ? Promise.resolve(notSent(CLOSED)) : remember(session, submitOrder(session, order))),
    cancel: (command) => (session === undefined ? Promise.resolve(notSent(CLOSED)) : cancelOrder(session, command)),
    cancelAll: () => (session === undefined ? Promise.resolve(notSent(CLOSED)) : cancelAll(session)),
    replace: (replacement) => (session === undefined ? Promise.resolve(notSent(CLOSED)) : remember(session, replaceOrder(session, replacement))),
    lookup: (clientOrderId) => (session === undefined ? Promise.resolve({ kind: 'indeterminate', reason: CLOSED }) : lookupOrder(session, clientOrderId)),
    snapshot: (since) => session?.snapshot(since) ?? Promise.resolve(unavailableSnapshot(0, CLOSED)),
    close,
  }
}
