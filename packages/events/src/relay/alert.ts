/**
 * A notice about a relay.
 * - `SINK_FAILING`: a sink did not take what it was given, several times. It is tried on. `SINK_RECOVERED` ends it.
 * - `SINK_STALLED`: a sink has not answered for long. The relay waits on: order goes before speed.
 * - `EVENT_DEAD_LETTERED`: an event was given up; the account goes on behind it.
 * - `ACCOUNT_BLOCKED`: an account stands still until a person does something; the message says what.
 * - `STREAM_RESET`: events that this sink had not had are no longer kept; it got the state instead.
 * - `READ_FAILED`, `CURSOR_FAILED`: the journal could not be read or written. It is tried again.
 */
export interface RelayAlert {
  readonly code: 'SINK_FAILING' | 'SINK_RECOVERED' | 'SINK_STALLED' | 'EVENT_DEAD_LETTERED' | 'ACCOUNT_BLOCKED' | 'STREAM_RESET' | 'READ_FAILED' | 'CURSOR_FAILED'
  readonly sink: string
  readonly account: string
  readonly message: string
  readonly eventId?: string
  readonly cause?: unknown
}
