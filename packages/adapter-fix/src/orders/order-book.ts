import { type BrokerExecution, type BrokerUpdate, formatDecimal, type ReplaceRequest } from '@sluice/core'
import type { ExecutionReport } from './execution-report.ts'
import { isFinishedStatus, statusOf } from './order-codes.ts'
import { executedQuantity, type TrackedOrder } from './tracked-order.ts'

/** Finished orders that are kept for look-ups. */
const MAXIMUM_ORDERS = 100_000

/** Executions that are recognised when they come again; the service's own record of them is complete. */
const MAXIMUM_EXECUTIONS = 500_000

/** Forgets what has been known for longest. */
export function forgetOldest(known: Map<string, unknown> | Set<string>, maximum: number): void {
  for (const key of known.keys()) {
    if (known.size <= maximum) return
    known.delete(key)
  }
}

/** The orders of a session by every client id that they had. */
export interface OrderBook {
  find(clientOrderId: string | undefined): TrackedOrder | undefined
  add(order: TrackedOrder): void
  /** The order was certainly not sent. */
  remove(clientOrderId: string): void
  /** A replace is on its way: a report may come under its id. */
  link(clientOrderId: string, order: TrackedOrder): void
  /** Takes a report in and answers what it means. */
  apply(report: ExecutionReport): readonly BrokerUpdate[]
  /** Takes trades, busts and corrections from a copy of the report, which may be older than what is known of the order. */
  applyCopy(report: ExecutionReport): readonly BrokerUpdate[]
  hasExecution(executionId: string): boolean
  /** Orders that work at the broker. */
  readonly working: number
}

function executionOf(report: ExecutionReport, executionId: string): BrokerExecution {
  const { clientOrderId, brokerOrderId, symbol, side, lastQuantity = 0n, lastPrice = 0n, time } = report
  return { executionId, brokerOrderId, clientOrderId, symbol, side, lastQuantity: formatDecimal(lastQuantity), lastPrice: formatDecimal(lastPrice), time }
}

/** The books do not agree with the broker's: the service looks everything up again. */
function reconcileUpdates(reason: string): readonly BrokerUpdate[] {
  return [{ kind: 'connection', state: 'gap', reason }, { kind: 'connection', state: 'ready' }]
}

export function createOrderBook(changesOf: (clientOrderId: string) => ReplaceRequest | undefined): OrderBook {
  const orders = new Map<string, TrackedOrder>()
  /** Every id of an order that was seen to trade, for busts under another id. */
  const executions = new Map<string, TrackedOrder | undefined>()
  /** Trades that a copy told first: the order's own report of them still says how the order is. */
  const copied = new Set<string>()

  const find = (clientOrderId: string | undefined): TrackedOrder | undefined => (clientOrderId === undefined ? undefined : orders.get(clientOrderId))
  const prune = (): void => {
    if (orders.size <= MAXIMUM_ORDERS) return
    for (const [id, { status, executions: fills }] of orders) {
      if (!isFinishedStatus(status)) continue
      orders.delete(id)
      for (const executionId of fills.keys()) executions.delete(executionId)
      if (orders.size <= MAXIMUM_ORDERS * 0.9) return
    }
  }
  const referenceOf = (report: ExecutionReport, order: TrackedOrder | undefined): { readonly brokerOrderId: string; readonly clientOrderId?: string } => {
    const clientOrderId = order?.clientOrderId ?? report.originalClientOrderId ?? report.clientOrderId
    return { brokerOrderId: report.brokerOrderId, ...(clientOrderId !== undefined && { clientOrderId }) }
  }
  const fill = (report: ExecutionReport, order: TrackedOrder | undefined): readonly BrokerUpdate[] => {
    if (executions.has(report.executionId) || (report.lastQuantity ?? 0n) <= 0n) return []
    const execution = { ...executionOf(report, report.executionId), clientOrderId: order?.clientOrderId ?? report.clientOrderId }
    executions.set(report.executionId, order)
    forgetOldest(executions, MAXIMUM_EXECUTIONS)
    order?.executions.set(report.executionId, execution)
    // Nobody knows before how much money buys: the broker's word ends the order.
    const isComplete = order?.terms.notional !== undefined && report.orderStatus === '2'
    return [{ kind: 'fill', execution, ...(isComplete && { complete: true as const }) }]
  }
  const bust = (report: ExecutionReport): readonly BrokerUpdate[] => {
    const executionId = report.referenceId
    if (executionId === undefined) return reconcileUpdates('a bust without a reference to its execution')
    executions.get(executionId)?.executions.delete(executionId)
    return [{ kind: 'busted', executionId }]
  }
  const correct = (report: ExecutionReport): readonly BrokerUpdate[] => {
    const executionId = report.referenceId
    if (executionId === undefined) return reconcileUpdates('a correction without a reference to its execution')
    const execution = executionOf(report, executionId)
    const order = executions.get(executionId) ?? find(report.clientOrderId)
    order?.executions.set(executionId, execution)
    executions.set(executionId, order)
    return [{ kind: 'corrected', executionId, execution }]
  }
  const replaced = (report: ExecutionReport, order: TrackedOrder | undefined): readonly BrokerUpdate[] => {
    const { clientOrderId, originalClientOrderId, brokerOrderId } = report
    if (clientOrderId === undefined) return []
    const changes = changesOf(clientOrderId)
    if (order !== undefined) {
      order.clientOrderId = clientOrderId
      if (changes !== undefined) order.terms = { ...order.terms, ...changes }
    }
    return [{ kind: 'replaced', clientOrderId, brokerOrderId, ...(originalClientOrderId !== undefined && { originalClientOrderId }), changes: changes ?? {} }]
  }
  const ended = (report: ExecutionReport, order: TrackedOrder | undefined): readonly BrokerUpdate[] => {
    const reference = referenceOf(report, order)
    switch (report.orderStatus) {
      case '4': return [{ kind: 'canceled', ...reference }]
      case 'C': return [{ kind: 'expired', ...reference }]
      default: return reconcileUpdates(`the broker restated order ${report.brokerOrderId}`)
    }
  }
  const rejected = (report: ExecutionReport, order: TrackedOrder | undefined): readonly BrokerUpdate[] => {
    const rejection = { code: `FIX_${report.rejectReason ?? 99}`, message: report.text ?? 'the broker rejected the order' }
    if (order !== undefined) order.rejection = rejection
    return [{ kind: 'rejected', ...referenceOf(report, order), ...rejection }]
  }
  const updatesOf = (report: ExecutionReport, order: TrackedOrder | undefined, wasSuspended: boolean): readonly BrokerUpdate[] => {
    const reference = referenceOf(report, order)
    switch (report.kind) {
      case 'new': return wasSuspended ? [{ kind: 'resumed', ...reference }] : [{ kind: 'accepted', ...reference }]
      case 'fill': return fill(report, order)
      case 'bust': return bust(report)
      case 'correction': return correct(report)
      case 'canceled': return [{ kind: 'canceled', ...reference }]
      case 'expired': return [{ kind: 'expired', ...reference }]
      case 'done_for_day': return [{ kind: 'done_for_day', ...reference }]
      case 'suspended': return [{ kind: 'suspended', ...reference }]
      case 'replaced': return replaced(report, order)
      case 'rejected': return rejected(report, order)
      case 'restated': return ended(report, order)
      case 'status':
      case 'pending':
      case 'other': return []
    }
  }

  return {
    find,
    add: (order) => {
      orders.set(order.clientOrderId, order)
      prune()
    },
    remove: (clientOrderId) => { orders.delete(clientOrderId) },
    hasExecution: (executionId) => executions.has(executionId),
    get working() {
      let count = 0
      for (const [id, order] of orders) if (id === order.clientOrderId && !isFinishedStatus(order.status)) count += 1
      return count
    },
    applyCopy: (report) => {
      const order = find(report.clientOrderId) ?? find(report.originalClientOrderId)
      switch (report.kind) {
        case 'fill': {
          const updates = fill(report, order)
          if (updates.length > 0) copied.add(report.executionId)
          forgetOldest(copied, MAXIMUM_EXECUTIONS)
          return updates
        }
        case 'bust': return bust(report)
        case 'correction': return correct(report)
        default: return []
      }
    },
    link: (clientOrderId, order) => { orders.set(clientOrderId, order) },
    apply: (report) => {
      const order = find(report.clientOrderId) ?? find(report.originalClientOrderId)
      const isKnown = executions.has(report.executionId) && report.kind === 'fill' && !copied.delete(report.executionId)
      const updates = updatesOf(report, order, order?.status === 'suspended')
      // What was seen before tells how things were then, not how they are.
      if (order === undefined || isKnown) return updates
      // A trade cannot be undone but by a bust or a correction: whatever says less is older.
      if (report.cumulative < order.cumulative && report.kind !== 'bust' && report.kind !== 'correction' && report.kind !== 'status' && report.kind !== 'restated') return updates
      order.brokerOrderId = report.brokerOrderId
      order.cumulative = report.cumulative
      order.average = report.average
      order.status = statusOf(report.orderStatus, report.cumulative, report.leaves)
      order.updatedAt = report.time
      const unseen = report.cumulative - executedQuantity(order)
      const isMismatch = report.kind === 'fill' && order.unseen !== undefined && unseen > order.unseen
      order.unseen = isMismatch || order.unseen === undefined ? unseen : order.unseen
      return isMismatch ? [...updates, ...reconcileUpdates(`the broker has filled more of ${order.clientOrderId} than it reported`)] : updates
    },
  }
}
