import { z } from 'zod'
import { answerJson } from '../answer/answer.ts'
import type { Call, PrivateRoute } from '../api/call.ts'
import { accountParameter } from '../openapi/answers.ts'
import { position } from '../openapi/schemas/risk.ts'
import { queryOf } from './query.ts'
import { onlyReadable, readableAccounts } from './readable-accounts.ts'

const query = z.strictObject({ account: accountParameter })

export const listPositions: PrivateRoute = {
  access: 'private',
  method: 'GET',
  path: '/positions',
  right: 'read',
  document: {
    operationId: 'listPositions',
    tag: 'risk',
    summary: 'What is held, with what unfinished orders may still trade',
    query,
    answers: { 200: { description: 'The positions', schema: z.array(position) } },
    problems: [404, 422],
  },
  handle: async ({ request, principal, access, service }: Call) => {
    const { account } = queryOf(request, query)
    const accounts = await readableAccounts(account, principal, access)
    const lists = await Promise.all(accounts.map((one) => service.positions(one === undefined ? {} : { account: one })))
    return answerJson(200, await onlyReadable(lists.flat(), access))
  },
}
