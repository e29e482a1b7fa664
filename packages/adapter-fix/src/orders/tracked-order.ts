import { type BrokerExecution, type BrokerOrder, type BrokerOrderStatus, formatDecimal, type OrderTerms, parseDecimal, type Units } from '@sluice/core'

/** An order as the broker's reports tell it. Its numbers win over ours. */
export interface TrackedOrder {
  terms: OrderTerms
  /** The last accepted client id; those before it are the chain. */
  clientOrderId: string
  brokerOrderId: string | undefined
  status: BrokerOrderStatus
  cumulative: Units
  average: Units
  readonly executions: Map<string, BrokerExecution>
  /** What was filled without a report that we have seen; undefined until the first report after a restart tells. */
  unseen: Units | undefined
  rejection: { readonly code: string; readonly message: string } | undefined
  createdAt: string
  updatedAt: string
}

export function trackOrder(clientOrderId: string, terms: OrderTerms, time: string, unseen: Units | undefined = 0n): TrackedOrder {
  return {
    terms, clientOrderId, brokerOrderId: undefined, status: 'pending_new', cumulative: 0n, average: 0n, executions: new Map(), unseen,
    rejection: undefined, createdAt: time, updatedAt: time,
  }
}

/** What our executions add up to. */
export function executedQuantity(order: TrackedOrder): Units {
  let sum = 0n
  for (const { lastQuantity } of order.executions.values()) sum += parseDecimal(lastQuantity)
  return sum
}

export function toBrokerOrder(order: TrackedOrder): BrokerOrder {
  const { terms, clientOrderId, brokerOrderId = '', status, cumulative, average, executions, rejection, createdAt, updatedAt } = order
  return {
    clientOrderId, brokerOrderId, symbol: terms.symbol, side: terms.side, type: terms.type, quantity: terms.quantity, notional: terms.notional,
    limitPrice: terms.limitPrice, stopPrice: terms.stopPrice, timeInForce: terms.timeInForce, status, filledQuantity: formatDecimal(cumulative),
    averagePrice: cumulative > 0n ? formatDecimal(average) : undefined,
    // After a restart the trades before it are known only as a sum.
    executions: executedQuantity(order) === cumulative ? [...executions.values()] : undefined,
    ...(rejection !== undefined && { rejection }), createdAt, updatedAt,
  }
}
