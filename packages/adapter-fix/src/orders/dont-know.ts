import type { FieldList } from '../codec/encoder.ts'
import type { ExecutionReport } from './execution-report.ts'
import { SIDE_CODES } from './order-codes.ts'
import type { TrackedOrder } from './tracked-order.ts'

/** Why a trade is not ours: DKReason 127. */
export interface UnknownTrade {
  readonly reason: 'A' | 'B' | 'C' | 'D'
  readonly text: string
}

/** What speaks against a trade that the broker reports; undefined when nothing does. */
export function questionTrade(report: ExecutionReport, order: TrackedOrder | undefined): UnknownTrade | undefined {
  if (report.kind !== 'fill') return undefined
  if (order === undefined) return { reason: 'D', text: 'no matching order' }
  const { terms, brokerOrderId } = order
  if (terms.symbol !== report.symbol) return { reason: 'A', text: `the order is for ${terms.symbol}` }
  if (terms.side !== report.side) return { reason: 'B', text: `the order is a ${terms.side}` }
  if (brokerOrderId !== undefined && brokerOrderId !== report.brokerOrderId && report.originalClientOrderId === undefined && order.clientOrderId === report.clientOrderId) {
    return { reason: 'D', text: `the order is ${brokerOrderId} at the broker` }
  }
  const { quantity } = report.terms
  if (quantity !== undefined && report.cumulative > quantity) return { reason: 'C', text: 'the quantity exceeds the order' }
  return undefined
}

/** DontKnowTrade Q. The last part of an execution id is the broker's ExecID. */
export function dontKnowFields(report: ExecutionReport, { reason, text }: UnknownTrade): FieldList {
  const { brokerOrderId, executionId, symbol, side, cumulative, leaves, lastQuantity, lastPrice } = report
  return [
    [37, brokerOrderId], [17, executionId.slice(executionId.indexOf('/') + 1)], [127, reason], [55, symbol], [54, SIDE_CODES[side]],
    [38, report.terms.quantity ?? cumulative + leaves], ...(lastQuantity === undefined ? [] : [[32, lastQuantity] as const]), ...(lastPrice === undefined ? [] : [[31, lastPrice] as const]), [58, text],
  ]
}
