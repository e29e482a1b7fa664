import { atLeast } from '../kill-switch/kill-state.ts'
import type { EventOf, KillScope, StoredEvent } from '../order/event.ts'
import { STOPPING } from '../pipeline/kill/kill-switch.ts'
import { fromIso } from '../runtime/clock.ts'
import { type Difference, reportFor } from './difference.ts'
import type { GlobalHistory } from './global-history.ts'

type Stop = EventOf<'kill_switch_changed'>

/** A fact and its block are recorded in one tick, by clocks that tick in ms. */
const TICK = 1000

/** Whether a block is one that a fact about its account makes by itself. */
export function isStop({ data }: Stop): boolean {
  return data.action === 'engage' && data.trigger !== undefined && Object.hasOwn(STOPPING, data.trigger) && data.evidence === undefined && data.scope.startsWith('account:')
}

/** Compares the facts of one account that stop it with the blocks in the history of the kill switch. */
export interface StopChecker {
  next(event: StoredEvent): void
  /** `ended`: the time of the last event. A fact that a crash took from its block is told again, later. */
  end(ended: number): void
  /** Facts before an instant are not to be had: their blocks have none. */
  skip(until: number): void
}

export function stopChecker(account: string, { stops, changes }: Pick<GlobalHistory, 'stops' | 'changes'>, take: (difference: Difference) => void): StopChecker {
  const scope: KillScope = `account:${account}`
  /** Blocks without their fact so far. */
  const blocks = new Set(stops.filter(({ data }) => data.scope === scope))

  /** The block comes first in the journal (PROTOCOL D2, D4): at the moment of the fact it stands, or stood in the tick of it. */
  const isBlocked = (at: number, level: Stop['data']['level']): boolean => {
    let before: (typeof changes)[number] | undefined
    for (const change of changes) {
      if (change.at > at + TICK) break
      if (change.at >= at - TICK && atLeast(change.state.engaged.find((entry) => entry.scope === scope)?.level, level)) return true
      before = change
    }
    return atLeast(before?.state.engaged.find((entry) => entry.scope === scope)?.level, level)
  }

  return {
    next: (event) => {
      if (event.type !== 'anomaly_detected') return
      const { code, message } = event.data
      const level = STOPPING[code]
      if (level === undefined) return
      const at = fromIso(event.time)
      for (const block of blocks) if (block.data.trigger === code && fromIso(block.time) <= at + TICK) blocks.delete(block)
      if (!isBlocked(at, level)) reportFor(event, take)('kill_switch', `${code} stops the account, and nothing was engaged: ${message}`, null, { scope, level })
    },
    skip: (until) => {
      for (const block of blocks) if (fromIso(block.time) <= until + TICK) blocks.delete(block)
    },
    end: (ended) => {
      for (const block of blocks) {
        if (fromIso(block.time) + TICK < ended) reportFor(block, take)('kill_switch', `the account has no ${block.data.trigger ?? ''} that stops it`, { scope, level: block.data.level }, null)
      }
    },
  }
}
