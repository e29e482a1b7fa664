import { answerOrder, commandStatus } from '../answer/order-answer.ts'
import type { Call, PrivateRoute } from '../api/call.ts'
import { openOutcome, theOrder } from '../openapi/answers.ts'

export const cancelOrder: PrivateRoute = {
  access: 'private',
  method: 'DELETE',
  path: '/order/:id',
  right: 'cancel',
  isUrgent: true,
  document: {
    operationId: 'cancelOrder',
    tag: 'orders',
    summary: 'Cancel an order, at whatever point of its way it is',
    description: 'As often as you like. No rate, no kill switch and no version is in the way.',
    answers: { 200: theOrder, 202: openOutcome },
    problems: [404, 422],
  },
  handle: async ({ orderId, principal, access, service }: Call) => {
    // Nothing may stop a cancel: where no account is closed to the principal, not even a failing look-up.
    if (!access.everywhere) await access.requireOrder(await service.getOrderStatus(orderId))
    const order = await service.cancelOrder(orderId, { actor: principal.id })
    return answerOrder(commandStatus(order), order)
  },
}
