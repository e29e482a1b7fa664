import type { Order } from '@sluice/core'
import { answerOrder, commandStatus, entityTagOf } from '../answer/order-answer.ts'
import { refuse } from '../answer/refusal.ts'
import type { Call, PrivateRoute } from '../api/call.ts'
import { readJsonObject } from '../body/read-json.ts'
import { openOutcome, theOrder } from '../openapi/answers.ts'
import { replaceRequest } from '../openapi/schemas/order.ts'

/** Whether an If-Match header names the order as it stands (RFC 9110 §13.1.1: strong comparison). */
function matches(header: string, order: Order): boolean {
  return header.trim() === '*' || header.split(',').some((tag) => tag.trim() === entityTagOf(order))
}

export const replaceOrder: PrivateRoute = {
  access: 'private',
  method: 'PATCH',
  path: '/order/:id',
  right: 'trade',
  document: {
    operationId: 'replaceOrder',
    tag: 'orders',
    summary: 'Change a live order',
    description: 'If-Match names the version that was read, so that nobody changes an order that has changed; `*` takes whatever stands.',
    headers: ['If-Match'],
    body: replaceRequest,
    answers: { 200: theOrder, 202: openOutcome },
    problems: [404, 409, 412, 422, 428],
  },
  handle: async ({ request, orderId, principal, access, service }: Call) => {
    const before = await access.requireOrder(await service.getOrderStatus(orderId))
    const changes = await readJsonObject(request)
    const condition = request.header('if-match')
    if (condition === undefined) throw refuse(428, 'VERSION_REQUIRED', 'Send If-Match with the ETag you read, or "*" for whatever stands.', { orderId }, { ETag: entityTagOf(before) })
    if (!matches(condition, before)) throw refuse(412, 'VERSION_CONFLICT', 'The order has changed since you read it.', { orderId }, { ETag: entityTagOf(before) })
    const isAny = condition.trim() === '*'
    const order = await service.replaceOrder(orderId, changes, { actor: principal.id, ...(!isAny && { expectedVersion: before.version }) })
    return answerOrder(commandStatus(order), order)
  },
}
