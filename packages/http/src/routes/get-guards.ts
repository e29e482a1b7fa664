import { z } from 'zod'
import { answerJson } from '../answer/answer.ts'
import type { Call, PrivateRoute } from '../api/call.ts'
import { accountParameter } from '../openapi/answers.ts'
import { guardAnswer } from '../openapi/schemas/risk.ts'
import { queryOf } from './query.ts'
import { oneAccount } from './readable-accounts.ts'

const query = z.strictObject({ account: accountParameter })

export const getGuards: PrivateRoute = {
  access: 'private',
  method: 'GET',
  path: '/guards',
  right: 'read',
  document: {
    operationId: 'getGuards',
    tag: 'risk',
    summary: 'The limits in force on an account, and how much of each is used',
    query,
    answers: { 200: { description: 'Every guard, in the order they run', schema: z.array(guardAnswer) } },
    problems: [404, 422],
  },
  handle: async ({ request, principal, access, service }: Call) => {
    const account = await oneAccount(queryOf(request, query).account, principal, access)
    return answerJson(200, await service.guards({ account }))
  },
}
