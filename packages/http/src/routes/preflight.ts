import type { OrderRequest } from '@sluice/core'
import { answerJson } from '../answer/answer.ts'
import type { Call, PrivateRoute } from '../api/call.ts'
import { readJsonObject } from '../body/read-json.ts'
import { orderRequest } from '../openapi/schemas/order.ts'
import { preflightAnswer } from '../openapi/schemas/risk.ts'
import { requestedAccount } from './requested-account.ts'

export const preflight: PrivateRoute = {
  access: 'private',
  method: 'POST',
  path: '/preflight',
  right: 'trade',
  document: {
    operationId: 'preflight',
    tag: 'orders',
    summary: 'What every guard would say of an order, which is not placed',
    body: orderRequest,
    answers: { 200: { description: 'The verdict, with each decision, the digest an approval would be bound to, and how long it may be shown', schema: preflightAnswer } },
    problems: [404, 422],
  },
  handle: async ({ request, principal, access, service }: Call) => {
    const body = await readJsonObject(request)
    await access.requireAccount(requestedAccount(body))
    return answerJson(200, await service.preflight(body as unknown as OrderRequest, { actor: principal.id, signal: request.signal }))
  },
}
