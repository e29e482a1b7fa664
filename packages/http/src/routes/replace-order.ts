import type { Order } from '@sluice/core'
import { answerOrder, commandStatus, entityTagOf } from '../answer/order-answer.ts'
import { refuse } from '../answer/refusal.ts'
import type { Call, Route } from '../api/call.ts'
import { readJsonObject } from '../body/read-json.ts'

/** Whether an If-Match header names the order as it stands (RFC 9110 §13.1.1: strong comparison). */
function matches(header: string, order: Order): boolean {
  return header.trim() === '*' || header.split(',').some((tag) => tag.trim() === entityTagOf(order))
}

export const replaceOrder: Route = {
  method: 'PATCH',
  path: '/order/:id',
  right: 'trade',
  handle: async ({ request, orderId, principal, access, service, settings }: Call) => {
    const before = await access.requireOrder(await service.getOrderStatus(orderId))
    const changes = await readJsonObject(request, settings.bodyLimit)
    const condition = request.headers.get('If-Match')
    if (condition !== null && !matches(condition, before)) {
      throw refuse(412, 'VERSION_CONFLICT', 'The order has changed since you read it.', { orderId }, { ETag: entityTagOf(before) })
    }
    const order = await service.replaceOrder(orderId, changes, {
      actor: principal.id,
      ...(condition !== null && { expectedVersion: before.version }),
    })
    return answerOrder(commandStatus(order), order)
  },
}
