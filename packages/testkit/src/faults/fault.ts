/** Everything that can be made to go wrong between a service and its broker. Each is armed once for one occasion. */
export const BROKER_FAULTS = [
  'lose_request', 'late_arrival', 'lose_answer', 'hang', 'throw_after_send', 'acknowledge_then_crash',
  'drop_update', 'duplicate_update', 'reorder_updates', 'delay_updates', 'disconnect',
  'late_fill', 'bust', 'correction', 'suspend', 'late_reject',
  'refuse_cancel', 'replace_race', 'lookup_lag', 'fail_queries', 'partial_snapshot', 'silence_quotes',
] as const

/**
 * - `lose_request`: the next command leaves and never arrives; the adapter gives up as `ambiguous`.
 * - `late_arrival`: the next new order travels longer than the broker declares possible: it is taken for never sent, and then arrives. Only
 *   where the broker executes no client id twice.
 * - `lose_answer`: the next command arrives, its answer does not; `ambiguous` too.
 * - `hang`: the next command arrives and the adapter never answers.
 * - `throw_after_send`: the next command arrives and the adapter throws.
 * - `acknowledge_then_crash`: the broker takes the next new order, and the process dies before it hears of it.
 * - `drop_update`: the next update is lost; the adapter notices a moment later and reports a gap.
 * - `duplicate_update`, `reorder_updates`, `delay_updates`: the next update comes twice, after the one behind it, or late.
 * - `disconnect`: the stream is cut now; updates are lost and queries fail until it is back.
 * - `late_fill`: the next order that ends by a cancel, an expiry or a late rejection turns out to have traded before.
 * - `bust`, `correction`: the latest trade is taken back, or its numbers are changed, now.
 * - `suspend`: a working order is suspended or done for the day now, and resumed later.
 * - `late_reject`: a working order is rejected now, although it was accepted.
 * - `refuse_cancel`: the next cancel is refused although the order works.
 * - `replace_race`: the next replace travels so slowly that trades, answers and cancels overtake it.
 * - `lookup_lag`: the next new order stays invisible to look-ups and listings for as long as the broker's lag allows.
 * - `fail_queries`: look-ups and snapshots fail for a while.
 * - `partial_snapshot`: parts of snapshots are unavailable for a while.
 * - `silence_quotes`: no prices for a while.
 */
export type BrokerFaultKind = (typeof BROKER_FAULTS)[number]

/** Faults that wait for the next occasion; the others happen when they are armed. */
export interface ArmedFaults {
  arm(kind: BrokerFaultKind): void
  /** Uses one up. */
  take(kind: BrokerFaultKind): boolean
  /** True while anything of the kind waits. */
  has(kind: BrokerFaultKind): boolean
  clear(): void
  /** How often each fault came to pass. */
  readonly injected: ReadonlyMap<BrokerFaultKind, number>
  /** Counts a fault that needed no occasion. */
  count(kind: BrokerFaultKind): void
}

export function createArmedFaults(): ArmedFaults {
  const armed = new Map<BrokerFaultKind, number>()
  const injected = new Map<BrokerFaultKind, number>()
  const count = (kind: BrokerFaultKind): void => { injected.set(kind, (injected.get(kind) ?? 0) + 1) }
  return {
    injected, count,
    arm: (kind) => { armed.set(kind, (armed.get(kind) ?? 0) + 1) },
    has: (kind) => (armed.get(kind) ?? 0) > 0,
    take: (kind) => {
      const left = armed.get(kind) ?? 0
      if (left === 0) return false
      armed.set(kind, left - 1)
      count(kind)
      return true
    },
    clear: () => { armed.clear() },
  }
}
