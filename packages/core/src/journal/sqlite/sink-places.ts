import { SluiceError } from '../../runtime/errors.ts'
import type { Database } from './load-sqlite.ts'

/** How far a sink has certainly got in one account: up to there nobody needs the events for it any more. */
export interface SinkPlace {
  readonly sink: string
  readonly account: string
  readonly sequence: number
}

const PREFIX = 'sink:'

/** An event that was given up is read again from the journal, so that it counts as not delivered. */
function sequenceIn(name: string, text: string): number {
  try {
    const { sequence, dead = [] } = JSON.parse(text) as { readonly sequence?: unknown; readonly dead?: readonly { readonly sequence: number }[] }
    const place = Math.min(Number(sequence), ...dead.map((letter) => letter.sequence - 1))
    if (typeof sequence === 'number' && Number.isSafeInteger(place) && place >= 0) return place
  } catch {
    // The error below says it.
  }
  throw new SluiceError('JOURNAL_CORRUPT', `cursor ${name} of the journal cannot be read: nobody can say what its sink has, so nothing was pruned`)
}

/** The places of the sinks that an event relay keeps in the journal: cursors named `sink:<sink>:<account>`. */
export function readSinkPlaces(database: Database, accounts: readonly string[]): readonly SinkPlace[] {
  const rows = database.prepare(`SELECT name, value FROM cursors WHERE name LIKE '${PREFIX}%' ORDER BY name`).all() as unknown as { name: string; value: string }[]
  return rows.flatMap(({ name, value }) => {
    // Names of accounts may have colons: the longest that fits is meant.
    const account = accounts.filter((one) => name.endsWith(`:${one}`)).toSorted((left, right) => right.length - left.length)[0]
    return account === undefined ? [] : [{ sink: name.slice(PREFIX.length, -account.length - 1), account, sequence: sequenceIn(name, value) }]
  })
}
