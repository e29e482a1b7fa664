import type { AccountBook } from '../book/account-book.ts'
import type { BrokerLink, PipelineContext } from '../context.ts'
import { externalOrderId } from '../facts/external-order.ts'
import { waitBriefly } from '../wait-durable.ts'

const announced = new WeakMap<BrokerLink, Set<string>>()

/** Says once of an order that the kill switch cancels it, although no book of ours answers for it. `what` describes it. */
export async function announceSwept(context: PipelineContext, link: BrokerLink, book: AccountBook, brokerOrderId: string, what: string): Promise<void> {
  const known = announced.get(link) ?? new Set<string>()
  announced.set(link, known)
  if (known.has(brokerOrderId)) return
  known.add(brokerOrderId)
  const orderId = externalOrderId(link.name, brokerOrderId)
  const isTheirs = book.orders.has(orderId)
  const message = `the kill switch cancels order ${brokerOrderId} at ${link.name} (${what}), ${isTheirs ? 'which was not placed here' : 'which is over in our books'}`
  const data = isTheirs ? { code: 'EXTERNAL_ORDER_SWEPT', message, orderId } : { code: 'STRAY_ORDER_SWEPT', message }
  await waitBriefly(context, book.record([{ type: 'anomaly_detected', data }]))
}
