import type { Permit } from '@sluice/core'

/** One HTTP request. */
export interface TransportRequest {
  readonly url: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
  /** Gives the request up. */
  readonly signal: AbortSignal
  /** Present on requests that make risk: ask it in the tick in which the bytes go out, and send none when it says no. */
  readonly permit: Permit | undefined
}

/** How requests reach Alpaca. */
export interface AlpacaTransport {
  /**
   * Resolves with the whole answer, whatever its status. Rejects when there is none: with a `TransportError` when it is certain
   * that nothing was written, with anything else when it is not.
   */
  send(request: TransportRequest): Promise<Response>
  close(): void
}

/** Why nothing was written. `REDIRECTED`: something between us and Alpaca answered in its place. */
export type TransportErrorCode = 'NOT_PERMITTED' | 'NOT_CONNECTED' | 'REDIRECTED'

/** The order certainly did not reach Alpaca. Recognise it by its `code`. */
export class TransportError extends Error {
  override readonly name = 'TransportError'
  readonly code: TransportErrorCode

  constructor(code: TransportErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
  }
}
