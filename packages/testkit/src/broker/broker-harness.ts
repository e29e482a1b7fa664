import type { BrokerAdapter, BrokerExecution, OrderTerms, ReplaceRequest, Side } from '@sluice/core'
import type { VirtualClock } from '@sluice/core/testing'

/** An adapter under test and what the suite may do to it and its broker. Every case gets its own, with a fresh account. */
export interface BrokerHarness {
  /** Not yet connected. */
  readonly adapter: BrokerAdapter
  /** How to get an order filled or resting. Default: market orders of AAPL fill; a buy limit at 1, a sell limit at 100000 rest. */
  readonly market?: BrokerMarket
  /** Ways to break the line to the broker. What is absent is skipped. */
  readonly fault?: BrokerFault
  /**
   * Whether the write of this order has begun: true from the tick of the socket write on. With it the suite proves to the tick
   * when the permit is asked. Count in your fake server's socket, your injected `fetch`, your store.
   */
  readonly written?: (clientOrderId: string) => boolean
  /** The adapter talks through real sockets: virtual time then passes at the pace of real time. Default false. */
  readonly realTime?: boolean
  /** Another adapter on the same account, as after a restart of the process; not yet connected. The one before is closed by then. */
  readonly reopen?: () => Promise<BrokerAdapter>
  /** Ends the broker and removes its data. The suite closes the adapter before. */
  close(): Promise<void>
}

/** Changes to the suite's plain order: a day order of `symbol` and `quantity`. */
export type TermsHint = Partial<Omit<OrderTerms, 'account' | 'side'>>

/** What trades where. */
export interface BrokerMarket {
  /** A symbol that the broker trades. Default `'AAPL'`. */
  readonly symbol?: string
  /** A quantity that the account can buy three times over. Default `'10'`. */
  readonly quantity?: string
  /** Terms of an order that fills whole by itself. Default `{ type: 'market' }`, or a resting order and `trade` where only that is given. */
  readonly marketable?: (side: Side) => TermsHint
  /** Terms of an order that is accepted and does not fill. Default a limit far from any market. */
  readonly resting?: (side: Side) => TermsHint
  /** Terms of an order that fills by itself in more than one execution. Default none: then `trade` is needed. */
  readonly partial?: (side: Side) => TermsHint
  /** Makes a resting order trade this much, at any price. For brokers that the harness controls. */
  readonly trade?: (order: TradedOrder, quantity: string) => void | Promise<void>
  /** Changes that the broker takes on the resting buy. Default `{ limitPrice: '2' }`. */
  readonly replacement?: ReplaceRequest
  /** Terms of an order that the broker looks at and refuses. Default none. */
  readonly refused?: (side: Side) => TermsHint
  /** Money that an order by money spends. Default `'250'`. */
  readonly money?: string
  /** Where nothing can be made to trade: a limit at which the exit of a long position trades by itself. Default none. */
  readonly exitAt?: string
  /** The broker takes an execution back. */
  readonly bust?: (execution: BrokerExecution) => void | Promise<void>
  /** The broker says that an execution was at another price. */
  readonly correct?: (execution: BrokerExecution, price: string) => void | Promise<void>
  /** Somebody places a resting order on the same account past the adapter. Answers the broker's id. */
  readonly external?: () => Promise<string>
}

/** An order that the broker is to trade. */
export interface TradedOrder {
  readonly clientOrderId: string
  readonly brokerOrderId: string
  readonly terms: OrderTerms
}

/** Ways in which a line to a broker breaks. Each holds once, where it does not say otherwise. */
export interface BrokerFault {
  /** The next order reaches the broker, and its answer does not come back. */
  readonly loseAnswer?: () => void | Promise<void>
  /** The next order reaches the broker, and its answer comes only after the adapter has stopped waiting for it. */
  readonly lateAnswer?: () => void | Promise<void>
  /** The next order leaves and does not reach the broker. */
  readonly loseRequest?: () => void | Promise<void>
  /** The stream of updates is cut; the broker takes it up again when asked. */
  readonly disconnect?: () => void | Promise<void>
  /** From now on (`true`) look-ups and listings fail, until they work again (`false`). Orders are taken all the while. */
  readonly failQueries?: (failing: boolean) => void | Promise<void>
}

/** What `create` gets. */
export interface BrokerHarnessContext {
  /** Drives the adapter: pass it on where it takes a clock. The adapter also gets it with `connect`. */
  readonly clock: VirtualClock
}
