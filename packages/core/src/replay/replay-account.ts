import type { GuardFactory } from '../guards/built-in-guards.ts'
import type { DecisionRecord, StoredEvent } from '../order/event.ts'
import { beginsOrder, historyOrderIdOf, orderIdOf } from '../order/order-of-event.ts'
import type { OrderState } from '../order/order.ts'
import { reduceHistory, reduceOrder } from '../order/reduce.ts'
import { createLedger, type Ledger } from '../risk/ledger.ts'
import { describeError } from '../runtime/errors.ts'
import { fromIso } from '../runtime/clock.ts'
import { beginAccount, type ReplayedJournal } from './begin-account.ts'
import { checkBackground, rollOf } from './check-background.ts'
import type { Moment } from './check-evaluation.ts'
import { checkEvent, checkLateEvaluation } from './check-event.ts'
import { noteChecker } from './check-note.ts'
import { stopChecker } from './check-stops.ts'
import { checkTrip } from './check-trip.ts'
import { type Difference, reportFor } from './difference.ts'
import { expectPositions } from './expected-positions.ts'
import { expectWarnings } from './expected-warnings.ts'
import { type GlobalHistory, NO_SETTINGS } from './global-history.ts'
import { changeGuards, guardsOf, remember } from './guard-memories.ts'

/** An account as its history makes it. */
export interface ReplayedAccount {
  readonly account: string
  readonly events: number
  readonly decisions: number
  readonly orders: ReadonlyMap<string, OrderState>
  readonly ledger: Ledger
  /** The first event that is there, undefined where none is: but for 1 the account was pruned. */
  readonly begins: number | undefined
  /** The event after which the replay began: 0 for a whole history, a snapshot's for a pruned one; undefined where it could not begin. */
  readonly from: number | undefined
  readonly underived: Underived
}

/** What was there and could not be derived, because what it stands on was pruned. */
export interface Underived {
  /** Events before the snapshot that were kept for a sink. */
  readonly events: number
  /** Decisions that were made before the snapshot and recorded after it. */
  readonly decisions: number
  /** Guards whose memory the snapshot does not have, or that began anew under other options: they were taken at their word. */
  readonly guards: readonly string[]
}

export interface ReplayPorts {
  readonly journal: ReplayedJournal
  readonly global: GlobalHistory
  readonly factories: ReadonlyMap<string, GuardFactory>
  readonly take: (difference: Difference) => void
  readonly onEvent: (event: StoredEvent) => void
}

/** When the kill switch became what it was for a decision. */
function lastChange({ changes }: GlobalHistory, event: StoredEvent): number {
  const epoch = 'evaluation' in event.data ? event.data.evaluation?.killEpoch : undefined
  return epoch === undefined ? 0 : changes.findLast(({ state }) => state.epoch <= epoch)?.at ?? 0
}

/** How far ahead a decision may be of the event that has it: between a permit and the adapter's answer. */
const AHEAD = 1024

/** Events of an account with those that come soon after, so that a decision can be checked at the moment it was made. */
async function* withLate(events: AsyncIterable<StoredEvent>): AsyncGenerator<{ readonly event: StoredEvent; readonly late: readonly StoredEvent[] }, void, undefined> {
  const ahead: StoredEvent[] = []
  const late = new Map<number, StoredEvent[]>()
  const take = (): { readonly event: StoredEvent; readonly late: readonly StoredEvent[] } => {
    const event = ahead.shift() as StoredEvent
    const found = late.get(event.sequence) ?? []
    late.delete(event.sequence)
    return { event, late: found }
  }
  for await (const event of events) {
    ahead.push(event)
    if (event.type === 'order_denied' && event.data.evaluation?.after !== undefined) {
      const { after } = event.data.evaluation
      late.set(after, [...late.get(after) ?? [], event])
    }
    if (ahead.length > AHEAD) yield take()
  }
  while (ahead.length > 0) yield take()
}

async function* upTo(events: AsyncIterable<StoredEvent>, last: number): AsyncGenerator<StoredEvent, void, undefined> {
  if (last < 1) return
  for await (const event of events) {
    if (event.sequence > last) return
    yield event
    if (event.sequence === last) return
  }
}

/** Replays one account from its first event, or from the snapshot behind which it was pruned, and reports whatever does not follow from what is before it. */
export async function replayAccount(account: string, { journal, global, factories, take, onEvent }: ReplayPorts): Promise<ReplayedAccount> {
  const { beginning, first } = await beginAccount(account, journal, global, factories, take)
  const isWhole = first === 1
  const orders = beginning?.orders ?? new Map<string, OrderState>()
  const ledger = createLedger(beginning?.ledger)
  const from = beginning?.sequence ?? 0
  const underived = { events: isWhole || first === undefined ? 0 : Math.max(0, from - first + 1), decisions: 0, guards: new Set<string>() }
  let guards = beginning?.guards ?? []
  let next = beginning?.limits ?? 0
  const inForce = global.limits[next - 1]?.data
  let moment: Moment = { account, ledger, guards, version: inForce?.version ?? 0, settings: inForce?.settings ?? NO_SETTINGS, kills: global.kills, roll: rollOf(guards) }
  let last: readonly DecisionRecord[] = []
  let events = 0
  let decisions = 0
  const owed = [expectWarnings(take, isWhole), expectPositions(take)]
  const stops = stopChecker(account, global, take)
  const checkNote = noteChecker(account, global.releases)
  /** When anything but a price changed last, and when the last event was. */
  let changedAt = isWhole ? 0 : Number.POSITIVE_INFINITY
  let endedAt = 0

  const noteUnderived = (): void => {
    for (const { guard, unknown } of guards) if (unknown && factories.has(guard.name)) underived.guards.add(guard.name)
  }
  if (!isWhole) noteUnderived()

  const ended = (begins: number | undefined, begun = true): ReplayedAccount =>
    ({ account, events, decisions, orders, ledger, begins, from: begun ? from : undefined, underived: { ...underived, guards: [...underived.guards].toSorted() } })

  /** Brings back an order that had ended before the snapshot. */
  const recall = async (event: StoredEvent): Promise<void> => {
    const orderId = orderIdOf(event)
    if (isWhole || orderId === undefined || orders.has(orderId) || beginsOrder(event)) return
    const state = reduceHistory((await journal.readOrder?.(account, orderId) ?? []).filter(({ sequence }) => sequence < event.sequence))
    if (state !== undefined) orders.set(orderId, state)
  }

  /** Puts limits in force that were changed after the event `sequence`. */
  const advance = async (sequence: number, most = Number.POSITIVE_INFINITY): Promise<void> => {
    for (let limits = global.limits[next]; limits !== undefined && limits.data.version <= most && (limits.data.after[account] ?? 0) <= sequence; limits = global.limits[next]) {
      next += 1
      const { memory, version, settings } = limits.data
      guards = await changeGuards(guards, guardsOf(limits, factories, take), memory, isWhole ? () => upTo(journal.read(account, 1), sequence) : undefined)
      noteUnderived()
      changedAt = Math.max(changedAt, fromIso(limits.time))
      moment = { ...moment, guards, version, settings, roll: rollOf(guards) }
    }
  }

  const fold = (event: StoredEvent): void => {
    const orderId = historyOrderIdOf(event)
    if (orderId !== undefined) {
      try {
        orders.set(orderId, reduceOrder(orders.get(orderId), event))
      } catch (error) {
        reportFor(event, take)('order_state', describeError(error), event.type, null)
      }
    }
    ledger.apply(event)
    for (const entry of guards) remember(entry, event)
  }

  const trips = Map.groupBy(global.trips.filter(({ data }) => data.evidence.account === account), ({ data }) => data.evidence.after)

  /** Makes the decisions again that came right after the event `sequence`: permits that were refused, and trips. */
  const decideAfter = async (sequence: number, late: readonly StoredEvent[]): Promise<void> => {
    const refused = late.flatMap((event) => (event.type === 'order_denied' && event.data.evaluation !== undefined ? { event, ...event.data, evaluation: event.data.evaluation } : []))
    const checks = [
      ...refused.map(({ event, orderId, evaluation }) => ({ limits: evaluation.limits, check: () => { checkLateEvaluation(orderId, evaluation, orders.get(orderId), moment, reportFor(event, take)) } })),
      ...(trips.get(sequence) ?? []).map((event) => ({ limits: event.data.evidence.limits, check: () => { checkTrip(event, moment, reportFor(event, take)) } })),
    ]
    decisions += trips.get(sequence)?.length ?? 0
    trips.delete(sequence)
    // Limits may have changed between the same two events: each is judged under its own.
    for (const { limits, check } of checks.toSorted((left, right) => left.limits - right.limits)) {
      if (next < global.limits.length) await advance(sequence, limits)
      check()
    }
  }

  // Nothing can be derived without what was before: that is no difference, and no proof.
  if (beginning === undefined) return ended(first, false)
  for (const [after, found] of trips) {
    if (after >= from) continue
    underived.decisions += isWhole ? 0 : found.length
    trips.delete(after)
  }
  await decideAfter(from, [])
  for await (const { event, late } of withLate(journal.read(account, from + 1))) {
    events += 1
    onEvent(event)
    const report = reportFor(event, take)
    if (event.sequence !== from + events) {
      report('history', `event ${account}:${from + events} is missing`, event.sequence, from + events)
      return ended(first)
    }
    if (events === 1 && !isWhole) stops.skip(fromIso(event.time))
    if (event.type === 'order_denied' && (event.data.evaluation?.after ?? from) < from) underived.decisions += 1
    await recall(event)
    if (next < global.limits.length) await advance(event.sequence - 1)
    const orderId = orderIdOf(event)
    for (const expected of owed) expected.next(event)
    stops.next(event)
    const before = orderId === undefined ? undefined : orders.get(orderId)
    checkBackground(event, before, moment, Math.max(changedAt, lastChange(global, event)), report)
    if (event.type === 'guard_noted') checkNote(event, moment, report)
    checkEvent(event, before, moment, last, report)
    if ('evaluation' in event.data && event.data.evaluation !== undefined) {
      decisions += 1
      last = event.data.evaluation.decisions
    }
    fold(event)
    endedAt = fromIso(event.time)
    changedAt = Number.isFinite(changedAt) ? Math.max(changedAt, endedAt) : endedAt
    await decideAfter(event.sequence, late)
  }
  for (const expected of owed) expected.end()
  stops.end(endedAt)
  for (const event of [...trips.values()].flat()) reportFor(event, take)('kill_switch', `account ${account} ends before the event after which the guard tripped`, event.data.evidence.after, from + events)
  return ended(first)
}
