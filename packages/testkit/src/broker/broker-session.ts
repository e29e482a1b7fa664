import type {
  ApprovedOrder, BrokerAdapter, BrokerExecution, BrokerOrder, BrokerSnapshot, BrokerUpdate, CancelCommand, CommandOutcome, Lookup, OrderTerms, Permit,
  ReplaceRequest, Side, SubmitOutcome,
} from '@sluice/core'
import { systemClock } from '@sluice/core'
import { createVirtualClock, makeApprovedOrder, makeApprovedReplacement, makeContext, type VirtualClock } from '@sluice/core/testing'
import { expect } from 'vitest'
import type { BrokerHarness, BrokerHarnessContext, TermsHint } from './broker-harness.ts'
import { createPace, type Pace } from './broker-pace.ts'

/** A connected adapter, what it has delivered, and short ways to use it. Every call lets time pass until it is answered. */
export interface BrokerSession extends Pace {
  readonly adapter: BrokerAdapter
  readonly harness: BrokerHarness
  readonly clock: VirtualClock
  /** Everything delivered so far. */
  readonly updates: readonly BrokerUpdate[]
  /** From now on the service takes this long to make an update durable, in milliseconds. */
  slowDown(milliseconds: number): void
  connect(): Promise<void>
  order(side: Side, hint: TermsHint, permit?: Permit): ApprovedOrder
  resting(side?: Side, permit?: Permit): ApprovedOrder
  submit(order: ApprovedOrder): Promise<SubmitOutcome>
  /** Submits, expects `accepted`, answers the broker's id. */
  place(order: ApprovedOrder): Promise<string>
  cancel(order: ApprovedOrder, brokerOrderId: string | undefined): Promise<CommandOutcome>
  replace(order: ApprovedOrder, brokerOrderId: string, changes: ReplaceRequest, permit?: Permit): Promise<{ readonly clientOrderId: string; readonly outcome: SubmitOutcome }>
  lookup(clientOrderId: string): Promise<Lookup>
  /** Looks up until the broker shows the order as described. */
  found(clientOrderId: string, what: string, matches: (order: BrokerOrder) => boolean): Promise<BrokerOrder>
  snapshot(since?: string): Promise<BrokerSnapshot>
  /** Brings a whole order to its fill. */
  fill(side: Side): Promise<{ readonly order: ApprovedOrder; readonly brokerOrderId: string }>
  /** The executions delivered for an order. */
  executionsOf(brokerOrderId: string): readonly BrokerExecution[]
  /** Whether an update names the order by either id. */
  names(update: BrokerUpdate, clientOrderId: string, brokerOrderId?: string): boolean
  /** Closes the adapter and connects another one to the same account. Updates go on in the same list. */
  restart(reopen: () => Promise<BrokerAdapter>, meanwhile: () => Promise<void>): Promise<void>
  closeAdapter(): Promise<void>
  close(): Promise<void>
}

function restingTerms(side: Side): TermsHint {
  return { type: 'limit', limitPrice: side === 'buy' ? '1' : '100000' }
}

function namesOf(update: BrokerUpdate): { readonly clientOrderId?: string | undefined; readonly brokerOrderId?: string | undefined } {
  if (update.kind === 'fill' || update.kind === 'corrected') return update.execution
  return update as { clientOrderId?: string; brokerOrderId?: string }
}

/** Makes the clock, the harness and a session around them. Cases connect by themselves. */
export async function openBrokerSession(create: (context: BrokerHarnessContext) => Promise<BrokerHarness>): Promise<BrokerSession> {
  const clock = createVirtualClock()
  const harness = await create({ clock })
  const { market = {} } = harness
  let { adapter } = harness
  const pace = createPace(clock, harness.realTime ?? false)
  const updates: BrokerUpdate[] = []
  let abort = new AbortController()
  let count = 0
  let delay = 0
  let isClosed = false

  // On a real account ids must differ from those of every earlier run; on a virtual clock each run is to be the same.
  const started = (harness.realTime === true ? systemClock : clock).now().toString(36)
  const nextId = (): string => {
    count += 1
    return `k${started}-${count}`
  }
  const deliver = (update: BrokerUpdate): Promise<void> => {
    updates.push(update)
    if (delay === 0) return Promise.resolve()
    return new Promise((resolve) => { clock.setTimer(resolve, delay) })
  }
  const order = (side: Side, hint: TermsHint, permit: Permit = () => true): ApprovedOrder => {
    const terms: OrderTerms = {
      account: 'main', symbol: market.symbol ?? 'AAPL', side, type: 'market', timeInForce: 'day', extendedHours: false,
      ...(hint.notional === undefined && { quantity: market.quantity ?? '10' }), ...hint,
    }
    const clientOrderId = nextId()
    return makeApprovedOrder({ orderId: `order-${clientOrderId}`, clientOrderId, terms, permit })
  }
  const resting = (side: Side = 'buy', permit?: Permit): ApprovedOrder => order(side, (market.resting ?? restingTerms)(side), permit)
  const submit = (approved: ApprovedOrder): Promise<SubmitOutcome> => pace.drive(adapter.submit(approved))
  const place = async (approved: ApprovedOrder): Promise<string> => {
    const outcome = await submit(approved)
    expect(outcome, 'the broker takes the order').toMatchObject({ kind: 'accepted' })
    return outcome.kind === 'accepted' ? outcome.brokerOrderId : ''
  }
  const lookup = (clientOrderId: string): Promise<Lookup> => pace.drive(adapter.lookup(clientOrderId))
  const found = async (clientOrderId: string, what: string, matches: (order: BrokerOrder) => boolean): Promise<BrokerOrder> => {
    let last: BrokerOrder | undefined
    await pace.until(`the look-up of ${clientOrderId} shows it ${what}`, async () => {
      const answer = await lookup(clientOrderId)
      if (answer.kind === 'found') last = answer.order
      return last !== undefined && matches(last)
    })
    return last as BrokerOrder
  }
  const isFilled = ({ status }: BrokerOrder): boolean => status === 'filled'
  const fill = async (side: Side): Promise<{ order: ApprovedOrder; brokerOrderId: string }> => {
    const byTrade = market.trade !== undefined && market.marketable === undefined
    const approved = byTrade ? resting(side) : order(side, market.marketable?.(side) ?? { type: 'market' })
    const brokerOrderId = await place(approved)
    const { clientOrderId, terms } = approved
    if (byTrade) await pace.drive(market.trade?.({ clientOrderId, brokerOrderId, terms }, terms.quantity ?? ''))
    await found(clientOrderId, 'filled', isFilled)
    return { order: approved, brokerOrderId }
  }
  const closeAdapter = async (): Promise<void> => {
    if (isClosed) return
    isClosed = true
    abort.abort()
    await pace.drive(adapter.close())
  }

  const connect = (): Promise<void> => pace.drive(adapter.connect(makeContext({ clock, signal: abort.signal, deliver })))

  return {
    ...pace, get adapter() { return adapter }, connect, harness, clock, updates, order, resting, submit, place, lookup, found, fill, closeAdapter,
    slowDown: (milliseconds) => { delay = milliseconds },
    restart: async (reopen, meanwhile) => {
      await closeAdapter()
      await meanwhile()
      adapter = await reopen()
      abort = new AbortController()
      isClosed = false
      await connect()
    },
    cancel: ({ orderId, clientOrderId, terms }, brokerOrderId) => {
      const command: CancelCommand = {
        orderId, account: terms.account, clientOrderId: nextId(), originalClientOrderId: clientOrderId, brokerOrderId, symbol: terms.symbol, side: terms.side,
      }
      return pace.drive(adapter.cancel(command))
    },
    replace: async (order, brokerOrderId, changes, permit) => {
      const clientOrderId = nextId()
      const command = makeApprovedReplacement(order, brokerOrderId, changes, { clientOrderId, ...(permit !== undefined && { permit }) })
      return { clientOrderId, outcome: await pace.drive(adapter.replace(command)) }
    },
    snapshot: (since) => pace.drive(adapter.snapshot(since)),
    executionsOf: (brokerOrderId) => updates.flatMap((update) => (update.kind === 'fill' && update.execution.brokerOrderId === brokerOrderId ? [update.execution] : [])),
    names: (update, clientOrderId, brokerOrderId) => {
      const named = namesOf(update)
      return named.clientOrderId === clientOrderId || (brokerOrderId !== undefined && named.brokerOrderId === brokerOrderId)
    },
    close: async () => {
      try { await closeAdapter() } finally { await harness.close() }
    },
  }
}
