import { answerOrder } from '../answer/order-answer.ts'
import type { Call, Route } from '../api/call.ts'

export const getOrder: Route = {
  method: 'GET',
  path: '/order/:id',
  right: 'read',
  handle: async ({ orderId, access, service }: Call) => answerOrder(200, await access.requireOrder(await service.getOrderStatus(orderId))),
}
