import { answerJson } from '../answer/answer.ts'
import type { Call, PrivateRoute } from '../api/call.ts'
import { killStatus } from '../openapi/schemas/risk.ts'
import { visibleStatus } from './kill-scope-account.ts'

export const getKillSwitch: PrivateRoute = {
  access: 'private',
  method: 'GET',
  path: '/kill-switch',
  right: undefined,
  document: { operationId: 'getKillSwitch', tag: 'risk', summary: 'What is stopped', answers: { 200: { description: 'The scopes that are engaged', schema: killStatus } } },
  handle: async ({ access, service }: Call) => answerJson(200, await visibleStatus(service.killSwitch.status(), access)),
}
