import type { Answer } from '../answer/answer.ts'

/** A request as the routes see it, whatever host it came through. */
export interface ApiRequest {
  readonly method: string
  /** The address without its query, as the client sent it. */
  readonly path: string
  /** What follows the question mark; empty without one. */
  readonly query: string
  /** `https://host:port`, as the client addressed us. */
  readonly origin: string
  /** A header by its name in lower case. */
  header(name: string): string | undefined
  /** Aborts when the client leaves. */
  readonly signal: AbortSignal
  /** Makes the signal abort although the client is still there: nobody will read what comes of it. */
  abandon(): void
  /**
   * Reads the body. No more than the limit is kept of it.
   * @throws Refusal 413, 408, or 400 when it broke off or is no UTF-8
   */
  body(): Promise<RequestBody>
  /** The web request, for the host's own functions. */
  readonly web: Request
  /** A web response for the edge this came through, where that one takes more than a platform's own. */
  toResponse?(answer: Answer): Response
}

export interface RequestBody {
  readonly text: string
  /**
   * False when a body parser took the bytes and what it made of them, written out again, has another length: then the sender's
   * text may have had a key twice, of which only one is left.
   */
  readonly isProven: boolean
}

/** How bodies are read. */
export interface BodyRules {
  /** Largest body, in bytes. */
  readonly limit: number
  /** Begins the time a body has to arrive in. Returns how to end it. */
  readonly begin: (onLate: () => void) => () => void
}
