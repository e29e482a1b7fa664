import type {
  AdapterContext, ApprovedOrder, ApprovedReplacement, BrokerAdapter, BrokerOrder, BrokerSnapshot, BrokerUpdate, CancelCommand, Clock, CommandOutcome, Lookup,
  MarketData, SnapshotPart, SubmitOutcome,
} from '@sluice/core'
import { type Hub, MARK, unmarked, withoutMark } from './hub.ts'
import { createUpdateStream } from './update-stream.ts'

export interface LineOptions {
  /** The clock of the process on this line: look-ups are stamped with it. Default: the broker's. */
  readonly clock?: Clock
}

/** One process's connection. An adapter like any other, that breaks as it is told. */
export interface BrokerLine extends BrokerAdapter {
  readonly number: number
  /** A command was never answered (`hang`), and never will be. */
  readonly hangs: boolean
  /** What the broker says on its stream. */
  tell(update: BrokerUpdate): void
  /** The stream is cut at the moment. */
  isBroken(): boolean
  /** The stream breaks; false when it is broken already. */
  disconnect(): boolean
  /** The process is dead: nothing reaches it any more, what it has written is still on its way. */
  cut(): void
}

const DEFAULT_TIMEOUT = 1500
/** How long a command waits in the adapter's own queue before it is written. */
const QUEUE: readonly [number, number] = [0, 4]

/** How much longer than declared an order travels that arrives late. */
const TOO_LATE: readonly [number, number] = [200, 4000]

type Command = 'new' | 'replace' | 'cancel'

export function createBrokerLine(hub: Hub, number: number, { clock: processClock = hub.clock }: LineOptions): BrokerLine {
  const { inner, faults, facts, clock, noise, observe } = hub
  const { answerTimeout = DEFAULT_TIMEOUT, onCrash } = hub.options
  let isCut = false
  let isOpen = false
  let hangs = false
  let asked = 0
  let context: AdapterContext | undefined

  const wait = (delay: number): Promise<void> => new Promise((resolve) => { clock.setTimer(resolve, delay) })
  const dead = <Value>(): Promise<Value> => new Promise(() => undefined)
  const stream = createUpdateStream(hub, number, (update) => (isCut || !isOpen ? Promise.resolve() : context?.deliver(update)))
  /** An answer on its way back to a process that may have died meanwhile. */
  const back = async <Value>(name: string, value: Value): Promise<Value> => {
    await wait(hub.travel(`${name} answer`))
    return isCut ? dead<Value>() : value
  }

  /** The way of one command: queue, permit, wire, broker, wire. */
  const send = async <Outcome extends { readonly kind: string }>(
    command: Command, { clientOrderId, originalClientOrderId, terms, permit }: { readonly clientOrderId: string; readonly originalClientOrderId: string; readonly terms?: ApprovedOrder['terms']; readonly permit: () => boolean },
    handle: () => Promise<Outcome>,
  ): Promise<Outcome | Extract<CommandOutcome, { kind: 'not_sent' | 'ambiguous' }>> => {
    asked += 1
    await wait(noise(`queue ${clientOrderId}`, QUEUE[0], QUEUE[1]))
    if (isCut) return dead()
    if (!isOpen) return { kind: 'not_sent', reason: 'not connected', retryable: true }
    // No await between the permit and the write.
    if (!permit()) return { kind: 'not_sent', reason: 'the permit ended before the order was sent', retryable: true }
    observe({ kind: 'written', line: number, command, clientOrderId, originalClientOrderId, ...(terms !== undefined && { terms }) })
    const ambiguous = { kind: 'ambiguous', reason: 'no answer' } as const
    const late = async (): Promise<typeof ambiguous> => { await wait(answerTimeout); return isCut ? dead() : ambiguous }
    if (faults.take('lose_request')) return late()
    if (command === 'new' && hub.capabilities.dedupesClientOrderId && faults.take('late_arrival')) {
      const { symbol = '', quantity, notional } = terms ?? {}
      observe({ kind: 'fault', fault: 'late_arrival', detail: `${symbol} ${quantity ?? ''} ${notional ?? ''} ${clientOrderId}` })
      const lag = hub.capabilities.absence?.visibilityLag ?? 0
      wait(answerTimeout + lag + noise(`late ${clientOrderId}`, ...TOO_LATE)).then(handle).then(({ kind }) => {
        observe({ kind: 'answered', line: number, command, clientOrderId, outcome: kind })
      }, () => undefined)
      return late()
    }
    const slow = command === 'replace' && faults.take('replace_race') ? noise(`slow ${clientOrderId}`, 100, 500) : 0
    await wait(hub.travel(clientOrderId) + slow)
    const outcome = await handle()
    observe({ kind: 'answered', line: number, command, clientOrderId, outcome: outcome.kind })
    if (command === 'new' && outcome.kind === 'accepted' && !isCut && faults.take('acknowledge_then_crash')) onCrash?.()
    if (isCut) return dead()
    if (faults.take('hang')) { hangs = true; return dead() }
    if (faults.take('lose_answer')) return late()
    if (faults.take('throw_after_send')) throw new Error('socket hang up')
    return back(clientOrderId, outcome)
  }

  const place = async (order: ApprovedOrder): Promise<SubmitOutcome> => {
    const outcome = await inner.submit({ ...order, permit: () => true })
    if (outcome.kind === 'duplicate' && !hub.capabilities.dedupesClientOrderId) {
      asked += 1
      return inner.submit({ ...order, clientOrderId: `${order.clientOrderId}${MARK}${number}.${asked}`, permit: () => true })
    }
    if (outcome.kind === 'accepted' && faults.take('lookup_lag')) {
      hub.hidden.set(order.clientOrderId, clock.monotonic() + noise(`lag ${order.clientOrderId}`, 1, hub.options.lookupLag ?? 800))
    }
    return outcome
  }
  const isHidden = (order: Pick<BrokerOrder, 'clientOrderId'>): boolean => clock.monotonic() < (hub.hidden.get(order.clientOrderId ?? '') ?? 0)

  const query = async <Value>(name: string, ask: () => Promise<Value>): Promise<Value> => {
    asked += 1
    const id = `${number} ${name} ${asked}`
    await wait(hub.travel(id))
    if (isCut) return dead()
    if (clock.monotonic() < hub.queriesFailUntil || stream.isBroken()) {
      await wait(hub.travel(`${id} failed`))
      throw new Error('503 the broker does not answer')
    }
    return back(id, await ask())
  }
  const lookup = (clientOrderId: string): Promise<Lookup> => {
    // As adapters do: stamped with what the process takes for the time when it asks.
    const asOf = processClock.now()
    return query(`lookup ${clientOrderId}`, async (): Promise<Lookup> => {
      const found = await inner.lookup(clientOrderId)
      if (found.kind === 'not_found' || (found.kind === 'found' && isHidden(found.order))) return { kind: 'not_found', asOf }
      return found.kind === 'found' ? { kind: 'found', order: facts.order(withoutMark(found.order)) } : found
    }).catch((error: unknown): Lookup => ({ kind: 'indeterminate', reason: String(error) }))
  }
  const snapshot = async (since: string | undefined): Promise<BrokerSnapshot> => {
    const asOf = processClock.now()
    return query('snapshot', async () => {
      const taken = await inner.snapshot(since)
      const partial = clock.monotonic() < hub.partialUntil
      const part = <Value>(name: string, given: SnapshotPart<Value>, change: (value: Value) => Value): SnapshotPart<Value> => {
        if (partial && noise(`part ${name} ${asked}`, 0, 1) === 1) return { status: 'unavailable', reason: 'the endpoint failed' }
        return given.status === 'present' ? { status: 'present', value: change(given.value) } : given
      }
      return {
        ...taken, asOf,
        openOrders: part('orders', taken.openOrders, (orders) => orders.map(withoutMark).map(facts.order).filter((order) => !isHidden(order))),
        executions: part('executions', taken.executions, (executions) => facts.executions(executions.map(unmarked))),
        positions: part('positions', taken.positions, facts.positions),
        account: part('account', taken.account, (values) => values),
      }
    })
  }
  const areSilent = (): boolean => isCut || clock.monotonic() < hub.quotesSilentUntil
  const { marketData } = inner
  const quotes: MarketData | undefined = marketData === undefined ? undefined : {
    quote: async (symbol, signal) => {
      await wait(hub.travel(`${number} quote ${symbol}`))
      if (isCut) return dead()
      if (areSilent()) throw new Error(`no price of ${symbol}`)
      return marketData.quote(symbol, signal)
    },
    watch: (symbols, emit, signal) => { marketData.watch(symbols, (quote) => { if (!areSilent()) emit(quote) }, AbortSignal.any([signal, ended.signal])) },
  }
  const ended = new AbortController()

  return {
    get hangs() { return hangs },
    number, capabilities: hub.capabilities, lookup, snapshot,
    ...(quotes !== undefined && { marketData: quotes }),
    ...(inner.reference !== undefined && { reference: inner.reference }),
    connect: async (given) => {
      context = given
      await wait(hub.travel(`${number} connect`))
      if (isCut) return dead()
      if (clock.monotonic() < hub.queriesFailUntil) throw new Error('503 the broker does not answer')
      isOpen = true
      stream.open()
    },
    submit: (order: ApprovedOrder) => send('new', { ...order, originalClientOrderId: order.clientOrderId }, () => place(order)),
    replace: (replacement: ApprovedReplacement) => send('replace', replacement, () => inner.replace({ ...replacement, permit: () => true })),
    cancel: (command: CancelCommand) => send<CommandOutcome>('cancel', { ...command, permit: () => true }, () => {
      if (faults.take('refuse_cancel')) return Promise.resolve({ kind: 'refused', code: 'TOO_LATE', message: 'the order is being executed' })
      return inner.cancel(command)
    }),
    close: async () => {
      isOpen = false
      ended.abort()
      stream.close()
    },
    tell: (update) => { if (!isCut && isOpen) stream.tell(update) },
    isBroken: () => stream.isBroken(),
    disconnect: () => isOpen && !isCut && stream.disconnect(),
    cut: () => {
      isCut = true
      ended.abort()
      stream.close()
    },
  }
}
