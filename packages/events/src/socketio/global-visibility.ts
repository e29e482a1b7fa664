import { GLOBAL_ACCOUNT, type StreamItem } from '@sluice/core'
import { audienceOf } from './audience.ts'
import type { AccountHead } from './protocol.ts'
import type { SocketPrincipal } from './socket-principal.ts'

/** Which is the last event of the global account that a reader may see: a client that heals must know what it waits for. */
export interface GlobalVisibility {
  /** Takes note of the next items. */
  note(items: readonly StreamItem[]): void
  /** `last`: the last durable event, which may not have been noted yet. */
  headFor(principal: SocketPrincipal, last: number): AccountHead
}

export function createGlobalVisibility(): GlobalVisibility {
  let noted = 0
  let all = 0
  const byAccount = new Map<string, number>()
  return {
    note: (items) => {
      for (const item of items) {
        if (item.account !== GLOBAL_ACCOUNT || item.sequence <= noted) continue
        noted = item.sequence
        const audience = item.type === 'stream_reset' ? 'all' : audienceOf(item)
        if (audience === 'all') all = item.sequence
        else if (audience !== 'everywhere') byAccount.set(audience.account, item.sequence)
      }
    },
    headFor: ({ accounts }, last) => ({
      head: noted, last: Math.max(last, noted), visible: accounts === '*' ? noted : Math.max(all, ...accounts.map((account) => byAccount.get(account) ?? 0)),
    }),
  }
}
