import type { GuardFactory } from '../guards/built-in-guards.ts'
import { BrokenMemory } from '../guards/evaluate.ts'
import type { Guard } from '../guards/guard.ts'
import type { EventOf, Json, StoredEvent } from '../order/event.ts'
import { describeError } from '../runtime/errors.ts'
import { type Difference, isSame, reportFor } from './difference.ts'

/** A guard of one account with its memory. */
export interface RememberingGuard {
  readonly guard: Guard
  readonly options: Json
  state: unknown
  /** Its memory is a fold of the whole history under these very options. */
  pure: boolean
  /** No factory is known, or its memory cannot be made: what it said is taken from the record. */
  readonly unknown: boolean
}

export type MemorylessGuard = Omit<RememberingGuard, 'state' | 'pure'>

function stub(name: string): Guard {
  return { name, options: null, check: () => { throw new Error('its decision is taken from the record') } }
}

/** The guards of one version of the limits, without memories. */
export function guardsOf(limits: EventOf<'limits_changed'>, factories: ReadonlyMap<string, GuardFactory>, take: (difference: Difference) => void): readonly MemorylessGuard[] {
  const report = reportFor(limits, take)
  return limits.data.guards.map(({ name, options }) => {
    const factory = factories.get(name)
    if (factory === undefined) return { guard: stub(name), options, unknown: true }
    try {
      const guard = factory(options as never)
      if (guard.name !== name) report('limits', `the guard made for ${name} calls itself ${guard.name}`, name, guard.name, name)
      return { guard, options, unknown: false }
    } catch (error) {
      report('limits', `guard ${name} cannot be made from its options: ${describeError(error)}`, options, null, name)
      return { guard: stub(name), options, unknown: true }
    }
  })
}

/** The memory after an event, as the service makes it. */
export function remember(entry: RememberingGuard, event: StoredEvent): void {
  if (entry.guard.apply === undefined || entry.state instanceof BrokenMemory) return
  try {
    entry.state = entry.guard.apply(entry.state, event)
  } catch (error) {
    entry.state = new BrokenMemory(`its memory broke at event ${event.id}: ${describeError(error)}`)
  }
}

/**
 * The guards after a change of the limits. A reload keeps memories; a start makes them again from the history, unless they are what
 * that would give. Where there is no whole history to make them from, a guard that needs it is taken at its word.
 */
export async function changeGuards(
  before: readonly RememberingGuard[], next: readonly MemorylessGuard[], memory: 'rebuilt' | 'kept', history: (() => AsyncIterable<StoredEvent>) | undefined,
): Promise<RememberingGuard[]> {
  const fresh: RememberingGuard[] = []
  const entries = next.map(({ guard, options, unknown }): RememberingGuard => {
    const known = before.find((entry) => entry.guard.name === guard.name)
    const isPure = known !== undefined && known.pure && known.unknown === unknown && isSame(known.options, options)
    if (known !== undefined && (memory === 'kept' || isPure)) return { guard, options, unknown: unknown || known.unknown, state: known.state, pure: isPure }
    if (history === undefined && guard.apply !== undefined) return { guard, options, unknown: true, state: structuredClone(guard.initial), pure: false }
    const entry = { guard, options, unknown, state: structuredClone(guard.initial), pure: memory === 'rebuilt' }
    if (memory === 'rebuilt' && guard.apply !== undefined) fresh.push(entry)
    return entry
  })
  if (fresh.length > 0 && history !== undefined) for await (const event of history()) for (const entry of fresh) remember(entry, event)
  return entries
}
