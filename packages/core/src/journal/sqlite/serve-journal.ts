import type { SluiceError } from '../../runtime/errors.ts'
import type { Outcome } from './group-commit.ts'
import type { JournalEngine } from './journal-engine.ts'
import type { JournalOperation } from './journal-operation.ts'
import { closedError, stoppedError, toJournalError } from './sqlite-error.ts'
import { toWire, type WorkerAnswer, type WorkerMessage, type WorkerRequest } from './worker-protocol.ts'

/** The worker's end of the line. */
export interface ServerPort {
  send(message: WorkerMessage): void
  /** Calls back once, after whatever else has arrived by now. */
  later(work: () => void): void
  /** The file is closed, and everything is answered: the thread may end. */
  end(): void
}

/** Longest group: it bounds how long the first of it waits. */
const LARGEST_GROUP = 1024

const toAnswer = (outcome: Outcome): WorkerAnswer => ('refusal' in outcome ? { error: toWire(outcome.refusal) } : { value: outcome.value })

/**
 * Serves requests in their order: writes that arrive together share one transaction, a question between two writes sees the
 * first and not the second. After a failed transaction every write is refused and questions are still answered.
 */
export function serveJournal(open: () => JournalEngine, path: string, port: ServerPort): (requests: readonly WorkerRequest[]) => void {
  let engine: JournalEngine | undefined
  let failure: SluiceError | undefined
  let ended: SluiceError | undefined
  try {
    engine = open()
  } catch (error) {
    ended = toJournalError(error, path)
  }
  let queue: WorkerRequest[] = []

  const commit = (operations: readonly JournalOperation[]): readonly WorkerAnswer[] => {
    const refused = ended ?? failure
    if (refused === undefined) {
      try {
        return (engine as JournalEngine).commit(operations).map(toAnswer)
      } catch (error) {
        failure = stoppedError(error, path)
      }
    }
    const answer: WorkerAnswer = { error: toWire(refused ?? failure as SluiceError) }
    return operations.map(() => answer)
  }

  const attempt = (work: () => unknown): WorkerAnswer => {
    if (ended !== undefined) return { error: toWire(ended) }
    try {
      return { value: work() }
    } catch (error) {
      return { error: toWire(toJournalError(error, path)) }
    }
  }

  const startCopy = (target: string): void => {
    (engine as JournalEngine).copy(target).then(
      () => { port.send({ copied: { value: undefined } }) },
      (error: unknown) => { port.send({ copied: { error: toWire(toJournalError(error, target)) } }) },
    )
  }

  const close = (): WorkerAnswer => {
    // A file that never opened is closed already.
    if (ended !== undefined) return { value: undefined }
    const answer = attempt(() => { engine?.close() })
    ended = closedError(path)
    return answer
  }

  const serveGroup = (): readonly WorkerAnswer[] => {
    const first = queue[0] as WorkerRequest
    if (!('run' in first)) {
      queue = queue.slice(1)
      if ('ask' in first) return [attempt(() => engine?.ask(first.ask))]
      return ['copy' in first ? attempt(() => { startCopy(first.copy) }) : close()]
    }
    const other = queue.findIndex((request) => !('run' in request))
    const size = Math.min(other === -1 ? queue.length : other, LARGEST_GROUP)
    const group = queue.slice(0, size) as readonly { readonly run: JournalOperation }[]
    queue = queue.slice(size)
    return commit(group.map(({ run }) => run))
  }

  const serve = (): void => {
    const isClosing = 'close' in (queue[0] as WorkerRequest)
    port.send({ answers: serveGroup() })
    if (queue.length > 0) port.later(serve)
    else if (isClosing) port.end()
  }

  return (requests) => {
    if (queue.length === 0) port.later(serve)
    // One by one: a spread of many arguments overflows the stack.
    for (const request of requests) queue.push(request)
  }
}
