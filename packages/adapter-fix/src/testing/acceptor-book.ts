import { parseDecimal, type Units } from '@sluice/core'
import type { FixVersion } from '../codec/dictionary/dictionary.ts'
import type { Field, FieldList } from '../codec/encoder.ts'
import type { FieldReader } from '../codec/message-view.ts'
import { formatTimestamp } from '../codec/timestamp.ts'

export interface AcceptorOrder {
  readonly brokerOrderId: string
  /** The last accepted ClOrdID. */
  clientOrderId: string
  readonly symbol: string
  readonly side: string
  type: string
  quantity: Units
  price: Units | undefined
  filled: Units
  filledValue: bigint
  /** OrdStatus 39. */
  status: string
}

/** A message that the broker sends. */
export interface AcceptorMessage {
  readonly type: string
  readonly fields: FieldList
}

/** A small broker: takes orders, trades them at one price a symbol, answers cancels, replaces and status requests. */
export interface AcceptorBook {
  readonly orders: readonly AcceptorOrder[]
  /** The answers to an application message. */
  receive(type: string, message: FieldReader): readonly AcceptorMessage[]
  trade(order: AcceptorOrder, quantity: Units, price: Units): AcceptorMessage
  bust(executionId: string): AcceptorMessage
  correct(executionId: string, quantity: Units, price: Units): AcceptorMessage
  /** Ends an order without a request: `4` canceled, `C` expired, `3` done for the day. */
  end(order: AcceptorOrder, status: '4' | 'C' | '3'): AcceptorMessage
  /** What a broker that cancels on disconnect does. */
  endAll(): readonly AcceptorMessage[]
  find(clientOrderId: string): AcceptorOrder | undefined
  /** Somebody places a resting buy of 5 at 1 by other means: no report is sent, the list shows it. */
  placeByHand(clientOrderId: string, symbol: string): AcceptorOrder
  /** Trades what the price of a symbol, which has changed, now reaches. */
  rematch(symbol: string): readonly AcceptorMessage[]
  /** What all executions of a symbol come to, negative when short. */
  position(symbol: string): AcceptorPosition
}

interface AcceptorPosition {
  readonly quantity: Units
  /** Of all that was bought, of all that was sold when short. */
  readonly averagePrice: Units
}

interface Execution {
  readonly order: AcceptorOrder
  quantity: Units
  price: Units
}

/** Stands for an order that is not there in the answer that says so. */
function unknownOrder(message: FieldReader): AcceptorOrder {
  return {
    brokerOrderId: 'NONE', clientOrderId: message.text(11) ?? 'NONE', symbol: message.text(55) ?? '[N/A]', side: message.text(54) ?? '1', type: '2', quantity: 0n,
    price: undefined, filled: 0n, filledValue: 0n, status: '8',
  }
}

const OPEN = new Set(['0', '1', '5', '3', '9'])

export function createAcceptorBook(version: FixVersion, now: () => number, priceOf: (symbol: string) => Units, idPrefix: string, unknownSymbols: readonly string[] = []): AcceptorBook {
  const orders: AcceptorOrder[] = []
  const byId = new Map<string, AcceptorOrder>()
  const executions = new Map<string, Execution>()
  let executionCount = 0

  const nextExecution = (): string => {
    executionCount += 1
    return `${idPrefix}X${executionCount}`
  }
  const leavesOf = (order: AcceptorOrder): Units => (OPEN.has(order.status) ? order.quantity - order.filled : 0n)
  /** `kind` is the ExecType of 4.4; 4.2 says some of them otherwise. */
  const report = (order: AcceptorOrder, kind: string, more: readonly Field[] = [], executionId: string = nextExecution()): AcceptorMessage => {
    const isOld = version === '4.2'
    const transaction = kind === 'H' ? '1' : kind === 'G' ? '2' : kind === 'I' ? '3' : '0'
    const type = isOld && 'FGHI'.includes(kind) ? order.status : kind
    const fields: Field[] = [
      [37, order.brokerOrderId], ...(more.some(([tag]) => tag === 11) ? [] : [[11, order.clientOrderId] as const]), [17, executionId],
      ...(isOld ? [[20, transaction] as const] : []), [150, type], [39, order.status], [55, order.symbol], [54, order.side], [38, order.quantity], [40, order.type],
      ...(order.price === undefined ? [] : [[44, order.price] as const]), [151, leavesOf(order)], [14, order.filled],
      [6, order.filled > 0n ? order.filledValue / order.filled : 0n], [60, formatTimestamp(now())], ...more,
    ]
    return { type: '8', fields }
  }
  const refuse = (message: FieldReader, to: '1' | '2', reason: number, order: AcceptorOrder | undefined): AcceptorMessage => ({
    type: '9',
    fields: [
      [37, order?.brokerOrderId ?? 'NONE'], [11, message.text(11) ?? ''], [41, message.text(41) ?? ''], [39, order?.status ?? '8'], [434, to], [102, reason],
      [58, reason === 1 ? 'Unknown order' : 'Too late'],
    ],
  })
  const settle = (order: AcceptorOrder): void => {
    order.status = order.filled >= order.quantity ? '2' : order.filled > 0n ? '1' : '0'
  }
  const trade = (order: AcceptorOrder, quantity: Units, price: Units): AcceptorMessage => {
    order.filled += quantity
    order.filledValue += quantity * price
    settle(order)
    const executionId = nextExecution()
    executions.set(executionId, { order, quantity, price })
    return report(order, version === '4.2' ? order.status : 'F', [[32, quantity], [31, price]], executionId)
  }
  const match = (order: AcceptorOrder): readonly AcceptorMessage[] => {
    const price = priceOf(order.symbol)
    const isCrossed = order.type === '1' || (order.type === '2' && order.price !== undefined && (order.side === '1' ? order.price >= price : order.price <= price))
    return isCrossed ? [trade(order, order.quantity - order.filled, price)] : []
  }
  const book = (order: AcceptorOrder): AcceptorOrder => {
    orders.push(order)
    byId.set(order.clientOrderId, order)
    return order
  }
  const receiveNew = (message: FieldReader): readonly AcceptorMessage[] => {
    const clientOrderId = message.text(11) ?? ''
    // Money buys what it reaches for at the price of the moment.
    const money = message.units(152)
    const order: AcceptorOrder = {
      brokerOrderId: `${idPrefix}B${orders.length + 1}`, clientOrderId, symbol: message.text(55) ?? '', side: message.text(54) ?? '1', type: message.text(40) ?? '2',
      quantity: message.units(38) ?? (money === undefined ? 0n : (money * 1_000_000_000n) / priceOf(message.text(55) ?? '')), price: message.units(44), filled: 0n, filledValue: 0n, status: '0',
    }
    if (byId.has(clientOrderId)) return [report({ ...order, brokerOrderId: 'NONE', status: '8' }, '8', [[103, 6], [58, 'Duplicate order']])]
    if (unknownSymbols.includes(order.symbol)) return [report({ ...order, brokerOrderId: 'NONE', status: '8' }, '8', [[103, 1], [58, 'Unknown symbol']])]
    book(order)
    return [report(order, '0'), ...match(order)]
  }
  const receiveCancel = (message: FieldReader): readonly AcceptorMessage[] => {
    const order = byId.get(message.text(41) ?? '')
    if (order === undefined) return [refuse(message, '1', 1, undefined)]
    if (!OPEN.has(order.status)) return [refuse(message, '1', 0, order)]
    order.status = '4'
    return [report(order, '4', [[11, message.text(11) ?? ''], [41, order.clientOrderId]])]
  }
  /** Ends all that is open, an order's own report each, after the report on the request. */
  const receiveMassCancel = (message: FieldReader): readonly AcceptorMessage[] => {
    const open = orders.filter(({ status }) => OPEN.has(status))
    const answer: AcceptorMessage = { type: 'r', fields: [[11, message.text(11) ?? ''], [37, `${idPrefix}M${orders.length}`], [530, message.text(530) ?? '7'], [531, '7'], [533, open.length]] }
    return [answer, ...open.map((order) => end(order, '4'))]
  }
  const end = (order: AcceptorOrder, status: string, more: readonly Field[] = []): AcceptorMessage => {
    order.status = status
    return report(order, status, more)
  }
  const receiveReplace = (message: FieldReader): readonly AcceptorMessage[] => {
    const order = byId.get(message.text(41) ?? '')
    if (order === undefined) return [refuse(message, '2', 1, undefined)]
    if (!OPEN.has(order.status)) return [refuse(message, '2', 0, order)]
    const original = order.clientOrderId
    order.clientOrderId = message.text(11) ?? ''
    order.quantity = message.units(38) ?? order.quantity
    order.price = message.units(44) ?? order.price
    order.type = message.text(40) ?? order.type
    byId.set(order.clientOrderId, order)
    settle(order)
    const answer = report(version === '4.2' ? { ...order, status: '5' } : order, '5', [[41, original]])
    return order.status === '2' ? [answer] : [answer, ...match(order)]
  }
  const receiveStatus = (message: FieldReader): readonly AcceptorMessage[] => {
    const order = byId.get(message.text(11) ?? '')
    if (order !== undefined) return [report(order, 'I', [], '0')]
    return [report(unknownOrder(message), 'I', [[103, 5], [58, 'Unknown order']], '0')]
  }
  /** All that is open; one rejected report when nothing is. */
  const receiveMassStatus = (message: FieldReader): readonly AcceptorMessage[] => {
    const open = orders.filter(({ status }) => OPEN.has(status))
    const requestId = message.text(584) ?? ''
    if (open.length === 0) return [report(unknownOrder(message), 'I', [[584, requestId], [103, 5], [58, 'No orders']], '0')]
    return open.map((order, place) => report(order, 'I', [[584, requestId], [911, open.length], [912, place === open.length - 1]], '0'))
  }
  const executionOf = (executionId: string): Execution => {
    const execution = executions.get(executionId)
    if (execution === undefined) throw new RangeError(`no execution ${executionId}`)
    return execution
  }
  const change = (executionId: string, quantity: Units, price: Units): AcceptorOrder => {
    const execution = executionOf(executionId)
    const { order } = execution
    order.filled += quantity - execution.quantity
    order.filledValue += quantity * price - execution.quantity * execution.price
    Object.assign(execution, { quantity, price })
    settle(order)
    return order
  }

  const position = (symbol: string): AcceptorPosition => {
    const sums = { bought: 0n, boughtValue: 0n, sold: 0n, soldValue: 0n }
    for (const { order, quantity, price } of executions.values()) {
      if (order.symbol !== symbol) continue
      if (order.side === '1') {
        sums.bought += quantity
        sums.boughtValue += quantity * price
      } else {
        sums.sold += quantity
        sums.soldValue += quantity * price
      }
    }
    const quantity = sums.bought - sums.sold
    if (quantity === 0n) return { quantity, averagePrice: 0n }
    return { quantity, averagePrice: quantity > 0n ? sums.boughtValue / sums.bought : sums.soldValue / sums.sold }
  }

  return {
    orders, position,
    rematch: (symbol) => orders.filter((order) => order.symbol === symbol && OPEN.has(order.status)).flatMap(match),
    find: (clientOrderId) => byId.get(clientOrderId),
    placeByHand: (clientOrderId, symbol) => book({
      brokerOrderId: `${idPrefix}B${orders.length + 1}`, clientOrderId, symbol, side: '1', type: '2', quantity: unitsOf('5'), price: unitsOf('1'), filled: 0n, filledValue: 0n, status: '0',
    }),
    receive: (type, message) => {
      switch (type) {
        case 'D': return receiveNew(message)
        case 'F': return receiveCancel(message)
        case 'G': return receiveReplace(message)
        case 'H': return receiveStatus(message)
        case 'AF': return receiveMassStatus(message)
        case 'q': return receiveMassCancel(message)
        default: return []
      }
    },
    trade,
    bust: (executionId) => report(change(executionId, 0n, 0n), 'H', [[19, executionId]]),
    correct: (executionId, quantity, price) => report(change(executionId, quantity, price), 'G', [[19, executionId], [32, quantity], [31, price]]),
    end,
    endAll: () => orders.filter(({ status }) => OPEN.has(status)).map((order) => end(order, '4', [[378, 6], [58, 'Session ended']])),
  }
}

/** A decimal string of a test in the book's units. */
export function unitsOf(text: string): Units {
  return parseDecimal(text)
}

