import { z } from 'zod'
import type { ExternalOrders, KillLevel, KillScope } from '../order/event.ts'
import { sha256Hex } from '../runtime/hash.ts'
import { isKillScope, KILL_LEVELS } from './kill-state.ts'

/**
 * A stop asked for from outside the process, as `sluice kill engage` writes it: one line of JSON in a file beside the journal
 * (PROTOCOL F3). The file only grows; nobody but a person deletes it. The service remembers in its journal which ids it has
 * engaged, so that a release by a human is not undone by a line that was there before it.
 */
export interface OutsideTrip {
  /** Unique for ever; a line that cannot be read has an id made of its text. */
  readonly id: string
  readonly scope: KillScope
  readonly level: KillLevel
  /** What becomes of orders that were not placed here (PROTOCOL F2); absent: as `sweepsExternal` has it. */
  readonly externalOrders?: ExternalOrders
  readonly reason: string
  readonly actor: string
  /** ISO 8601; absent where the line could not be read. */
  readonly time?: string
}

const tripSchema = z.object({
  version: z.literal(1),
  id: z.string().regex(/^[\w-]{1,64}$/),
  scope: z.string().refine(isKillScope),
  level: z.enum(KILL_LEVELS as readonly [KillLevel, ...KillLevel[]]),
  externalOrders: z.enum(['sweep', 'leave']).exactOptional(),
  reason: z.string().min(1).max(512),
  actor: z.string().min(1).max(128),
  time: z.iso.datetime(),
})

/** Where the trip file of a journal is. */
export function tripPathOf(journalPath: string): string {
  return `${journalPath}.trip`
}

/**
 * The line that `parseTrips` reads back.
 * @throws when the trip breaks a rule of the format: nothing is ever written that would not be understood
 */
export function formatTrip(trip: OutsideTrip & { readonly time: string }): string {
  return `${JSON.stringify(tripSchema.parse({ version: 1, ...trip }))}\n`
}

/** What stands for a trip nobody can read: new orders stop everywhere (PROTOCOL F4). Working orders stay: they may be protection. */
export function unreadableTrip(name: string, why: string): OutsideTrip {
  return { id: `unreadable-${name}`, scope: 'global', level: 'no_new', reason: `the trip file cannot be read: ${why}`, actor: 'trip-file' }
}

function parseLine(line: string): OutsideTrip {
  try {
    const { version: _, ...trip } = tripSchema.parse(JSON.parse(line))
    return trip
  } catch {
    return unreadableTrip(sha256Hex(line).slice(0, 16), 'it has a line that this version does not understand')
  }
}

/** Every trip of a file, oldest first. Never throws: what cannot be read is engaged, and so is a file without a line. */
export function parseTrips(text: string): readonly OutsideTrip[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return lines.length === 0 ? [unreadableTrip('empty', 'it is empty')] : lines.map(parseLine)
}
