import { type AccountValues, type BrokerExecution, type BrokerOrder, type BrokerPosition, type BrokerSnapshot, type Cursor, type SnapshotPart, toIso } from '@sluice/core'
import { toMilliseconds } from '../iso-time.ts'
import { ORDER_PAGE, type RestResult } from '../rest/rest-client.ts'
import type { WireOrder } from '../rest/wire.ts'
import type { Connection } from './connection.ts'
import { allPages, listFills, present, unavailable } from './list-fills.ts'
import { toBrokerOrder } from './map-broker-order.ts'
import { withoutParents } from './multi-leg.ts'
import { asLeg, isGrouped } from './order-groups.ts'

const DAY = 86_400_000
/** Clocks differ, and activities may come late: what is asked for begins this long before the cursor. */
const OVERLAP = 60_000

async function openOrders({ chain, groups, memory, rest, told }: Connection, executions: readonly BrokerExecution[]): Promise<SnapshotPart<readonly BrokerOrder[]>> {
  const listed = await allPages<WireOrder>(ORDER_PAGE, (last) => rest.openOrders(last?.id))
  if (listed.kind !== 'answer') return unavailable(listed)
  const orders: BrokerOrder[] = []
  const wires: WireOrder[] = []
  for (const order of withoutParents(listed.value)) {
    memory.learn(order)
    const earlier = await chain.earlier(order)
    if (earlier.kind !== 'answer') return unavailable(earlier)
    // The half of a replace that is not in force is no order yet: it shows in its predecessor.
    if (order.replaces !== undefined && order.status === 'pending_new') continue
    if (isGrouped(order) && !groups.knows(order.id)) {
      const group = await rest.orderGroup(order.id)
      if (group.kind === 'answer') groups.learn(group.value)
    }
    orders.push(toBrokerOrder(order, earlier.value, executions))
    told.lives(order.id)
    wires.push(order)
  }
  // An entry may be listed after its exits.
  return present(orders.map((order, index) => asLeg(order, wires[index] as WireOrder, groups.legOf(order.brokerOrderId))))
}

/** Positions name pairs without their slash. */
function symbolOf(symbol: string, assetClass: string | undefined): string {
  return assetClass === 'crypto' && !symbol.includes('/') ? symbol.replace(/(USDT|USDC|USDG|USD|BTC)$/, '/$1') : symbol
}

/** One answer that does not come must not leave a start without the positions: a question that only reads is asked again. */
const TRIES = 3
const BETWEEN = 200

async function insist<Value>({ context: { clock } }: Connection, ask: () => Promise<RestResult<Value>>): Promise<RestResult<Value>> {
  for (let tries = 1; ; tries += 1) {
    const answer = await ask()
    if (answer.kind === 'answer' || answer.kind === 'refused' || tries === TRIES) return answer
    await new Promise<void>((resolve) => { clock.setTimer(resolve, BETWEEN, true) })
  }
}

async function positions(connection: Connection): Promise<SnapshotPart<readonly BrokerPosition[]>> {
  const listed = await insist(connection, () => connection.rest.positions())
  if (listed.kind !== 'answer') return unavailable(listed)
  return present(listed.value.map(({ asset_class, avg_entry_price, qty, side, symbol }) => ({
    symbol: symbolOf(symbol, asset_class), quantity: side === 'short' && !qty.startsWith('-') ? `-${qty}` : qty, averagePrice: avg_entry_price,
  })))
}

async function accountValues(connection: Connection, asOf: number): Promise<SnapshotPart<AccountValues>> {
  const answer = await insist(connection, () => connection.rest.account())
  if (answer.kind !== 'answer') return unavailable(answer)
  const { buying_power, cash, currency = 'USD', equity, last_equity } = answer.value
  return present({ equity, cash, buyingPower: buying_power, currency, time: toIso(asOf), ...(last_equity !== undefined && { lastEquity: last_equity }) })
}

/**
 * What Alpaca knows now. Orders are listed by the time they were placed, so that an old one that traded in a gap is found by its
 * activities alone: those are asked for by the time of the trade.
 */
export async function takeSnapshot(connection: Connection, since: Cursor | undefined): Promise<BrokerSnapshot> {
  const asOf = connection.context.clock.now()
  const from = since === undefined ? Number.NaN : toMilliseconds(since)
  const after = toIso((Number.isNaN(from) ? asOf - DAY : from) - OVERLAP)
  const executions = await listFills(connection, after)
  const [orders, held, account] = await Promise.all([
    openOrders(connection, executions.status === 'present' ? executions.value : []), positions(connection), accountValues(connection, asOf),
  ])
  return { asOf, openOrders: orders, executions, positions: held, account, ...(executions.status === 'present' && { cursor: toIso(asOf) }) }
}

/** Every part unavailable, for one reason. */
export function unavailableSnapshot(asOf: number, reason: string): BrokerSnapshot {
  const part = { status: 'unavailable', reason } as const
  return { asOf, openOrders: part, executions: part, positions: part, account: part }
}
