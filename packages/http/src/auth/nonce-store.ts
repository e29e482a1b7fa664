/**
 * Which signed requests were seen, for several processes that serve one endpoint: a table with a unique key, or a key-value store that sets only
 * what is not there.
 */
export interface NonceStore {
  /**
   * Takes a nonce in one step. Resolves to whether it was not there before. What it throws is a failure of ours: the request is refused with 503,
   * save a cancel, which this process then remembers alone.
   * @param expiresAt until when it has to be kept, in ms since 1970; after that no process takes the request any more
   */
  take(nonce: string, expiresAt: number): boolean | Promise<boolean>
}
