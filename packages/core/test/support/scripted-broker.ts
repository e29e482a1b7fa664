import type { ApprovedOrder, ApprovedReplacement } from '../../src/broker/approved-order.ts'
import type {
  AdapterContext, BrokerAdapter, BrokerCapabilities, BrokerExecution, BrokerOrder, BrokerSnapshot, BrokerUpdate, CancelCommand, CommandOutcome,
  Cursor, Lookup, MarketData, SubmitOutcome,
} from '../../src/broker/broker-adapter.ts'
import { toIso } from '../../src/runtime/clock.ts'
import { EVERYTHING, type VirtualClock } from '../../src/testing/index.ts'

/** One question the service put to the broker. It waits until the test answers it. */
interface Call<Command, Answer> {
  readonly command: Command
  /** Virtual time of the call, in ms since the clock's start. */
  readonly at: number
  readonly answered: boolean
  answer(answer: Answer): void
  fail(error: unknown): void
}

/** A question that needs a permit before a byte may leave. */
export interface WriteCall<Command> extends Call<Command, SubmitOutcome> {
  /** What the permit said, each time it was asked. */
  readonly permits: readonly boolean[]
  /** Asks the permit, as an adapter does in the tick of its write; a refusal is answered `not_sent`. */
  write(): boolean
}

/** Answers that are given at once, without the test: undefined leaves the call to the test. */
interface StandingAnswers {
  submit: ((order: ApprovedOrder) => SubmitOutcome | undefined) | undefined
  cancel: ((command: CancelCommand) => CommandOutcome | undefined) | undefined
  replace: ((replacement: ApprovedReplacement) => SubmitOutcome | undefined) | undefined
  lookup: ((clientOrderId: string) => Lookup | undefined) | undefined
  snapshot: ((since: Cursor | undefined) => BrokerSnapshot | undefined) | undefined
}

/** A broker whose every answer the test decides. */
export interface ScriptedBroker extends BrokerAdapter {
  readonly submits: readonly WriteCall<ApprovedOrder>[]
  readonly replaces: readonly WriteCall<ApprovedReplacement>[]
  readonly cancels: readonly Call<CancelCommand, CommandOutcome>[]
  readonly lookups: readonly Call<string, Lookup>[]
  readonly snapshots: readonly Call<Cursor | undefined, BrokerSnapshot>[]
  readonly standing: StandingAnswers
  /** False: the permit is asked when the test calls `write`, as behind a queue or a rate bucket. Default true. */
  writesAtOnce: boolean
  /** Says something unasked. */
  deliver(update: BrokerUpdate): Promise<void>
  /** A snapshot of these parts; parts that are left out are empty, not unavailable. */
  snapshotOf(parts?: Partial<BrokerSnapshot>): BrokerSnapshot
}

export interface ScriptedBrokerOptions {
  readonly clock: VirtualClock
  readonly capabilities?: Partial<BrokerCapabilities>
  /** The price of every symbol. Default 99.9 to 100.1. */
  readonly quote?: { readonly bid: string; readonly ask: string }
}

type Pending<Command, Answer> = Call<Command, Answer> & { readonly promise: Promise<Answer> }

function makeCall<Command, Answer>(command: Command, at: number): Pending<Command, Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  // A test may let a call fail after the service has stopped listening.
  promise.catch(() => undefined)
  let answered = false
  return {
    command, at, promise,
    get answered() { return answered },
    answer: (answer) => { answered = true; resolve(answer) },
    fail: (error) => { answered = true; reject(error) },
  }
}

export function scriptedBroker({ clock, capabilities = {}, quote = { bid: '99.9', ask: '100.1' } }: ScriptedBrokerOptions): ScriptedBroker {
  const submits: WriteCall<ApprovedOrder>[] = []
  const replaces: WriteCall<ApprovedReplacement>[] = []
  const cancels: Call<CancelCommand, CommandOutcome>[] = []
  const lookups: Call<string, Lookup>[] = []
  const snapshots: Call<Cursor | undefined, BrokerSnapshot>[] = []
  let context: AdapterContext | undefined

  const snapshotOf = (parts: Partial<BrokerSnapshot> = {}): BrokerSnapshot => ({
    asOf: clock.now(), openOrders: { status: 'present', value: [] }, executions: { status: 'present', value: [] },
    positions: { status: 'present', value: [] }, account: { status: 'unavailable', reason: 'not scripted' }, ...parts,
  })
  const standing: StandingAnswers = {
    submit: undefined, cancel: undefined, replace: undefined, snapshot: () => snapshotOf(),
    lookup: () => ({ kind: 'indeterminate', reason: 'not scripted' }),
  }

  const ask = <Command, Answer>(calls: Call<Command, Answer>[], command: Command, standingAnswer: Answer | undefined): Promise<Answer> => {
    const call = makeCall<Command, Answer>(command, clock.monotonic())
    calls.push(call)
    if (standingAnswer !== undefined) call.answer(standingAnswer)
    return call.promise
  }

  const write = <Command extends ApprovedOrder | ApprovedReplacement>(calls: WriteCall<Command>[], command: Command, standingAnswer: () => SubmitOutcome | undefined): Promise<SubmitOutcome> => {
    const call = makeCall<Command, SubmitOutcome>(command, clock.monotonic())
    const permits: boolean[] = []
    const asked: WriteCall<Command> = Object.defineProperties({} as WriteCall<Command>, {
      ...Object.getOwnPropertyDescriptors(call),
      permits: { value: permits },
      write: { value: () => {
        const permitted = command.permit()
        permits.push(permitted)
        const answer = permitted ? standingAnswer() : { kind: 'not_sent', reason: 'no permit', retryable: true } as const
        if (answer !== undefined) call.answer(answer)
        return permitted
      } },
    })
    calls.push(asked)
    if (broker.writesAtOnce) asked.write()
    return call.promise
  }

  const marketData: MarketData = {
    quote: async (symbol) => ({ symbol, ...quote, time: toIso(clock.now()) }),
    watch: (symbols, emit) => { for (const symbol of symbols) emit({ symbol, ...quote, time: toIso(clock.now()) }) },
  }

  const broker: ScriptedBroker = {
    capabilities: { ...EVERYTHING, ...capabilities },
    marketData, submits, replaces, cancels, lookups, snapshots, standing, snapshotOf,
    writesAtOnce: true,
    connect: async (given) => { context = given },
    submit: (order) => write(submits, order, () => standing.submit?.(order)),
    replace: (replacement) => write(replaces, replacement, () => standing.replace?.(replacement)),
    cancel: (command) => ask(cancels, command, standing.cancel?.(command)),
    lookup: (clientOrderId) => ask(lookups, clientOrderId, standing.lookup?.(clientOrderId)),
    snapshot: (since) => ask(snapshots, since, standing.snapshot?.(since)),
    deliver: (update) => {
      if (context === undefined) throw new Error('the broker is not connected')
      return context.deliver(update)
    },
    close: async () => undefined,
  }
  return broker
}

/** The broker's record of an order the service sent. */
export function recordOf({ clientOrderId, terms }: Pick<ApprovedOrder, 'clientOrderId' | 'terms'>, overrides: Partial<BrokerOrder> = {}): BrokerOrder {
  return {
    clientOrderId, brokerOrderId: `at-${clientOrderId}`, symbol: terms.symbol, side: terms.side, type: terms.type, quantity: terms.quantity,
    notional: terms.notional, limitPrice: terms.limitPrice, stopPrice: terms.stopPrice, timeInForce: terms.timeInForce, status: 'new',
    filledQuantity: '0', averagePrice: undefined, executions: undefined, createdAt: '2026-01-05T14:30:00Z', updatedAt: '2026-01-05T14:30:00Z', ...overrides,
  }
}

/** A trade of an order the service sent. */
export function executionOf({ clientOrderId, terms }: Pick<ApprovedOrder, 'clientOrderId' | 'terms'>, executionId: string, lastQuantity: string, overrides: Partial<BrokerExecution> = {}): BrokerExecution {
  return {
    executionId, brokerOrderId: `at-${clientOrderId}`, clientOrderId, symbol: terms.symbol, side: terms.side, lastQuantity, lastPrice: '100',
    time: '2026-01-05T14:30:00Z', ...overrides,
  }
}

/** The answer of a broker that takes an order. */
export const accepts = ({ clientOrderId }: Pick<ApprovedOrder, 'clientOrderId'>): SubmitOutcome => ({ kind: 'accepted', brokerOrderId: `at-${clientOrderId}` })
