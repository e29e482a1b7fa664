/** A notice about the service itself, for `on('alert')`. Not journaled. */
export interface Alert {
  readonly code:
    | 'JOURNAL_FAILED' | 'LISTENER_FAILED' | 'BROKER_DISCONNECTED' | 'RECOVERY_FAILED' | 'GUARD_FAILED' | 'RESCUE' | 'UNKNOWN_ORDER' | 'CLOCK_JUMP'
    | 'SWEEP_STALLED' | 'FLATTEN_STALLED' | 'TRIP_FILE'
  readonly message: string
  readonly cause?: unknown
}
