import { answerOrder } from '../answer/order-answer.ts'
import type { Call, PrivateRoute } from '../api/call.ts'
import { theOrder } from '../openapi/answers.ts'

export const getOrder: PrivateRoute = {
  access: 'private',
  method: 'GET',
  path: '/order/:id',
  right: 'read',
  document: { operationId: 'getOrder', tag: 'orders', summary: 'An order as it stands', answers: { 200: theOrder }, problems: [404] },
  handle: async ({ orderId, access, service }: Call) => answerOrder(200, await access.requireOrder(await service.getOrderStatus(orderId))),
}
