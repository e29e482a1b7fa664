import type { KafkaRecord, RecordWriter } from './kafka-record.ts'
import { toSinkError } from './to-sink-error.ts'

interface Job {
  readonly records: readonly KafkaRecord[]
  readonly bytes: number
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

/** Brings what many accounts want to write into as few calls as possible, one call at a time: nothing can overtake anything. */
export interface RecordQueue {
  /** Resolves when these records are written; they are not taken apart. */
  add(records: readonly KafkaRecord[], bytes: number): Promise<void>
  /** Resolves when the queue is empty. */
  idle(): Promise<void>
}

export function createRecordQueue(writer: () => Promise<RecordWriter>, maximumBytes: number): RecordQueue {
  let waiting: Job[] = []
  let running: Promise<void> | undefined

  const takeJobs = (): Job[] => {
    let bytes = 0
    const end = waiting.findIndex((job, index) => { bytes += job.bytes; return index > 0 && bytes > maximumBytes })
    const jobs = end === -1 ? waiting : waiting.slice(0, end)
    waiting = waiting.slice(jobs.length)
    return jobs
  }
  const write = async (jobs: readonly Job[]): Promise<void> => {
    try {
      await (await writer()).write(jobs.flatMap(({ records }) => records))
      for (const { resolve } of jobs) resolve()
    } catch (cause) {
      const error = toSinkError(cause)
      // Whose record it is shows when each account goes alone: no other account may suffer for it.
      if (error.code === 'EVENT_REFUSED' && jobs.length > 1) for (const job of jobs) await write([job])
      else for (const { reject } of jobs) reject(error)
    }
  }
  const run = async (): Promise<void> => {
    // Accounts that are ready in the same tick share a call.
    await Promise.resolve()
    while (waiting.length > 0) await write(takeJobs())
    running = undefined
  }

  return {
    add: (records, bytes) => new Promise((resolve, reject) => {
      waiting.push({ records, bytes, resolve, reject })
      running ??= run()
    }),
    idle: async () => { await running },
  }
}
