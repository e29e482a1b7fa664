/**
 * - `SINK_UNAVAILABLE`: the other side cannot be reached, or does not take anything now. Nothing is said about the event: it is
 *   sent again until it is taken.
 * - `EVENT_REFUSED`: the other side is well and will not take this event, however often it comes. After some attempts it becomes
 *   a dead letter.
 */
export type SinkErrorCode = 'SINK_UNAVAILABLE' | 'EVENT_REFUSED'

export interface SinkErrorDetails {
  /** With EVENT_REFUSED: which event of the batch, when it is known. Those before it were taken. */
  readonly eventId?: string
  readonly cause?: unknown
}

const marker: unique symbol = Symbol.for('sluice.sink-error') as never

/** What a sink throws. Recognise it with `SinkError.isInstance`, which survives duplicate packages. */
export class SinkError extends Error {
  override readonly name = 'SinkError'
  readonly code: SinkErrorCode
  readonly eventId: string | undefined

  constructor(code: SinkErrorCode, message: string, { eventId, cause }: SinkErrorDetails = {}) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.eventId = eventId
    Object.defineProperty(this, marker, { value: true })
  }

  /** Another attempt of the same batch may succeed. */
  get retryable(): boolean {
    return this.code === 'SINK_UNAVAILABLE'
  }

  static isInstance(value: unknown): value is SinkError {
    return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[marker] === true
  }
}
