import { type BrokerAdapter, createExecutionService, type ExecutionService, type Guard, type OrderRequest, simulatedBroker, type SubmitOutcome } from '@sluice/core'
import { createVirtualClock, makeApprovedOrder, makeContext, seededIds, type VirtualClock } from '@sluice/core/testing'

/** Loss at one moment, in money; negative while there is a profit. */
export interface Point {
  readonly second: number
  readonly loss: number
}

/** What became of a request: the broker has it, a guard refused it, or the caller was told nothing. */
export interface Answer {
  readonly kind: 'sent' | 'denied' | 'no answer'
  readonly code?: string
}

/** One market, one broker, and a way to it: straight, or through Sluice. */
export interface Stage {
  readonly points: readonly Point[]
  /** How many requests reached the broker, and which codes refused the others. */
  readonly sent: number
  readonly denials: ReadonlyMap<string, number>
  /**
   * Prices from now on; bid and ask lie half a spread around it. `fair`: what it is worth once whoever moves the price has stopped;
   * losses are counted by it.
   */
  setPrice(symbol: string, middle: number, fair?: number): void
  /** Does not wait for a fill. `key` names the intent; straight to the broker it is only a note. */
  send(request: Omit<OrderRequest, 'timeInForce'> & { readonly timeInForce?: 'day' }, key?: string): Promise<Answer>
  /** What is held, by the broker's own word. */
  position(symbol: string): Promise<number>
  /** Lets time pass and writes down what has been lost by then. */
  pass(seconds: number): Promise<void>
  close(): Promise<void>
}

export interface StageOptions {
  readonly guards: readonly Guard[]
  readonly prices: Readonly<Record<string, number>>
  readonly spread: number
  /** Faults between the caller and the broker: both ways meet the same ones. */
  readonly wire?: (broker: BrokerAdapter) => BrokerAdapter
}

const CASH = 1_000_000_000
const cents = (price: number): string => price.toFixed(2)

/** Waits while virtual time passes. */
async function until<Value>(clock: VirtualClock, promise: Promise<Value>): Promise<Value> {
  const state = { settled: false }
  const settle = (): void => { state.settled = true }
  promise.then(settle, settle)
  for (await clock.advance(0); !state.settled;) await clock.advance(10)
  return promise
}

/** `straight`: the program talks to the broker, as the ones in the news did. `sluice`: the same program, the gate in between. */
export async function openStage(way: 'straight' | 'sluice', { guards, prices, spread, wire = (broker) => broker }: StageOptions): Promise<Stage> {
  const clock = createVirtualClock()
  const market = new Map(Object.entries(prices))
  const fair = new Map(market)
  const quotes = (symbol: string) => {
    const middle = market.get(symbol)
    return middle === undefined ? undefined : { bid: cents(middle - spread / 2), ask: cents(middle + spread / 2) }
  }
  const broker = simulatedBroker({ latency: [0, 0], quotes, cash: String(CASH), leverage: '1000' })
  const wired = wire(broker)
  const denials = new Map<string, number>()
  const points: Point[] = []
  let sent = 0
  let elapsed = 0
  let service: ExecutionService | undefined
  if (way === 'sluice') service = await until(clock, createExecutionService({ broker: wired, guards, clock, ids: seededIds('incident'), submitTimeout: 2000 }))
  else await wired.connect(makeContext({ clock }))

  const through = async (gate: ExecutionService, request: OrderRequest): Promise<Answer> => {
    const order = await until(clock, gate.placeOrder(request))
    if (order.status === 'denied') {
      denials.set(order.denial.code, (denials.get(order.denial.code) ?? 0) + 1)
      return { kind: 'denied', code: order.denial.code }
    }
    return order.status === 'unknown' ? { kind: 'no answer' } : { kind: 'sent' }
  }
  const straight = async (request: OrderRequest): Promise<Answer> => {
    const clientOrderId = `raw-${sent}`
    const { idempotencyKey: _, ...terms } = request
    const outcome = await until(clock, wired.submit(makeApprovedOrder({ orderId: clientOrderId, clientOrderId, terms })).catch((): SubmitOutcome => ({ kind: 'ambiguous', reason: 'no answer' })))
    return outcome.kind === 'ambiguous' ? { kind: 'no answer' } : { kind: 'sent' }
  }

  return {
    points, denials,
    get sent() { return sent },
    setPrice: (symbol, middle, worth = middle) => {
      market.set(symbol, middle)
      fair.set(symbol, worth)
    },
    send: async (request, key) => {
      const whole = { timeInForce: 'day', ...request, ...(key !== undefined && { idempotencyKey: key }) } as OrderRequest
      const answer = service === undefined ? await straight(whole) : await through(service, whole)
      if (answer.kind !== 'denied') sent += 1
      return answer
    },
    position: async (symbol) => {
      const { positions } = await until(clock, broker.snapshot())
      const held = positions.status === 'present' ? positions.value.find((position) => position.symbol === symbol) : undefined
      return Number(held?.quantity ?? 0)
    },
    pass: async (seconds) => {
      await clock.advance(seconds * 1000)
      elapsed += seconds
      const { account, positions } = await until(clock, broker.snapshot())
      if (account.status !== 'present' || positions.status !== 'present') return
      const held = positions.value.reduce((sum, { symbol, quantity }) => sum + Number(quantity) * (fair.get(symbol) ?? 0), 0)
      points.push({ second: elapsed, loss: CASH - Number(account.value.cash) - held })
    },
    close: () => until(clock, service?.close() ?? broker.close()),
  }
}
