import type { StreamItem } from '@sluice/core'

/** Who may see an event: all readers, those of one account, or only who may read every account. */
export type Audience = 'all' | 'everywhere' | { readonly account: string }

const SCOPE = 'account:'

/** The rule of GET /events: a kill switch of one account is for that account, limits and settings of all of them are for nobody else. */
export function audienceOf(item: StreamItem): Audience {
  if (item.type === 'limits_changed') return 'everywhere'
  if (item.type !== 'kill_switch_changed' || !item.data.scope.startsWith(SCOPE)) return 'all'
  return { account: item.data.scope.slice(SCOPE.length) }
}
