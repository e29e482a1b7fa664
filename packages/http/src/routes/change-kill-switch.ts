import type { KillReport, KillScope } from '@sluice/core'
import { z } from 'zod'
import type { Access } from '../access/access.ts'
import { answerJson } from '../answer/answer.ts'
import { accountNotFound, refuse } from '../answer/refusal.ts'
import type { Call, PrivateRoute } from '../api/call.ts'
import { parseWith } from '../body/parse-body.ts'
import { readJsonObject } from '../body/read-json.ts'
import { killCommand, killReport, killStatus } from '../openapi/schemas/risk.ts'
import { accountOfScope, mayKnowScope, visibleStatus } from './kill-scope-account.ts'

/** Without orders of accounts that the principal may not know of. */
async function visibleReport(report: KillReport, { access, service }: Call): Promise<KillReport> {
  if (access.everywhere) return report
  const visible = async (ids: readonly string[]): Promise<readonly string[]> => {
    const known = await Promise.all(ids.map(async (id) => {
      const order = await service.getOrderStatus(id).catch(() => undefined)
      return order !== undefined && access.allows(order.account)
    }))
    return ids.filter((_, index) => known[index])
  }
  const [inFlight, working, unknown] = await Promise.all([visible(report.inFlight), visible(report.working), visible(report.unknown)])
  return { ...report, inFlight, working, unknown }
}

/** To engage is always the safe side. To release what covers more than one's own accounts is not one's own business. */
async function requireScope(scope: KillScope, action: 'engage' | 'release', access: Access, everyAccount: boolean): Promise<void> {
  if (!(await mayKnowScope(scope, access))) throw accountNotFound()
  if (action === 'release' && accountOfScope(scope) === undefined && !everyAccount) {
    throw refuse(403, 'FORBIDDEN', 'Only who may use every account may release a scope that covers more than one.')
  }
}

export const changeKillSwitch: PrivateRoute = {
  access: 'private',
  method: 'POST',
  path: '/kill-switch',
  right: 'kill',
  isUrgent: true,
  document: {
    operationId: 'changeKillSwitch',
    tag: 'risk',
    summary: 'Stop trading at once, or let it go on',
    description: 'Engaging blocks before it answers. Releasing needs a fresh code where approvals are configured.',
    body: killCommand,
    answers: { 200: { description: 'A report when engaged, the status when released', schema: z.union([killReport, killStatus]) } },
    problems: [404, 422],
  },
  handle: async (call: Call) => {
    const { request, principal, access, service } = call
    const command = parseWith(killCommand, await readJsonObject(request, { allowUnproven: true }))
    const { reason } = command
    const scope = (command.scope ?? 'global') as KillScope
    await requireScope(scope, command.action, access, principal.accounts === '*')
    const actor = principal.id
    if (command.action === 'engage') {
      const { level, externalOrders } = command
      const report = await service.killSwitch.engage({ scope, reason, actor, ...(level !== undefined && { level }), ...(externalOrders !== undefined && { externalOrders }) })
      return answerJson(200, await visibleReport(report, call))
    }
    const { code } = command
    const status = await service.killSwitch.release({ scope, reason, actor, ...(code !== undefined && { code }) })
    return answerJson(200, await visibleStatus(status, access))
  },
}
