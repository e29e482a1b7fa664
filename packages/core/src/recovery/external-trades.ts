import type { BrokerExecution, BrokerOrder, BrokerSnapshot } from '../broker/broker-adapter.ts'
import { formatDecimal, type Units } from '../order/decimal.ts'
import { isFinished, type OrderState, statusOf } from '../order/order.ts'
import type { AccountBook } from '../pipeline/book/account-book.ts'
import { applyBrokerOrder } from '../pipeline/facts/apply-broker-order.ts'
import { bindExternal } from '../pipeline/facts/bind-external.ts'
import type { BrokerLink, PipelineContext } from '../pipeline/context.ts'
import { bindLeg } from '../pipeline/facts/bind-leg.ts'
import { shownStatus } from '../pipeline/facts/external-order.ts'
import { lookUp } from '../pipeline/look-up/look-up.ts'
import { findOrder, withOrder } from '../pipeline/look-up/recall.ts'
import { brokerUnits, fillDrafts } from '../pipeline/facts/record-fill.ts'
import { positionDifferences } from './reconcile-positions.ts'

const signed = ({ side, lastQuantity }: BrokerExecution): Units => (side === 'buy' ? brokerUnits(lastQuantity) : -brokerUnits(lastQuantity))

/** Listed trades that are none of ours, of one symbol or of all, oldest first. */
async function unexplained(context: PipelineContext, link: BrokerLink, book: AccountBook, executions: readonly BrokerExecution[], symbol?: string): Promise<readonly BrokerExecution[]> {
  const found: BrokerExecution[] = []
  for (const execution of executions) {
    if (symbol !== undefined && execution.symbol !== symbol) continue
    const { executionId, brokerOrderId, clientOrderId } = execution
    const isKnown = (order: OrderState | undefined): boolean => order !== undefined
    if (await withOrder(context, book, link.name, { executionId }, isKnown)) continue
    if (!await withOrder(context, book, link.name, { brokerOrderId, ...(clientOrderId !== undefined && { clientOrderId }) }, isKnown)) found.push(execution)
  }
  return found
}

/** The latest of them that come to exactly what the position differs by: older ones were in it when the books were opened. */
function explaining(executions: readonly BrokerExecution[], difference: Units): readonly BrokerExecution[] {
  let sum = 0n
  for (let index = executions.length - 1; index >= 0; index -= 1) {
    sum += signed(executions[index] as BrokerExecution)
    if (sum === difference) return executions.slice(index)
  }
  return []
}

/** The order behind trades of others: as the broker shows it where that fits the trades, else as far as the trades tell. */
async function orderOf(context: PipelineContext, link: BrokerLink, executions: readonly BrokerExecution[]): Promise<BrokerOrder | undefined> {
  const [first] = executions
  if (first === undefined) return undefined
  const { brokerOrderId, clientOrderId, symbol, side, lastPrice, time } = first
  const traded = executions.reduce((sum, { lastQuantity }) => sum + brokerUnits(lastQuantity), 0n)
  const lookup = clientOrderId === undefined ? undefined : await lookUp(context, link.name, clientOrderId)
  if (lookup?.kind === 'found' && lookup.order.brokerOrderId === brokerOrderId && brokerUnits(lookup.order.filledQuantity) === traded) return lookup.order
  // It works on, and has traded what these trades do not tell: its listing says more.
  if (lookup?.kind === 'found' && !isFinished(shownStatus(lookup.order.status)) && lookup.order.status !== 'replaced') return undefined
  return {
    clientOrderId, brokerOrderId, symbol, side, type: 'market', quantity: formatDecimal(traded), notional: undefined, limitPrice: undefined, stopPrice: undefined,
    timeInForce: 'day', status: 'filled', filledQuantity: formatDecimal(traded), averagePrice: lastPrice, executions, createdAt: time, updatedAt: time,
  }
}

/**
 * Trades that somebody else made, where the broker lists them and they are all that the positions differ by: they become fills of an
 * order that was placed elsewhere, named as such. What they do not explain exactly is left to the comparison of positions.
 */
export async function takeExternalTrades(context: PipelineContext, link: BrokerLink, book: AccountBook, snapshot: BrokerSnapshot): Promise<void> {
  const listed = snapshot.executions.status === 'present' ? snapshot.executions.value : []
  if (snapshot.positions.status === 'unavailable') {
    // Whether they are new only the positions tell. Until then no cursor moves past them.
    for (const execution of await unexplained(context, link, book, listed)) link.trades.set(execution.executionId, execution)
    return
  }
  // What was told and is not listed came after what is, or the list cannot be had.
  const told = [...link.trades.values()].filter(({ executionId }) => !listed.some((execution) => execution.executionId === executionId))
  for (const { symbol, ours, theirs } of positionDifferences(link, book, snapshot)) {
    const trades = explaining(await unexplained(context, link, book, [...listed, ...told], symbol), theirs - ours)
    const byOrder = Map.groupBy(trades, ({ brokerOrderId }) => brokerOrderId)
    for (const executions of byOrder.values()) await takeOrder(context, link, book, executions)
  }
  // The positions have them, however they came there.
  if (positionDifferences(link, book, snapshot).length === 0) link.trades.clear()
}

async function takeOrder(context: PipelineContext, link: BrokerLink, book: AccountBook, executions: readonly BrokerExecution[]): Promise<void> {
  const order = await orderOf(context, link, executions)
  // An exit of ours that came and went unheard.
  if (order !== undefined && await bindLeg(context, link, book, order)) {
    const leg = findOrder(book, link.name, { brokerOrderId: order.brokerOrderId })
    return leg === undefined ? undefined : applyBrokerOrder(context, book, leg.id, order)
  }
  const orderId = order === undefined ? undefined : await bindExternal(context, link, book, order, true)
  if (order === undefined || orderId === undefined) return
  for (const execution of executions) await book.record(fillDrafts(book, book.orders.get(orderId) as OrderState, execution))
  // Of what it left, nothing trades any more.
  if (isFinished(shownStatus(order.status)) && !isFinished(statusOf(book.orders.get(orderId) as OrderState))) await book.record([{ type: 'order_canceled', data: { orderId, reason: 'broker' } }])
}
