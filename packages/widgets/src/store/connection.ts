/**
 * How the page stands to the server.
 *
 * - `connecting`: nothing has arrived yet;
 * - `live`: a snapshot was taken and events arrive;
 * - `stale`: connected, but silent for longer than the server's heartbeat;
 * - `reconnecting`: the feed was cut and is being resumed;
 * - `offline`: no connection, the browser says it is offline, or nobody said where the server is;
 * - `denied`: the server does not let this person in; nothing is tried again by itself.
 */
export type ConnectionPhase = 'connecting' | 'live' | 'stale' | 'reconnecting' | 'offline' | 'denied'

export interface Connection {
  readonly phase: ConnectionPhase
  /** Milliseconds since the epoch at which what is shown was last known to be true; absent before the first snapshot. */
  readonly asOf?: number
}
