import { isKillScope, KILL_LEVELS, type KillLevel, type KillReport, type KillScope } from '@sluice/core'
import type { Access } from '../access/access.ts'
import { answerJson } from '../answer/answer.ts'
import { accountNotFound, refuse } from '../answer/refusal.ts'
import type { Call, Route } from '../api/call.ts'
import { checkFields, type FieldRule, oneOf, optional, textOf } from '../body/fields.ts'
import { readJsonObject } from '../body/read-json.ts'
import { accountOfScope, mayKnowScope, visibleStatus } from './kill-scope-account.ts'

const scopeRule: FieldRule = (value) =>
  typeof value === 'string' && isKillScope(value) ? undefined : 'must be global, or broker:, account:, strategy: or symbol: with a name'

const COMMON = { action: oneOf(['engage', 'release']), scope: optional(scopeRule), reason: textOf(500) }
const ENGAGE = { ...COMMON, level: optional(oneOf(KILL_LEVELS)) }
const RELEASE = { ...COMMON, code: optional(textOf(64)) }

interface Body {
  readonly action: 'engage' | 'release'
  readonly scope?: KillScope
  readonly level?: KillLevel
  readonly code?: string
  readonly reason: string
}

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
async function requireScope(scope: KillScope, action: Body['action'], access: Access, everyAccount: boolean): Promise<void> {
  if (!(await mayKnowScope(scope, access))) throw accountNotFound()
  if (action === 'release' && accountOfScope(scope) === undefined && !everyAccount) {
    throw refuse(403, 'FORBIDDEN', 'Only who may use every account may release a scope that covers more than one.')
  }
}

export const changeKillSwitch: Route = {
  method: 'POST',
  path: '/kill-switch',
  right: 'kill',
  handle: async (call: Call) => {
    const { request, principal, access, service, settings } = call
    const raw = await readJsonObject(request, settings.bodyLimit)
    checkFields(raw, raw['action'] === 'release' ? RELEASE : ENGAGE)
    const { action, scope = 'global', level, code, reason } = raw as unknown as Body
    await requireScope(scope, action, access, principal.accounts === '*')
    const actor = principal.id
    if (action === 'engage') {
      const report = await service.killSwitch.engage({ scope, reason, actor, ...(level !== undefined && { level }) })
      return answerJson(200, await visibleReport(report, call))
    }
    const status = await service.killSwitch.release({ scope, reason, actor, ...(code !== undefined && { code }) })
    return answerJson(200, await visibleStatus(status, access))
  },
}
