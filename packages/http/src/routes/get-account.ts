import { z } from 'zod'
import { answerJson } from '../answer/answer.ts'
import type { AccountAnswer } from '../answer/shapes.ts'
import type { Call, PrivateRoute } from '../api/call.ts'
import { accountParameter } from '../openapi/answers.ts'
import { accountAnswer } from '../openapi/schemas/risk.ts'
import { queryOf } from './query.ts'
import { oneAccount } from './readable-accounts.ts'

const query = z.strictObject({ account: accountParameter })

export const getAccount: PrivateRoute = {
  access: 'private',
  method: 'GET',
  path: '/account',
  right: 'read',
  document: {
    operationId: 'getAccount',
    tag: 'risk',
    summary: 'What the broker last said an account is worth',
    query,
    answers: { 200: { description: 'The account', schema: accountAnswer } },
    problems: [404, 422],
  },
  handle: async ({ request, principal, access, service }: Call) => {
    const account = await oneAccount(queryOf(request, query).account, principal, access)
    return answerJson(200, { account, values: (await service.accountValues(account)) ?? null } satisfies AccountAnswer)
  },
}
