/** Headers that change what a request means; a missing one is signed as missing. In lower case. */
export const SIGNED_HEADERS: readonly string[] = ['content-type', 'idempotency-key', 'if-match', 'last-event-id']

export interface SignedParts {
  readonly method: string
  /** Path and query, as sent. */
  readonly target: string
  /** Milliseconds since 1970. */
  readonly time: string
  readonly nonce: string
  /** Values of `SIGNED_HEADERS`, empty where missing. */
  readonly headers: readonly string[]
  /** SHA-256 of the body's bytes, in hex. */
  readonly bodyHash: string
}

/** What both sides sign. No part can hold a line end, so that no two requests read the same. */
export function textToSign({ method, target, time, nonce, headers, bodyHash }: SignedParts): string {
  return ['sluice-request-1', method, target, time, nonce, ...headers, bodyHash].join('\n')
}
