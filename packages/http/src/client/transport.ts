import type { Problem } from '../answer/problem.ts'
import { ExecutionClientError } from './client-error.ts'
import { type ClientTiming, hostTiming, type RetryRules, withRetries } from './retry.ts'
import { after, untilDate } from './runtime/timing.ts'

/** A request about to be sent, for headers that depend on it: a signature. */
export interface OutgoingRequest {
  readonly method: string
  /** As given to `fetch`: relative where the base URL is. */
  readonly url: string
  /** The body's text, exactly as it is sent. */
  readonly body: string | undefined
  /** Headers that are sent besides. */
  readonly headers: Readonly<Record<string, string>>
}

export interface TransportOptions {
  /** Where the API is mounted, for example `/api/v1/execution`. */
  readonly baseUrl: string
  /** Headers of each request, asked for anew each time: a token that is short-lived belongs here. Default none. */
  readonly getHeaders?: (request: OutgoingRequest) => HeadersInit | Promise<HeadersInit>
  /** Default: the host's `fetch`. */
  readonly fetch?: typeof fetch
  /** Whether cookies go along. Default `same-origin`. */
  readonly credentials?: RequestCredentials
  /** How long an answer may take, in ms. Default 20 000. */
  readonly timeout?: number
  /**
   * How often a request is sent again when the connection breaks or the server says that it may be: reads, cancels, the kill switch,
   * and orders with their own key. Never a code, a release or a replace. False for never. Default 3 attempts.
   */
  readonly retry?: RetryRules | false
  /** Default: the host's timers and generator. */
  readonly timing?: ClientTiming
}

/** One request. */
interface Ask {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Under the base URL. */
  readonly path: string
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal | undefined
  /** True when the same request may be sent again without harm. */
  readonly repeatable?: boolean
  readonly idempotencyKey?: string
  /** Gets the headers of a good answer. */
  readonly onHeaders?: (headers: Headers) => void
}

export interface Transport {
  /** Sends a request and gives the response as it comes. */
  readonly open: (ask: Ask, signal: AbortSignal) => Promise<Response>
  /**
   * The JSON of a good answer, or the order inside a problem: a denied or rejected order is an answer.
   * @throws ExecutionClientError
   */
  readonly ask: <Value>(ask: Ask) => Promise<Value>
}

/** The problem in a response that is not good; undefined when something else answered. */
export async function problemOf(response: Response): Promise<Problem | undefined> {
  const value = (await response.json().catch(() => undefined)) as Problem | undefined
  return typeof value?.code === 'string' ? value : undefined
}

export function errorOf(response: Response, problem: Problem | undefined, details: { readonly idempotencyKey?: string } = {}): ExecutionClientError {
  const { status } = response
  return new ExecutionClientError(problem?.code ?? 'RESPONSE_INVALID', problem?.detail ?? `HTTP ${status}`, {
    status, retryable: problem?.retryable ?? (status >= 500 || status === 429), retryAfter: retryAfterOf(response), ...(problem !== undefined && { problem }), ...details,
  })
}

/** Milliseconds of a Retry-After header: seconds, or a date as proxies write it. */
export function retryAfterOf({ headers }: Response): number | undefined {
  const text = headers.get('Retry-After')
  if (text === null) return undefined
  const wait = /^\d+$/.test(text) ? 1000 * Number(text) : untilDate(text)
  return wait >= 0 ? wait : undefined
}

function notSent(cause: unknown, key: { readonly idempotencyKey?: string } = {}): ExecutionClientError {
  return new ExecutionClientError('ABORTED', 'given up before anything was sent', { ...key, cause, retryable: true })
}

export function createTransport(options: TransportOptions): Transport {
  const { getHeaders, credentials = 'same-origin', timeout = 20_000, retry = {}, timing = hostTiming } = options
  const baseUrl = options.baseUrl.replace(/\/$/, '')
  const send = options.fetch ?? ((input: RequestInfo | URL, init?: RequestInit) => fetch(input, init))

  const open = async ({ method, path, body, headers }: Ask, signal: AbortSignal): Promise<Response> => {
    const url = baseUrl + path
    const text = body === undefined ? undefined : JSON.stringify(body)
    const own = { ...headers, ...(text !== undefined && { 'Content-Type': 'application/json' }) }
    const all = new Headers(await (async () => getHeaders?.({ method, url, body: text, headers: own }))().catch((cause: unknown) => { throw notSent(cause) }))
    for (const [name, value] of Object.entries(own)) all.set(name, value)
    signal.throwIfAborted()
    return send(url, { method, headers: all, credentials, cache: 'no-store', signal, ...(text !== undefined && { body: text }) })
  }

  const once = async <Value>(ask: Ask): Promise<Value> => {
    const { method, signal, repeatable = method === 'GET', idempotencyKey } = ask
    const key = idempotencyKey === undefined ? {} : { idempotencyKey }
    if (signal?.aborted === true) throw notSent(signal.reason, key)
    const controller = new AbortController()
    const abort = (): void => { controller.abort() }
    const stop = after(timeout, abort)
    signal?.addEventListener('abort', abort)
    const lost = (cause: unknown, response?: Response): ExecutionClientError => {
      const details = { status: response?.status ?? 0, retryAfter: response && retryAfterOf(response), cause }
      return method === 'GET'
        ? new ExecutionClientError('NETWORK_FAILED', 'the server did not answer', { ...details, retryable: true })
        : new ExecutionClientError('OUTCOME_UNKNOWN', 'sent, but no answer came: it may have taken effect', { ...details, retryable: repeatable, ...key })
    }
    try {
      const response = await open(ask, controller.signal)
      if (response.ok) {
        ask.onHeaders?.(response.headers)
        return (await response.json()) as Value
      }
      const problem = await problemOf(response)
      if (problem?.order !== undefined) return problem.order as Value
      // A proxy that gave up waiting knows no more than a broken connection does.
      if (problem === undefined && response.status >= 500) throw lost(undefined, response)
      throw errorOf(response, problem, key)
    } catch (error) {
      throw ExecutionClientError.isInstance(error) ? error : lost(error)
    } finally {
      stop()
      signal?.removeEventListener('abort', abort)
    }
  }

  return {
    open,
    ask: (ask) => {
      const { signal, repeatable = ask.method === 'GET' } = ask
      return repeatable && retry !== false ? withRetries(() => once(ask), retry, timing, signal) : once(ask)
    },
  }
}
