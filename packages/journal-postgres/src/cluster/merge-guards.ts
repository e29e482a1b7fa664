import type { GuardStatus } from '@sluice/core'

/** One status for each guard from those of many accounts. An owner that a change of limits has not reached yet tells of older ones: the newest count. */
export function mergeGuards(statuses: readonly GuardStatus[]): readonly GuardStatus[] {
  const merged = new Map<string, GuardStatus>()
  for (const status of statuses) {
    const known = merged.get(status.name)
    if (known === undefined) {
      merged.set(status.name, status)
      continue
    }
    const missing = { ...known.missing, ...status.missing }
    merged.set(status.name, { ...(status.version > known.version ? status : known), uses: [...known.uses, ...status.uses], ...(Object.keys(missing).length > 0 && { missing }) })
  }
  return [...merged.values()]
}
