import { answerOrder, commandStatus } from '../answer/order-answer.ts'
import type { Call, Route } from '../api/call.ts'

export const cancelOrder: Route = {
  method: 'DELETE',
  path: '/order/:id',
  right: 'cancel',
  handle: async ({ orderId, principal, access, service }: Call) => {
    // Nothing may stop a cancel: where no account is closed to the principal, not even a failing look-up.
    if (!access.everywhere) await access.requireOrder(await service.getOrderStatus(orderId))
    const order = await service.cancelOrder(orderId, { actor: principal.id })
    return answerOrder(commandStatus(order), order)
  },
}
