import type { KillScope, KillStatus } from '@sluice/core'
import type { Access } from '../access/access.ts'

const PREFIX = 'account:'

/** The account of a kill scope that covers one account alone. */
export function accountOfScope(scope: KillScope): string | undefined {
  return scope.startsWith(PREFIX) ? scope.slice(PREFIX.length) : undefined
}

/** Whether a principal may know of a scope: all but single foreign accounts. */
export async function mayKnowScope(scope: KillScope, access: Access): Promise<boolean> {
  const account = accountOfScope(scope)
  return account === undefined || access.allows(account)
}

/** The status without entries of foreign accounts. */
export async function visibleStatus(status: KillStatus, access: Access): Promise<KillStatus> {
  if (access.everywhere) return status
  const known = await Promise.all(status.engaged.map((entry) => mayKnowScope(entry.scope, access)))
  return { ...status, engaged: status.engaged.filter((_, index) => known[index]) }
}
