import { answerJson } from '../answer/answer.ts'
import type { Call, Route } from '../api/call.ts'
import { visibleStatus } from './kill-scope-account.ts'

export const getKillSwitch: Route = {
  method: 'GET',
  path: '/kill-switch',
  right: undefined,
  handle: async ({ access, service }: Call) => answerJson(200, await visibleStatus(service.killSwitch.status(), access)),
}
