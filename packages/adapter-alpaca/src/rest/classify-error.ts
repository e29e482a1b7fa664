import { describe } from '../describe.ts'

/** What a failed request means for its order. */
export type RestFailure =
  | { readonly kind: 'refused'; readonly status: number; readonly code: string; readonly message: string }
  | { readonly kind: 'duplicate' }
  /** Certainly not placed. */
  | { readonly kind: 'not_sent'; readonly reason: string; readonly retryable: boolean }
  | { readonly kind: 'ambiguous'; readonly reason: string }

const DUPLICATE = /client.?order.?id must be unique/i
/**
 * What a transport says when it has written nothing. The system's own codes prove nothing: a connection that stood and was written
 * to also ends with EHOSTUNREACH, ENETUNREACH or ECONNREFUSED when the network behind it goes.
 */
const BEFORE_THE_WRITE: ReadonlySet<string> = new Set(['NOT_CONNECTED', 'NOT_PERMITTED'])
/** A page of HTML from a proxy is no message. */
const LONGEST_MESSAGE = 300

interface ErrorShape {
  readonly name?: unknown
  readonly status?: unknown
  readonly code?: unknown
  readonly message?: unknown
  readonly cause?: unknown
}

/** The codes of an error and of everything that caused it. */
function codesOf(error: unknown): string[] {
  const codes: string[] = []
  for (let current = error as ErrorShape | undefined, depth = 0; typeof current === 'object' && current !== null && depth < 5; depth += 1) {
    if (typeof current.code === 'string') codes.push(current.code)
    current = current.cause as ErrorShape | undefined
  }
  return codes
}

function deepest(error: unknown): unknown {
  const { cause } = error as ErrorShape
  return cause instanceof Error ? deepest(cause) : error
}

/**
 * Sorts what the SDK threw: by name, status, code and message. Never by class: the SDK has three copies of each.
 */
export function classifyError(error: unknown): RestFailure {
  const { status, code, message } = (typeof error === 'object' && error !== null ? error : {}) as ErrorShape
  if (typeof status === 'number') {
    const text = (typeof message === 'string' ? message : '').slice(0, LONGEST_MESSAGE)
    if (status === 429) return { kind: 'not_sent', reason: 'Alpaca answered 429: too many requests', retryable: true }
    if (status === 408 || status >= 500) return { kind: 'ambiguous', reason: `Alpaca answered ${status}` }
    if ((status === 409 || status === 422) && DUPLICATE.test(text)) return { kind: 'duplicate' }
    if (status >= 400) return { kind: 'refused', status, code: typeof code === 'string' || typeof code === 'number' ? String(code) : String(status), message: text }
    return { kind: 'ambiguous', reason: `Alpaca answered ${status}` }
  }
  const codes = codesOf(error)
  const reason = describe(deepest(error))
  if (codes.includes('REDIRECTED')) return { kind: 'not_sent', reason: `${reason}: check the base URL`, retryable: false }
  if (codes.some((each) => BEFORE_THE_WRITE.has(each))) return { kind: 'not_sent', reason, retryable: true }
  return { kind: 'ambiguous', reason }
}
