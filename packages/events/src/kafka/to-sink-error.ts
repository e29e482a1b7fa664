import { describe } from '../relay/describe.ts'
import { SinkError } from '../sink/sink-error.ts'

/** What brokers and clients say of a record itself: numbers of the protocol, and the names that clients give them. */
const VERDICTS: ReadonlySet<unknown> = new Set([
  10, 18, 32, 87,
  'MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_TIMESTAMP', 'INVALID_RECORD',
  'ERR_MSG_SIZE_TOO_LARGE', 'ERR_RECORD_LIST_TOO_LARGE', 'ERR_INVALID_TIMESTAMP', 'ERR_INVALID_RECORD',
])

interface ClientError {
  readonly apiId?: unknown
  readonly apiCode?: unknown
  readonly type?: unknown
  readonly code?: unknown
  readonly cause?: unknown
  readonly errors?: unknown
}

/** Clients wrap errors in errors; the verdict may be anywhere. */
function isVerdict(error: unknown, depth = 0): boolean {
  if (typeof error !== 'object' || error === null || depth > 6) return false
  const { apiId, apiCode, type, code, cause, errors } = error as ClientError
  if ([apiId, apiCode, type, code].some((value) => VERDICTS.has(value))) return true
  return isVerdict(cause, depth + 1) || (Array.isArray(errors) && errors.some((inner) => isVerdict(inner, depth + 1)))
}

/** Only what is said about the record is a verdict. A missing topic or right is a fault of the set-up: it is mended, and the event is sent. */
export function toSinkError(error: unknown): SinkError {
  if (SinkError.isInstance(error)) return error
  return new SinkError(isVerdict(error) ? 'EVENT_REFUSED' : 'SINK_UNAVAILABLE', `Kafka: ${describe(error)}`, { cause: error })
}
