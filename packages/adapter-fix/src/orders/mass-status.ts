import { type BrokerOrder, type Clock, formatDecimal, type SnapshotPart, type Timer } from '@sluice/core'
import type { ExecutionReport } from './execution-report.ts'
import { isFinishedStatus, statusOf } from './order-codes.ts'

type OpenOrders = SnapshotPart<readonly BrokerOrder[]>

/** Asks the broker for all open orders (AF) and gathers the reports that answer. One question at a time; whoever asks meanwhile shares it. */
export interface MassStatus {
  ask(): Promise<OpenOrders>
  /** Whether the report answers a question. `known` is the order as it is tracked here. */
  receive(report: ExecutionReport, known: BrokerOrder | undefined): boolean
  /** No answer will come. */
  fail(reason: string): void
}

export interface MassStatusOptions {
  readonly clock: Clock
  readonly timeout: number
  /** Sends the request under this MassStatusReqID 584. */
  readonly send: (requestId: string) => void
}

interface Question {
  readonly id: string
  readonly orders: Map<string, BrokerOrder>
  readonly promise: Promise<OpenOrders>
  readonly resolve: (answer: OpenOrders) => void
  readonly timer: Timer
  reports: number
}

/** An order that was not placed here, from its report alone. */
function strangerOf(report: ExecutionReport): BrokerOrder {
  const { clientOrderId, brokerOrderId, symbol, side, terms, cumulative, leaves, average, time } = report
  return {
    clientOrderId, brokerOrderId, symbol, side, type: terms.type ?? 'limit', quantity: formatDecimal(terms.quantity ?? cumulative + leaves), notional: undefined,
    limitPrice: terms.limitPrice === undefined ? undefined : formatDecimal(terms.limitPrice), stopPrice: terms.stopPrice === undefined ? undefined : formatDecimal(terms.stopPrice),
    timeInForce: terms.timeInForce ?? 'day', status: statusOf(report.orderStatus, cumulative, leaves), filledQuantity: formatDecimal(cumulative),
    averagePrice: cumulative > 0n ? formatDecimal(average) : undefined, executions: undefined, createdAt: time, updatedAt: time,
  }
}

export function createMassStatus({ clock, timeout, send }: MassStatusOptions): MassStatus {
  let question: Question | undefined
  let count = 0
  const end = (answer: OpenOrders): void => {
    const ended = question
    question = undefined
    ended?.timer.cancel()
    ended?.resolve(answer)
  }
  const fail = (reason: string): void => { end({ status: 'unavailable', reason }) }
  return {
    ask: () => {
      if (question !== undefined) return question.promise
      count += 1
      const { promise, resolve } = Promise.withResolvers<OpenOrders>()
      const id = `M${clock.now().toString(36)}-${count}`
      const timer = clock.setTimer(() => { fail(`the broker did not list its orders within ${timeout} ms`) }, timeout, true)
      question = { id, orders: new Map(), promise, resolve, timer, reports: 0 }
      send(id)
      return promise
    },
    receive: (report, known) => {
      if (report.mass === undefined || report.mass.requestId !== question?.id) return false
      question.reports += 1
      const order = known ?? strangerOf(report)
      // An empty list is said with one rejected report.
      if (!isFinishedStatus(order.status)) question.orders.set(report.brokerOrderId, order)
      const { total, isLast } = report.mass
      const isEmpty = report.orderStatus === '8' && question.orders.size === 0 && total === undefined
      if (isLast || isEmpty || (total !== undefined && question.reports >= total)) end({ status: 'present', value: [...question.orders.values()] })
      return true
    },
    fail,
  }
}
