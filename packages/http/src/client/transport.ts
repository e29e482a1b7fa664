import type { Problem } from '../answer/problem.ts'
import { ExecutionClientError } from './client-error.ts'
import { after } from './runtime/timing.ts'

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
    status, retryable: problem?.retryable ?? status >= 500, ...(problem !== undefined && { problem }), ...details,
  })
}

function notSent(cause: unknown, key: { readonly idempotencyKey?: string } = {}): ExecutionClientError {
  return new ExecutionClientError('ABORTED', 'given up before anything was sent', { ...key, cause, retryable: true })
}

export function createTransport(options: TransportOptions): Transport {
  const { getHeaders, credentials = 'same-origin', timeout = 20_000 } = options
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

  return {
    open,
    ask: async <Value>(ask: Ask) => {
      const { method, signal, repeatable = method === 'GET', idempotencyKey } = ask
      const key = idempotencyKey === undefined ? {} : { idempotencyKey }
      if (signal?.aborted === true) throw notSent(signal.reason, key)
      const controller = new AbortController()
      const abort = (): void => { controller.abort() }
      const stop = after(timeout, abort)
      signal?.addEventListener('abort', abort)
      const lost = (cause: unknown, status = 0): ExecutionClientError => method === 'GET'
        ? new ExecutionClientError('NETWORK_FAILED', 'the server did not answer', { status, retryable: true, cause })
        : new ExecutionClientError('OUTCOME_UNKNOWN', 'sent, but no answer came: it may have taken effect', { status, retryable: repeatable, ...key, cause })
      try {
        const response = await open(ask, controller.signal)
        if (response.ok) {
          ask.onHeaders?.(response.headers)
          return (await response.json()) as Value
        }
        const problem = await problemOf(response)
        if (problem?.order !== undefined) return problem.order as Value
        // A proxy that gave up waiting knows no more than a broken connection does.
        if (problem === undefined && response.status >= 500) throw lost(undefined, response.status)
        throw errorOf(response, problem, key)
      } catch (error) {
        throw ExecutionClientError.isInstance(error) ? error : lost(error)
      } finally {
        stop()
        signal?.removeEventListener('abort', abort)
      }
    },
  }
}
