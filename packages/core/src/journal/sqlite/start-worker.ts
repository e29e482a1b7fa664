import { Worker } from 'node:worker_threads'
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

/**
 * The one answer of a thread that is started for it.
 * @throws SluiceError ABORTED, JOURNAL_FAILED when it dies
 */
export async function askWorker<Answer>(file: URL, task: WorkerTask, path: string, signal?: AbortSignal): Promise<Answer> {
  const worker = startWorker(file, task)
  try {
    return await new Promise<Answer>((resolve, reject) => {
      signal?.addEventListener('abort', () => { reject(new SluiceError('ABORTED', 'the verification was given up', { cause: signal.reason })) }, { once: true })
      worker.once('message', resolve)
      worker.once('error', (error) => { reject(diedError(path, error)) })
      worker.once('exit', () => { reject(diedError(path, 'it ended without a report')) })
    })
  } finally {
    await worker.terminate()
  }
}
