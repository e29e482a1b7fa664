import type { SimulatedBroker } from '../../src/broker/simulated/simulated-broker.ts'
import { formatDecimal, parseDecimal } from '../../src/order/decimal.ts'
import type { StoredEvent } from '../../src/order/event.ts'
import type { Order } from '../../src/order/order.ts'
import type { ExecutionService } from '../../src/service/execution-service.ts'

const isWorking = (status: string): boolean => status === 'new' || status === 'partially_filled'
const SETTLED = new Set(['pending_approval', 'new', 'partially_filled', 'filled', 'canceled', 'denied', 'rejected', 'expired'])
const PROBLEMS = new Set(['POSITION_MISMATCH', 'LOST_INTENT', 'LATE_FILL', 'ORDER_MISSING', 'EXTERNAL_ORDER'])

interface Judged {
  readonly service: ExecutionService
  readonly broker: SimulatedBroker
  readonly history: readonly StoredEvent[]
}

/** Client ids of every order, from the journal. */
function intents(history: readonly StoredEvent[]): ReadonlyMap<string, string> {
  return new Map(history.flatMap((event) => (event.type === 'order_pending_new' || event.type === 'order_pending_replace' ? [[event.data.clientOrderId, event.data.orderId] as const] : [])))
}

function compareOrders(orders: readonly Order[], { broker, history }: Judged): string[] {
  const known = intents(history)
  const problems: string[] = []
  const there = new Map<string, ReturnType<SimulatedBroker['orders']>[number]>()
  for (const booked of broker.orders()) {
    const orderId = booked.clientOrderIds.map((id) => known.get(id)).find((id) => id !== undefined)
    if (orderId === undefined) problems.push(`broker order ${booked.brokerOrderId} has no intent`)
    else if (there.has(orderId)) problems.push(`order ${orderId} is twice at the broker`)
    else there.set(orderId, booked)
  }
  for (const order of orders) {
    const booked = there.get(order.id)
    const name = `${order.idempotencyKey} (${order.status})`
    if (!SETTLED.has(order.status)) problems.push(`${name} is not settled`)
    if (booked === undefined) {
      if (isWorking(order.status) || order.filledQuantity !== '0') problems.push(`${name} is not at the broker`)
      continue
    }
    if (isWorking(order.status) !== isWorking(booked.status) || (order.status !== booked.status)) problems.push(`${name} is ${booked.status} at the broker`)
    if (order.filledQuantity !== booked.filledQuantity) problems.push(`${name} filled ${order.filledQuantity}, at the broker ${booked.filledQuantity}`)
    if (order.quantity !== booked.quantity) problems.push(`${name} has quantity ${order.quantity}, at the broker ${booked.quantity}`)
  }
  return problems
}

/** Fills that count, by execution id. */
function executionsOf(history: readonly StoredEvent[]): string[] {
  const ids: string[] = []
  for (const event of history) {
    if (event.type === 'order_filled' || event.type === 'order_partially_filled') ids.push(event.data.execution.executionId)
    if (event.type === 'execution_busted') ids.splice(ids.indexOf(event.data.execution.executionId), 1)
  }
  return ids.toSorted()
}

async function comparePositions({ service, broker }: Judged): Promise<string[]> {
  const sums = new Map<string, bigint>()
  for (const { symbol, side, lastQuantity } of broker.executions()) sums.set(symbol, (sums.get(symbol) ?? 0n) + (side === 'buy' ? 1n : -1n) * parseDecimal(lastQuantity))
  const positions = await service.positions()
  return [...new Set([...sums.keys(), ...positions.map(({ symbol }) => symbol)])].flatMap((symbol) => {
    const ours = positions.find((position) => position.symbol === symbol)?.quantity ?? '0'
    const theirs = formatDecimal(sums.get(symbol) ?? 0n)
    return ours === theirs ? [] : [`position in ${symbol} is ${ours}, at the broker ${theirs}`]
  })
}

/** Everything in which the service's books differ from the broker's, which are the truth. */
export async function differences(judged: Judged): Promise<string[]> {
  const { service, broker, history } = judged
  const orders = await service.listOrders()
  const ours = executionsOf(history)
  const theirs = broker.executions().map(({ executionId }) => executionId).toSorted()
  return [
    ...compareOrders(orders, judged),
    ...(ours.join() === theirs.join() ? [] : [`executions ${ours.join(' ')}, at the broker ${theirs.join(' ')}`]),
    ...await comparePositions(judged),
    ...history.flatMap((event) => (event.type === 'anomaly_detected' && PROBLEMS.has(event.data.code) ? [`${event.data.code}: ${event.data.message}`] : [])),
    ...service.killSwitch.status().engaged.map(({ scope, reason }) => `engaged ${scope}: ${reason}`),
  ]
}
