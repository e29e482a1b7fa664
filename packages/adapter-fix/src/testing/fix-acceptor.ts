import { type AddressInfo, createServer, type Socket } from 'node:net'
import { type BrokerPosition, type Clock, formatDecimal, silentLogger, systemClock, type Units } from '@sluice/core'
import { createDictionary } from '../codec/dictionary/create-dictionary.ts'
import type { FixVersion } from '../codec/dictionary/dictionary.ts'
import type { FieldList } from '../codec/encoder.ts'
import type { SessionOptions } from '../session/session-types.ts'
import { memoryFixStore } from '../store/fix-store.ts'
import { createSessionRunner } from '../transport/session-runner.ts'
import { socketLine } from '../transport/socket-line.ts'
import { type AcceptorMessage, type AcceptorOrder, createAcceptorBook, unitsOf } from './acceptor-book.ts'

export interface FixAcceptorOptions {
  readonly version: FixVersion
  /** Our CompID, the initiator's TargetCompID. Default `'BROKER'`. */
  readonly senderCompId?: string
  /** The initiator's CompID. Default `'DESK'`. */
  readonly targetCompId?: string
  /** Port of 127.0.0.1. Default 0: any free one. */
  readonly port?: number
  /** What symbols trade at, as decimal strings. Default 100 for each. */
  readonly prices?: Readonly<Record<string, string>>
  /** Symbols in which it takes no orders. Default none. */
  readonly unknownSymbols?: readonly string[]
  /** Begins the ids of orders and executions: a broker never uses one twice, and an acceptor that starts anew counts from 1. Default none. */
  readonly idPrefix?: string
  /** Working orders end with the session; the reports come with the next one. Default false. */
  readonly cancelOnDisconnect?: boolean
  /** A copy of each report, for a drop copy session: `copy: drop.send`. Default none. */
  readonly copy?: (type: string, fields: FieldList) => void
  /** More about the session. Default none. */
  readonly session?: Partial<SessionOptions>
  /** Default: the system's. */
  readonly clock?: Clock
}

/** What goes wrong next; each holds once. */
export interface FixAcceptorFault {
  /** The next order is taken, and no report on it is sent. */
  loseAnswer(): void
  /** The next order is taken, or refused, and the report on it comes so many milliseconds later. */
  delayAnswer(milliseconds: number): void
  /** The next order is not seen by the broker, although the session counts it. */
  loseRequest(): void
  /** From now on (`true`) questions about orders stay without an answer, until they are answered again (`false`). */
  ignoreQueries(ignoring: boolean): void
  /** The next application message is answered with a session Reject. */
  rejectNext(text: string): void
  /** The line is cut; what the broker sends meanwhile comes with the resend. */
  disconnect(): void
}

/** A FIX broker in this process. */
export interface FixAcceptor {
  readonly port: number
  readonly orders: readonly AcceptorOrder[]
  readonly fault: FixAcceptorFault
  /** Times that somebody has logged on. */
  readonly logons: number
  /** Moves the price of a symbol; resting orders that it reaches trade. */
  setPrice(symbol: string, price: string): void
  /** What all trades come to, in the terms of a source of positions. */
  positions(): readonly BrokerPosition[]
  /** Says anything, on this line or on the next one. */
  send(type: string, fields: FieldList): void
  /** Types of the application messages that came, in their order. */
  readonly received: readonly string[]
  /** Makes an order trade. Default price: that of its limit, or of its symbol. */
  trade(clientOrderId: string, quantity: string, price?: string): void
  /** Reverses an execution, by the number of executions before it plus one. */
  bust(executionId: string): void
  /** Somebody places a resting order by other means. Answers the broker's id. */
  placeByHand(clientOrderId: string, symbol: string): string
  correct(executionId: string, quantity: string, price: string): void
  end(clientOrderId: string, status: '4' | 'C' | '3'): void
  close(): Promise<void>
}

const DEFAULT_PRICE = unitsOf('100')

export async function startFixAcceptor(options: FixAcceptorOptions): Promise<FixAcceptor> {
  const { version, senderCompId = 'BROKER', targetCompId = 'DESK', port = 0, clock = systemClock } = options
  const prices = new Map(Object.entries(options.prices ?? {}).map(([symbol, price]) => [symbol, unitsOf(price)]))
  const priceOf = (symbol: string): Units => prices.get(symbol) ?? DEFAULT_PRICE
  const store = memoryFixStore()
  const book = createAcceptorBook(version, () => clock.now(), priceOf, options.idPrefix ?? '', options.unknownSymbols)
  const faults = { answer: false, delay: 0, queries: false, request: false, reject: undefined as string | undefined }
  let socket: Socket | undefined
  let logons = 0
  const received: string[] = []
  const runner = createSessionRunner({
    session: { ...options.session, dictionary: createDictionary(version), role: 'acceptor', senderCompId, targetCompId },
    numbers: await store.open(clock.now()), store, clock, logger: silentLogger,
    onNotice: (code) => { if (code === 'logged_on') logons += 1 },
    onMessage: ({ message, sequence }) => {
      if (faults.reject !== undefined) {
        runner.send('3', [[45, sequence], [372, message.type], [58, faults.reject]])
        faults.reject = undefined
        return Promise.resolve()
      }
      received.push(message.type)
      if (faults.queries && (message.type === 'H' || message.type === 'AF')) return Promise.resolve()
      const isOrder = message.type === 'D'
      if (isOrder && faults.request) {
        faults.request = false
        return Promise.resolve()
      }
      const answers = book.receive(message.type, message)
      if (isOrder && faults.answer) faults.answer = false
      else if (isOrder && faults.delay > 0) {
        clock.setTimer(() => { answers.forEach(send) }, faults.delay)
        faults.delay = 0
      } else answers.forEach(send)
      return Promise.resolve()
    },
  })
  // Without a line the session only counts and stores: the initiator gets it with the resend.
  const waiting: AcceptorMessage[] = []
  const send = (message: AcceptorMessage): void => {
    if (message.type === '8') options.copy?.(message.type, message.fields)
    if (runner.status === 'active') runner.send(message.type, message.fields)
    else waiting.push(message)
  }
  const server = createServer((incoming) => {
    socket?.destroy()
    socket = incoming
    incoming.setNoDelay(true)
    incoming.on('error', () => undefined)
    incoming.on('data', (chunk: Uint8Array) => {
      if (socket !== incoming) return
      runner.received(chunk)
      if (runner.status === 'active') waiting.splice(0).forEach(send)
    })
    incoming.on('close', () => {
      if (socket !== incoming) return
      socket = undefined
      runner.disconnected()
      if (options.cancelOnDisconnect === true) book.endAll().forEach(send)
    })
    runner.connected(socketLine(incoming))
  })
  await new Promise<void>((resolve) => { server.listen(port, '127.0.0.1', resolve) })
  const orderOf = (clientOrderId: string): AcceptorOrder => {
    const order = book.find(clientOrderId)
    if (order === undefined) throw new RangeError(`the acceptor has no order ${clientOrderId}`)
    return order
  }

  return {
    port: (server.address() as AddressInfo).port,
    orders: book.orders, received,
    send: (type, fields) => { send({ type, fields }) },
    get logons() { return logons },
    fault: {
      loseAnswer: () => { faults.answer = true },
      delayAnswer: (milliseconds) => { faults.delay = milliseconds },
      loseRequest: () => { faults.request = true },
      ignoreQueries: (ignoring) => { faults.queries = ignoring },
      rejectNext: (text) => { faults.reject = text },
      disconnect: () => { socket?.destroy() },
    },
    setPrice: (symbol, price) => {
      prices.set(symbol, unitsOf(price))
      book.rematch(symbol).forEach(send)
    },
    positions: () => [...new Set(book.orders.map(({ symbol }) => symbol))].flatMap((symbol) => {
      const { quantity, averagePrice } = book.position(symbol)
      return quantity === 0n ? [] : [{ symbol, quantity: formatDecimal(quantity), averagePrice: formatDecimal(averagePrice) }]
    }),
    trade: (clientOrderId, quantity, price) => {
      const order = orderOf(clientOrderId)
      send(book.trade(order, unitsOf(quantity), price === undefined ? order.price ?? priceOf(order.symbol) : unitsOf(price)))
    },
    placeByHand: (clientOrderId, symbol) => book.placeByHand(clientOrderId, symbol).brokerOrderId,
    bust: (executionId) => { send(book.bust(executionId)) },
    correct: (executionId, quantity, price) => { send(book.correct(executionId, unitsOf(quantity), unitsOf(price))) },
    end: (clientOrderId, status) => { send(book.end(orderOf(clientOrderId), status)) },
    close: async () => {
      socket?.destroy()
      runner.close()
      await new Promise<void>((resolve) => { server.close(() => { resolve() }) })
    },
  }
}
