import { describeError } from '../../runtime/errors.ts'
import type { SimulatedStore } from './simulated-store.ts'

/** Holds back what the outside may learn until the books it rests on are in the store. */
export interface Committer {
  /** Calls `done` once all changes made so far are durable, or `failed` when that is not possible. In the order of the calls. */
  afterCommit(done: () => void, failed: (reason: string) => void): void
}

interface Waiter {
  readonly done: () => void
  readonly failed: (reason: string) => void
}

/** One commit at a time; what comes meanwhile shares the next one. The first failure is the last commit. */
export function createCommitter(store: SimulatedStore, takeChanges: () => ReadonlyMap<string, string | undefined>): Committer {
  let waiting: Waiter[] = []
  let busy = false
  let failure: string | undefined

  const settle = (waiters: readonly Waiter[]): void => {
    for (const { done, failed } of waiters) {
      if (failure === undefined) done()
      else failed(failure)
    }
  }
  const pump = async (changes: ReadonlyMap<string, string | undefined>, first: readonly Waiter[]): Promise<void> => {
    let batch = { changes, waiters: first }
    for (;;) {
      try {
        if (batch.changes.size > 0 && failure === undefined) await store.commit(batch.changes)
      } catch (error) {
        failure = `the simulated books could not be written: ${describeError(error)}`
      }
      settle(batch.waiters)
      if (waiting.length === 0) break
      batch = { changes: takeChanges(), waiters: waiting }
      waiting = []
    }
    busy = false
  }
  return {
    afterCommit: (done, failed) => {
      if (busy) {
        waiting.push({ done, failed })
        return
      }
      const changes = takeChanges()
      if (changes.size === 0) {
        settle([{ done, failed }])
        return
      }
      busy = true
      void pump(changes, [{ done, failed }])
    },
  }
}
