import { answerJson } from '../answer/answer.ts'
import type { Call, Route } from '../api/call.ts'
import { queryOf } from './query.ts'
import { onlyReadable, readableAccounts } from './readable-accounts.ts'

export const listPositions: Route = {
  method: 'GET',
  path: '/positions',
  right: 'read',
  handle: async ({ request, principal, access, service }: Call) => {
    const query = queryOf(request, ['account'])
    const accounts = await readableAccounts(query.get('account'), principal, access)
    const lists = await Promise.all(accounts.map((account) => service.positions(account === undefined ? {} : { account })))
    return answerJson(200, await onlyReadable(lists.flat(), access))
  },
}
