/** What is known of a sink as a whole, from all of its accounts. */
export interface SinkHealth {
  /** Grows with every batch that was taken. */
  readonly taken: number
  tookBatch(): void
}

export function createSinkHealth(): SinkHealth {
  let taken = 0
  return {
    get taken() { return taken },
    tookBatch: () => { taken += 1 },
  }
}
