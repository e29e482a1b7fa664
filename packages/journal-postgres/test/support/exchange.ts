import type { BrokerAdapter, BrokerExecution, BrokerOrder, BrokerSnapshot, BrokerUpdate, CommandOutcome, Lookup, OrderTerms, SubmitOutcome } from '@sluice/core'

/** One way to the exchange: called where the exchange is, or by messages from another process. */
interface ExchangeLine {
  submit(account: string, clientOrderId: string, terms: OrderTerms): Promise<SubmitOutcome>
  cancel(account: string, clientOrderId: string): Promise<CommandOutcome>
  lookup(account: string, clientOrderId: string): Promise<Lookup>
  snapshot(account: string): Promise<BrokerSnapshot>
}

interface Books {
  readonly orders: BrokerOrder[]
  readonly executions: BrokerExecution[]
  readonly listeners: Set<(update: BrokerUpdate) => void>
}

/** An exchange that outlives its clients, books whatever arrives, twice when it arrives twice, and counts. */
export interface Exchange extends ExchangeLine {
  listen(account: string, listener: (update: BrokerUpdate) => void): () => void
  orders(account: string): readonly BrokerOrder[]
  executions(account: string): readonly BrokerExecution[]
  /** When each order arrived, in ms of this process's clock. */
  readonly arrivals: readonly { readonly account: string; readonly clientOrderId: string; readonly at: number; readonly terms: OrderTerms }[]
  /** Client order ids that arrived more than once. */
  doubled(): readonly string[]
}

const stamp = (): string => new Date().toISOString()

/** Orders with a limit of 100 or more fill at once; others rest. */
export function createExchange(): Exchange {
  const accounts = new Map<string, Books>()
  const arrivals: { account: string; clientOrderId: string; at: number; terms: OrderTerms }[] = []
  const booksOf = (account: string): Books => {
    const books = accounts.get(account) ?? { orders: [], executions: [], listeners: new Set() }
    accounts.set(account, books)
    return books
  }
  const tell = (account: string, update: BrokerUpdate): void => { for (const listener of booksOf(account).listeners) listener(update) }
  const change = (account: string, brokerOrderId: string, changes: Partial<BrokerOrder>): BrokerOrder => {
    const { orders } = booksOf(account)
    const index = orders.findIndex((order) => order.brokerOrderId === brokerOrderId)
    const next = { ...orders[index] as BrokerOrder, ...changes, updatedAt: stamp() }
    orders[index] = next
    return next
  }

  return {
    arrivals,
    submit: async (account, clientOrderId, terms) => {
      const { orders, executions } = booksOf(account)
      arrivals.push({ account, clientOrderId, at: performance.now(), terms })
      const brokerOrderId = `${account}-${orders.length + 1}`
      const { symbol, side, type, timeInForce } = terms
      const quantity = 'quantity' in terms ? terms.quantity ?? '0' : '0'
      const limitPrice = 'limitPrice' in terms ? terms.limitPrice : undefined
      orders.push({
        clientOrderId, brokerOrderId, symbol, side, type, quantity, notional: undefined, limitPrice, stopPrice: undefined, timeInForce, status: 'new', filledQuantity: '0',
        averagePrice: undefined, executions: [], createdAt: stamp(), updatedAt: stamp(),
      })
      if (limitPrice !== undefined && Number(limitPrice) >= 100) {
        const execution: BrokerExecution = { executionId: `x-${brokerOrderId}`, brokerOrderId, clientOrderId, symbol, side, lastQuantity: quantity, lastPrice: '100', time: stamp() }
        executions.push(execution)
        change(account, brokerOrderId, { status: 'filled', filledQuantity: quantity, averagePrice: '100', executions: [execution] })
        setTimeout(() => { tell(account, { kind: 'fill', execution, complete: true }) }, 3)
      }
      return { kind: 'accepted', brokerOrderId }
    },
    cancel: async (account, clientOrderId) => {
      const order = booksOf(account).orders.find((entry) => entry.clientOrderId === clientOrderId)
      if (order?.status !== 'new') return { kind: 'refused', code: 'NOT_WORKING', message: 'the order does not work' }
      change(account, order.brokerOrderId, { status: 'canceled' })
      setTimeout(() => { tell(account, { kind: 'canceled', clientOrderId, brokerOrderId: order.brokerOrderId }) }, 1)
      return { kind: 'accepted' }
    },
    lookup: async (account, clientOrderId) => {
      const order = booksOf(account).orders.find((entry) => entry.clientOrderId === clientOrderId)
      return order === undefined ? { kind: 'not_found', asOf: Date.now() } : { kind: 'found', order }
    },
    snapshot: async (account) => {
      const { orders, executions } = booksOf(account)
      const held = executions.reduce((sum, { side, lastQuantity }) => sum + (side === 'buy' ? 1 : -1) * Number(lastQuantity), 0)
      return {
        asOf: Date.now(),
        openOrders: { status: 'present', value: orders.filter(({ status }) => status === 'new') },
        executions: { status: 'present', value: [...executions] },
        positions: { status: 'present', value: held === 0 ? [] : [{ symbol: 'AAPL', quantity: String(held), averagePrice: '100' }] },
        account: { status: 'unavailable', reason: 'no accounts here' },
      }
    },
    listen: (account, listener) => {
      const { listeners } = booksOf(account)
      listeners.add(listener)
      return () => { listeners.delete(listener) }
    },
    orders: (account) => booksOf(account).orders,
    executions: (account) => booksOf(account).executions,
    doubled: () => {
      const seen = new Set<string>()
      return arrivals.flatMap(({ clientOrderId }) => {
        if (seen.has(clientOrderId)) return [clientOrderId]
        seen.add(clientOrderId)
        return []
      })
    },
  }
}

export interface AdapterPorts {
  readonly line: ExchangeLine
  readonly account: string
  readonly listen: (listener: (update: BrokerUpdate) => void) => () => void
  /** Asked after the permit: what it delays leaves later. */
  readonly beforeWrite?: () => void
}

/** What arrives on the line shows within this time, in ms. */
const VISIBLE_AFTER = 50

export function exchangeAdapter({ line, account, listen, beforeWrite }: AdapterPorts): BrokerAdapter {
  let stop: () => void = () => undefined
  return {
    capabilities: {
      environment: 'paper', orderTypes: ['market', 'limit'], timesInForce: ['day', 'gtc'], orderClasses: [], notional: false, fractional: false, extendedHours: false,
      shortSelling: true, replace: false, cancelByClientOrderId: true, positions: true, executions: true, dedupesClientOrderId: false, absence: { visibilityLag: VISIBLE_AFTER, historyComplete: true },
      clientOrderId: { maximumLength: 64 },
    },
    connect: async ({ deliver, signal }) => {
      stop = listen((update) => { deliver(update).catch(() => undefined) })
      signal.addEventListener('abort', () => { stop() }, { once: true })
    },
    submit: async (order) => {
      if (!order.permit()) return { kind: 'not_sent', reason: 'the permit was refused', retryable: true }
      beforeWrite?.()
      return line.submit(account, order.clientOrderId, order.terms)
    },
    cancel: ({ originalClientOrderId }) => line.cancel(account, originalClientOrderId),
    replace: async () => ({ kind: 'refused', code: 'UNSUPPORTED', message: 'no replaces here' }),
    lookup: (clientOrderId) => line.lookup(account, clientOrderId),
    snapshot: () => line.snapshot(account),
    close: async () => { stop() },
  }
}
