import { foldKillSwitch, GLOBAL_ACCOUNT, type KillEntry, type OutsideTrip, parseTrips, SluiceError, type StoredEvent, tripPathOf, unreadableTrip } from '@sluice/core'
import { openJournalFile, readTripFile } from '@sluice/core/sqlite'

/** What can be known of a kill switch from outside. */
export interface KillReading {
  /** Engaged in the journal; undefined while a service has it, or where it cannot be read. */
  readonly engaged: readonly KillEntry[] | undefined
  /** Why the journal says nothing. */
  readonly journalError: Error | undefined
  /** Lines of the trip file that no service has answered yet, as far as the journal tells. */
  readonly waiting: readonly OutsideTrip[]
  /** Lines that a service has engaged; whether they still stop anything is in `engaged`. */
  readonly answered: readonly OutsideTrip[]
}

async function tripsOf(path: string): Promise<readonly OutsideTrip[]> {
  try {
    const text = await readTripFile(tripPathOf(path))
    return text === undefined ? [] : parseTrips(text)
  } catch (error) {
    return [unreadableTrip('file', error instanceof Error ? error.message : String(error))]
  }
}

function globalEvents(path: string): readonly StoredEvent[] {
  const file = openJournalFile(path)
  try {
    return [...file.events(GLOBAL_ACCOUNT)].map(({ event }) => event)
  } finally {
    file.close()
  }
}

/** Reads the journal, when nobody has it, and the file beside it. */
export async function readKill(path: string): Promise<KillReading> {
  const trips = await tripsOf(path)
  try {
    const { state, answeredTrips } = foldKillSwitch(globalEvents(path))
    return {
      engaged: state.engaged, journalError: undefined,
      waiting: trips.filter(({ id }) => !answeredTrips.has(id)), answered: trips.filter(({ id }) => answeredTrips.has(id)),
    }
  } catch (error) {
    if (!SluiceError.isInstance(error)) throw error
    return { engaged: undefined, journalError: error, waiting: trips, answered: [] }
  }
}
