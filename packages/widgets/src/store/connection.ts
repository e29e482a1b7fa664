import type { ConnectionState } from '@sluice/http/client'

/** How the page stands to the server, and since when what is shown may be old. `live` also means that a snapshot was taken. */
export interface Connection {
  readonly phase: ConnectionState
  /** Milliseconds since the epoch at which what is shown was last known to be true; absent before the first snapshot. */
  readonly asOf?: number
  /** How many attempts have failed one after another. */
  readonly attempts?: number
  /** When the next attempt begins, in milliseconds since the epoch. */
  readonly retryAt?: number
}
