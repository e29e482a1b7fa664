import { answerOrder, answerVerdict, commandStatus } from '../answer/order-answer.ts'
import type { Call, PrivateRoute } from '../api/call.ts'
import { parseWith } from '../body/parse-body.ts'
import { readJsonObject } from '../body/read-json.ts'
import { openOutcome, theOrder } from '../openapi/answers.ts'
import { approvalRequest } from '../openapi/schemas/risk.ts'

export const approveOrder: PrivateRoute = {
  access: 'private',
  method: 'POST',
  path: '/order/:id/approval',
  right: 'approve',
  document: {
    operationId: 'approveOrder',
    tag: 'orders',
    summary: 'Answer the challenge of an order with a code',
    description: 'The guards run again, and the order is sent. A wrong code is 403 with the attempts left.',
    body: approvalRequest,
    answers: { 200: theOrder, 202: openOutcome },
    problems: [404, 409, 422],
  },
  handle: async ({ request, orderId, principal, access, service, instance }: Call) => {
    await access.requireOrder(await service.getOrderStatus(orderId))
    const { code } = parseWith(approvalRequest, await readJsonObject(request, { allowUnproven: true }))
    const order = await service.approveOrder(orderId, { code, actor: principal.id })
    return answerVerdict(order, instance, false) ?? answerOrder(commandStatus(order), order)
  },
}
