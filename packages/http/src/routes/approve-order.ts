import { answerOrder, answerVerdict, commandStatus } from '../answer/order-answer.ts'
import type { Call, Route } from '../api/call.ts'
import { checkFields, textOf } from '../body/fields.ts'
import { readJsonObject } from '../body/read-json.ts'

export const approveOrder: Route = {
  method: 'POST',
  path: '/order/:id/approval',
  right: 'approve',
  handle: async ({ request, orderId, principal, access, service, settings, instance }: Call) => {
    await access.requireOrder(await service.getOrderStatus(orderId))
    const body = await readJsonObject(request, settings.bodyLimit)
    checkFields(body, { code: textOf(64) })
    const order = await service.approveOrder(orderId, { code: body['code'] as string, actor: principal.id })
    return answerVerdict(order, instance, false) ?? answerOrder(commandStatus(order), order)
  },
}
