import type { BrokerExecution, BrokerOrder, BrokerSnapshot } from '../broker/broker-adapter.ts'
import { formatDecimal, type Units } from '../order/decimal.ts'
import { isFinished, type OrderState, statusOf } from '../order/order.ts'
import type { AccountBook } from '../pipeline/account-book.ts'
import { bindExternal } from '../pipeline/bind-external.ts'
import type { BrokerLink, PipelineContext } from '../pipeline/context.ts'
import { shownStatus } from '../pipeline/external-order.ts'
import { lookUp } from '../pipeline/look-up.ts'
import { withOrder } from '../pipeline/recall.ts'
import { brokerUnits, fillDrafts } from '../pipeline/record-fill.ts'
import { positionDifferences } from './reconcile-positions.ts'

const signed = ({ side, lastQuantity }: BrokerExecution): Units => (side === 'buy' ? brokerUnits(lastQuantity) : -brokerUnits(lastQuantity))

/** Listed trades of a symbol that are none of ours, oldest first. */
async function unexplained(context: PipelineContext, link: BrokerLink, book: AccountBook, executions: readonly BrokerExecution[], symbol: string): Promise<readonly BrokerExecution[]> {
  const found: BrokerExecution[] = []
  for (const execution of executions) {
    if (execution.symbol !== symbol) continue
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
  if (snapshot.executions.status === 'unavailable') return
  for (const { symbol, ours, theirs } of positionDifferences(link, book, snapshot)) {
    const trades = explaining(await unexplained(context, link, book, snapshot.executions.value, symbol), theirs - ours)
    const byOrder = Map.groupBy(trades, ({ brokerOrderId }) => brokerOrderId)
    for (const executions of byOrder.values()) await takeOrder(context, link, book, executions)
  }
}

async function takeOrder(context: PipelineContext, link: BrokerLink, book: AccountBook, executions: readonly BrokerExecution[]): Promise<void> {
  const order = await orderOf(context, link, executions)
  const orderId = order === undefined ? undefined : await bindExternal(context, link, book, order, true)
  if (order === undefined || orderId === undefined) return
  for (const execution of executions) await book.record(fillDrafts(book, book.orders.get(orderId) as OrderState, execution))
  // Of what it left, nothing trades any more.
  if (isFinished(shownStatus(order.status)) && !isFinished(statusOf(book.orders.get(orderId) as OrderState))) await book.record([{ type: 'order_canceled', data: { orderId, reason: 'broker' } }])
}
