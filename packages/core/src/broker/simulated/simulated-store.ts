/**
 * Where a simulated broker keeps its books. It commits before it answers, so that a broker with a durable store survives the
 * death of the process just as a real one would.
 */
export interface SimulatedStore {
  /** Everything committed so far. */
  load(): Promise<ReadonlyMap<string, string>>
  /** Writes all entries or none; `undefined` deletes. Resolves when they are durable. Calls are applied in order. */
  commit(entries: ReadonlyMap<string, string | undefined>): Promise<void>
  close(): Promise<void>
}

/** Books that end with the process. */
export function memoryStore(): SimulatedStore {
  const entries = new Map<string, string>()
  return {
    load: () => Promise.resolve(new Map(entries)),
    commit: (changes) => {
      for (const [key, value] of changes) {
        if (value === undefined) entries.delete(key)
        else entries.set(key, value)
      }
      return Promise.resolve()
    },
    close: () => Promise.resolve(),
  }
}
