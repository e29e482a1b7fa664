// A venue in the first process, which outlives the nodes: what reaches it is counted. Orders fill at once.
import type { ChildProcess } from 'node:child_process'
import type { BrokerExecution, BrokerOrder, BrokerSnapshot, Lookup } from '@sluice/core'

/** What a node asks of the venue. */
export type Ask = { readonly id: number; readonly account: string } & (
  | { readonly what: 'submit'; readonly clientOrderId: string; readonly quantity: string }
  | { readonly what: 'lookup'; readonly clientOrderId: string }
  | { readonly what: 'snapshot' }
)
/** The venue's word: an answer, or a fill that nobody asked for. */
export type Word = { readonly id: number; readonly answer: unknown } | { readonly account: string; readonly fill: BrokerExecution }

export interface Venue {
  /** Orders that arrived. */
  readonly orders: number
  /** Orders that arrived more than once: always none. */
  readonly doubled: number
  has(clientOrderId: string): boolean
  /** Listens to a node for as long as it lives. */
  serve(child: ChildProcess): void
}

const now = (): string => new Date().toISOString()

export function createVenue(): Venue {
  const arrived = new Map<string, number>()
  const books = new Map<string, { readonly orders: BrokerOrder[]; readonly executions: BrokerExecution[] }>()
  let doubled = 0
  const booksOf = (account: string) => {
    const own = books.get(account) ?? { orders: [], executions: [] }
    books.set(account, own)
    return own
  }

  const submit = (account: string, clientOrderId: string, quantity: string): BrokerExecution => {
    arrived.set(clientOrderId, (arrived.get(clientOrderId) ?? 0) + 1)
    if (arrived.get(clientOrderId) !== 1) doubled += 1
    const { orders, executions } = booksOf(account)
    const brokerOrderId = `${account}-${orders.length + 1}`
    const execution: BrokerExecution = { executionId: `x-${brokerOrderId}`, brokerOrderId, clientOrderId, symbol: 'AAPL', side: 'buy', lastQuantity: quantity, lastPrice: '100', time: now() }
    executions.push(execution)
    orders.push({
      clientOrderId, brokerOrderId, symbol: 'AAPL', side: 'buy', type: 'limit', quantity, notional: undefined, limitPrice: '100', stopPrice: undefined, timeInForce: 'day', status: 'filled',
      filledQuantity: quantity, averagePrice: '100', executions: [execution], createdAt: now(), updatedAt: now(),
    })
    return execution
  }
  const lookup = (account: string, clientOrderId: string): Lookup => {
    const order = booksOf(account).orders.find((entry) => entry.clientOrderId === clientOrderId)
    return order === undefined ? { kind: 'not_found', asOf: Date.now() } : { kind: 'found', order }
  }
  const snapshot = (account: string): BrokerSnapshot => {
    const { executions } = booksOf(account)
    const held = executions.reduce((sum, { lastQuantity }) => sum + Number(lastQuantity), 0)
    return {
      asOf: Date.now(), openOrders: { status: 'present', value: [] }, executions: { status: 'present', value: [...executions] },
      positions: { status: 'present', value: held === 0 ? [] : [{ symbol: 'AAPL', quantity: String(held), averagePrice: '100' }] }, account: { status: 'unavailable', reason: 'the venue keeps none' },
    }
  }

  return {
    get orders() { return arrived.size },
    get doubled() { return doubled },
    has: (clientOrderId) => arrived.has(clientOrderId),
    serve: (child) => {
      const tell = (word: Word): void => { if (child.connected) child.send(word, () => undefined) }
      child.on('message', (ask: Ask) => {
        if (!('what' in ask)) return
        const { id, account } = ask
        if (ask.what === 'lookup') tell({ id, answer: lookup(account, ask.clientOrderId) })
        else if (ask.what === 'snapshot') tell({ id, answer: snapshot(account) })
        else {
          const fill = submit(account, ask.clientOrderId, ask.quantity)
          tell({ id, answer: { kind: 'accepted', brokerOrderId: fill.brokerOrderId } })
          tell({ account, fill })
        }
      })
    },
  }
}
