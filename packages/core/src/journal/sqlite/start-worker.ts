import { Worker } from 'node:worker_threads'
import { systemClock } from '../../runtime/clock.ts'
import { SluiceError } from '../../runtime/errors.ts'
import { diedError, type WorkerTask } from './worker-protocol.ts'

/** The worker's file, when it can be found: not in a bundle of one file without the package beside it. */
export function findWorker(): URL | undefined {
  try {
    return new URL(import.meta.resolve('@sluice/core/sqlite/worker'))
  } catch {
    return undefined
  }
}

/**
 * Of the host's own options only where its packages are found. Others have no place in a thread with a file of its own (`--eval`), or
 * are refused there: those of V8, such as `--max-old-space-size`.
 */
function conditionsOf(flags: readonly string[]): string[] {
  return flags.flatMap((flag, index) => {
    if (flag === '-C' || flag === '--conditions') return [`--conditions=${flags[index + 1] ?? ''}`]
    return flag.startsWith('--conditions=') ? [flag] : []
  })
}

export function startWorker(file: URL, task: WorkerTask): Worker {
  return new Worker(file, { workerData: task, execArgv: conditionsOf(process.execArgv) })
}

/** How long a thread that has nothing left to do may take to end by itself, in ms. */
const LAST_WORDS = 2000

/** Resolves when the thread has ended: by itself if it can, so that it is not cut off in the middle of what it still puts away. */
export function ended(worker: Worker): Promise<void> {
  // Ended already.
  if (worker.threadId === -1) return Promise.resolve()
  return new Promise((resolve) => {
    const timer = systemClock.setTimer(() => { void worker.terminate() }, LAST_WORDS, true)
    worker.once('exit', () => {
      timer.cancel()
      resolve()
    })
  })
}

/**
 * The one answer of a thread that is started for it.
 * @throws SluiceError ABORTED, JOURNAL_FAILED when it dies
 */
export async function askWorker<Answer>(file: URL, task: WorkerTask, path: string, signal?: AbortSignal): Promise<Answer> {
  const worker = startWorker(file, task)
  try {
    return await new Promise<Answer>((resolve, reject) => {
      signal?.addEventListener('abort', () => {
        reject(new SluiceError('ABORTED', 'the verification was given up', { cause: signal.reason }))
        void worker.terminate()
      }, { once: true })
      worker.once('message', resolve)
      worker.once('error', (error) => { reject(diedError(path, error)) })
      worker.once('exit', () => { reject(diedError(path, 'it ended without a report')) })
    })
  } finally {
    await ended(worker)
  }
}
