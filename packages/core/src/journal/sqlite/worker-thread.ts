import { Worker } from 'node:worker_threads'
import type { JournalThread } from './journal-thread.ts'
import { closedError } from './sqlite-error.ts'
import { diedError, fromWire, type WorkerAnswer, type WorkerRequest } from './worker-protocol.ts'

interface Waiting {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

/** Options of the host that do not fit a thread with a file of its own: `node -e`, `node --input-type=module`. */
const FOREIGN_FLAGS = /^(?:-e|-p|-pe|--eval|--print|--input-type|--inspect|--test|--watch)/

/**
 * Works on the file on a thread of its own: the event loop never waits for the disk, and what arrives together shares one
 * sync. A thread that dies is a failed journal: everything under way is rejected, nothing hangs.
 */
export function workerThread(path: string, file: URL): JournalThread {
  const worker = new Worker(file, { workerData: path, execArgv: process.execArgv.filter((flag) => !FOREIGN_FLAGS.test(flag)) })
  let waiting: Waiting[] = []
  let outbox: WorkerRequest[] = []
  let failure: Error | undefined
  let closing: Promise<void> | undefined
  // Only what somebody waits for keeps the process alive.
  worker.unref()

  const flush = (): void => {
    const requests = outbox
    outbox = []
    if (failure === undefined) worker.postMessage(requests)
  }

  const request = (item: WorkerRequest): Promise<unknown> => {
    if (failure !== undefined) return Promise.reject(failure)
    if (waiting.length === 0) worker.ref()
    if (outbox.length === 0) queueMicrotask(flush)
    outbox.push(item)
    return new Promise((resolve, reject) => { waiting.push({ resolve, reject }) })
  }

  const end = (error: Error): void => {
    failure ??= error
    const rest = waiting
    waiting = []
    for (const { reject } of rest) reject(failure)
  }

  worker.on('message', (answers: readonly WorkerAnswer[]) => {
    const answered = waiting.slice(0, answers.length)
    waiting = waiting.slice(answers.length)
    if (waiting.length === 0) worker.unref()
    for (const [index, { resolve, reject }] of answered.entries()) {
      const answer = answers[index] as WorkerAnswer
      if ('error' in answer) reject(fromWire(answer.error))
      else resolve(answer.value)
    }
  })
  worker.on('error', (error) => { end(diedError(path, error)) })
  worker.on('exit', (code) => { end(diedError(path, `it ended with code ${code}`)) })

  const close = async (): Promise<void> => {
    try {
      // A thread that has died holds nothing any more.
      if (failure === undefined) await request({ close: true })
    } finally {
      end(closedError(path))
      await worker.terminate()
    }
  }

  return {
    thread: 'worker',
    run: (operation) => (closing === undefined ? request({ run: operation }) : Promise.reject(closedError(path))),
    ask: (query) => (closing === undefined ? request({ ask: query }) : Promise.reject(closedError(path))),
    close: () => { closing ??= close(); return closing },
  }
}
