import type { JournalThread } from './journal-thread.ts'
import { closedError } from './sqlite-error.ts'
import type { VerifyReport } from './verify-report.ts'
import { askWorker, ended, startWorker } from './start-worker.ts'
import { finishBackup } from './finish-backup.ts'
import { diedError, fromWire, type WorkerAnswer, type WorkerMessage, type WorkerRequest } from './worker-protocol.ts'

interface Waiting {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

/**
 * Works on the file on a thread of its own: the event loop never waits for the disk, and what arrives together shares one
 * sync. A thread that dies is a failed journal: everything under way is rejected, nothing hangs.
 */
export function workerThread(path: string, file: URL): JournalThread {
  const worker = startWorker(file, { keep: path })
  let waiting: Waiting[] = []
  let outbox: WorkerRequest[] = []
  let failure: Error | undefined
  let closing: Promise<void> | undefined
  let copying: Promise<unknown> = Promise.resolve()
  let copied: Waiting | undefined
  // Only what somebody waits for keeps the process alive.
  const letGo = (): void => { if (waiting.length === 0 && copied === undefined) worker.unref() }
  letGo()

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
    copied?.reject(failure)
  }

  const settle = ({ resolve, reject }: Waiting, answer: WorkerAnswer): void => {
    if ('error' in answer) reject(fromWire(answer.error))
    else resolve(answer.value)
  }

  worker.on('message', (message: WorkerMessage) => {
    if ('copied' in message) {
      if (copied !== undefined) settle(copied, message.copied)
      copied = undefined
      letGo()
      return
    }
    const { answers } = message
    const answered = waiting.slice(0, answers.length)
    waiting = waiting.slice(answers.length)
    letGo()
    for (const [index, request] of answered.entries()) settle(request, answers[index] as WorkerAnswer)
  })
  worker.on('error', (error) => { end(diedError(path, error)) })
  worker.on('exit', (code) => { end(diedError(path, `it ended with code ${code}`)) })

  const copy = async (target: string): Promise<void> => {
    const end = new Promise((resolve, reject) => { copied = { resolve, reject } })
    end.catch(() => undefined)
    await request({ copy: target })
    await end
  }

  const close = async (): Promise<void> => {
    await copying
    try {
      // A thread that has died holds nothing any more.
      if (failure === undefined) await request({ close: true })
    } finally {
      end(closedError(path))
      await ended(worker)
    }
  }

  return {
    thread: 'worker',
    ahead: 4,
    run: (operation) => (closing === undefined ? request({ run: operation }) : Promise.reject(closedError(path))),
    ask: (query) => (closing === undefined ? request({ ask: query }) : Promise.reject(closedError(path))),
    backup: async (target) => {
      if (closing !== undefined) throw closedError(path)
      const made = copying.then(() => copy(target))
      copying = made.catch(() => undefined)
      await made
      return finishBackup(target, (partial) => askWorker<VerifyReport>(file, { verify: partial }, partial))
    },
    close: () => { closing ??= close(); return closing },
  }
}
