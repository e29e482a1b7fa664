import type { EventOf, ExternalOrders, KillLevel, KillScope } from '../order/event.ts'

/** Levels from mild to severe. */
export const KILL_LEVELS: readonly KillLevel[] = ['reduce_only', 'no_new', 'cancel_all', 'flatten']

const SCOPE = /^(?:global|(?:broker|account|strategy|symbol):\S{1,64})$/

export function isKillScope(text: string): text is KillScope {
  return SCOPE.test(text)
}

/** One engaged scope. */
export interface KillEntry {
  readonly scope: KillScope
  readonly level: KillLevel
  readonly reason: string
  readonly actor: string
  /** ISO 8601. */
  readonly since: string
  readonly epoch: number
  /** What tripped it, when no person did. */
  readonly trigger?: string
  /** What becomes of orders that were not placed here; see `sweepsExternal`. */
  readonly externalOrders?: ExternalOrders
}

/** What is engaged. A fold of `kill_switch_changed`; the epoch grows with every change. */
export interface KillState {
  readonly epoch: number
  readonly engaged: readonly KillEntry[]
}

export const RELEASED: KillState = { epoch: 0, engaged: [] }

/** A level this version does not know counts as the most severe: what cannot be read is engaged. */
function rank(level: KillLevel): number {
  const index = KILL_LEVELS.indexOf(level)
  return index < 0 ? KILL_LEVELS.length : index
}

/** The more severe of two levels. */
export function strongest(left: KillLevel | undefined, right: KillLevel | undefined): KillLevel | undefined {
  if (left === undefined || right === undefined) return left ?? right
  return rank(left) >= rank(right) ? left : right
}

/** Whether `level` includes `other`. */
export function atLeast(level: KillLevel | undefined, other: KillLevel): boolean {
  return level !== undefined && rank(level) >= rank(other)
}

/** The next state. Engaging never lowers a level that is already in force for the scope. */
export function applyKillEvent(state: KillState, event: EventOf<'kill_switch_changed'>): KillState {
  const { action, scope, level, reason, actor } = event.data
  const epoch = Math.max(state.epoch + 1, event.data.epoch)
  const others = state.engaged.filter((entry) => entry.scope !== scope)
  if (action === 'release') return { epoch, engaged: others }
  const before = state.engaged.find((entry) => entry.scope === scope)
  if (before !== undefined && rank(before.level) > rank(level)) return { epoch, engaged: state.engaged }
  const { trigger } = event.data
  // A trip that says nothing of other people's orders does not undo what a person said of them.
  const externalOrders = event.data.externalOrders ?? (before?.externalOrders === 'sweep' ? 'sweep' : undefined)
  return { epoch, engaged: [...others, { scope, level, reason, actor, since: event.time, epoch, ...(trigger !== undefined && { trigger }), ...(externalOrders !== undefined && { externalOrders }) }] }
}

/** What a scope is compared with. */
export interface KillSubject {
  readonly broker: string
  readonly account: string
  readonly strategy?: string | undefined
  readonly symbol: string
}

function covers(scope: KillScope, subject: KillSubject): boolean {
  return scope === 'global' || scope === `broker:${subject.broker}` || scope === `account:${subject.account}`
    || scope === `symbol:${subject.symbol}` || (subject.strategy !== undefined && scope === `strategy:${subject.strategy}`)
    || !isKillScope(scope) // written by a newer version: it may cover anything
}

/** Whether a sweep takes orders with it that were not placed here: only at the global scope, unless the command said otherwise. */
export function sweepsExternal({ scope, externalOrders }: KillEntry): boolean {
  return (externalOrders ?? (scope === 'global' ? 'sweep' : 'leave')) === 'sweep'
}

/** Every engaged scope that covers the subject. */
export function killEntriesFor(state: KillState, subject: KillSubject): readonly KillEntry[] {
  return state.engaged.filter((entry) => covers(entry.scope, subject))
}

/** The entry with the strongest level over all scopes that cover the subject. */
export function killEntryFor(state: KillState, subject: KillSubject): KillEntry | undefined {
  let found: KillEntry | undefined
  for (const entry of state.engaged) {
    if (covers(entry.scope, subject) && (found === undefined || rank(entry.level) > rank(found.level))) found = entry
  }
  return found
}
