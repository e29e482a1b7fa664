import type { SluiceError } from '../../runtime/errors.ts'

/** What became of one operation of a group. A refusal wrote nothing and does not touch the others. */
export type Outcome = { readonly value: unknown } | { readonly refusal: SluiceError }

/** Runs a group of operations as one transaction, in order; returns when it is durable. A throw means that nothing counts. */
export type CommitGroup<Operation> = (operations: readonly Operation[]) => readonly Outcome[]

/** Collects the writes of one turn of the event loop into one transaction, so that they share one sync. */
export interface GroupCommit<Operation> {
  /** Resolves when the operation is durable. Operations run in the order of the calls. */
  run(operation: Operation): Promise<unknown>
  /** Why it stopped, once it has. */
  readonly failure: SluiceError | undefined
  /** Writes what is queued, then refuses everything with `reason`. */
  close(reason: SluiceError): void
}

interface Waiting<Operation> {
  readonly operation: Operation
  readonly resolve: (value: unknown) => void
  readonly reject: (error: SluiceError) => void
}

/** Longest group: one transaction of this size takes a few milliseconds of the event loop. */
const LARGEST_GROUP = 1024

/**
 * Group commit on the calling thread. The first failed transaction is the last: what was queued and whatever comes later is
 * rejected, for after a failed sync nobody can know what the disk holds.
 */
export function groupCommit<Operation>(commit: CommitGroup<Operation>, toError: (error: unknown) => SluiceError): GroupCommit<Operation> {
  let waiting: Waiting<Operation>[] = []
  let scheduled = false
  let failure: SluiceError | undefined

  const fail = (group: readonly Waiting<Operation>[], error: SluiceError): void => {
    failure = error
    const rest = waiting
    waiting = []
    for (const { reject } of [...group, ...rest]) reject(error)
  }

  const flush = (): void => {
    scheduled = false
    if (waiting.length === 0) return
    const group = waiting.length <= LARGEST_GROUP ? waiting : waiting.slice(0, LARGEST_GROUP)
    waiting = waiting.slice(group.length)
    let outcomes: readonly Outcome[]
    try {
      outcomes = commit(group.map(({ operation }) => operation))
    } catch (error) {
      fail(group, toError(error))
      return
    }
    for (const [index, { resolve, reject }] of group.entries()) {
      const outcome = outcomes[index] as Outcome
      if ('refusal' in outcome) reject(outcome.refusal)
      else resolve(outcome.value)
    }
    schedule()
  }

  const schedule = (): void => {
    if (scheduled || waiting.length === 0) return
    scheduled = true
    setImmediate(flush)
  }

  return {
    run: (operation) => {
      if (failure !== undefined) return Promise.reject(failure)
      return new Promise((resolve, reject) => {
        waiting.push({ operation, resolve, reject })
        schedule()
      })
    },
    get failure() { return failure },
    close: (reason) => {
      while (waiting.length > 0) flush()
      failure ??= reason
    },
  }
}
