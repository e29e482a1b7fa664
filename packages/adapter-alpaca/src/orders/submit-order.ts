import type { ApprovedOrder, SubmitOutcome } from '@sluice/core'
import { checkOrder } from './check-order.ts'
import { ambiguous, type Connection, notSent } from './connection.ts'
import { toPostOrder } from './map-order.ts'
import { isGrouped, tellGroup } from './order-groups.ts'

/** Sends a new order, once. */
export async function submitOrder(connection: Connection, order: ApprovedOrder): Promise<SubmitOutcome> {
  const { isReady, memory, rest } = connection
  const problem = checkOrder(order.clientOrderId, order.terms)
  if (problem !== undefined) return notSent(problem, false)
  // Without updates nobody would see what becomes of it.
  const permit = (): boolean => order.permit() && isReady()
  const result = await rest.postOrder(toPostOrder(order), permit)
  switch (result.kind) {
    case 'refused': return { kind: 'refused', code: result.code, message: result.message }
    case 'duplicate':
    case 'not_sent':
    case 'ambiguous': return result
    case 'answer': {
      const { client_order_id, id, status } = result.value
      if (client_order_id !== order.clientOrderId) return ambiguous('Alpaca answered with another order')
      memory.learn(result.value)
      if (isGrouped(result.value) && status !== 'rejected') tellGroup(connection, result.value)
      return status === 'rejected' ? { kind: 'refused', code: 'REJECTED', message: 'Alpaca rejected the order' } : { kind: 'accepted', brokerOrderId: id }
    }
  }
}
