import type { StoredEvent } from '../order/event.ts'
import { describeError } from '../runtime/errors.ts'
import { BrokenMemory } from './evaluate.ts'
import type { Guard } from './guard.ts'

/** A guard's memory after an event of the account. A memory whose fold threw stays broken, and its guard denies. */
export function remember(guard: Guard, memory: unknown, event: StoredEvent): unknown {
  if (guard.apply === undefined || memory instanceof BrokenMemory) return memory
  try {
    return guard.apply(memory, event)
  } catch (error) {
    return new BrokenMemory(`its memory broke at event ${event.id}: ${describeError(error)}`)
  }
}
