import type { OrderRequest } from '@sluice/core'
import { answerJson } from '../answer/answer.ts'
import type { Call, Route } from '../api/call.ts'
import { readJsonObject } from '../body/read-json.ts'
import { requestedAccount } from './requested-account.ts'

export const preflight: Route = {
  method: 'POST',
  path: '/preflight',
  right: 'trade',
  handle: async ({ request, principal, access, service, settings }: Call) => {
    const body = await readJsonObject(request, settings.bodyLimit)
    await access.requireAccount(requestedAccount(body))
    return answerJson(200, await service.preflight(body as unknown as OrderRequest, { actor: principal.id, signal: request.signal }))
  },
}
