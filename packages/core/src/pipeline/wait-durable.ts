import { sleep } from '../runtime/clock.ts'
import { SluiceError } from '../runtime/errors.ts'
import type { PipelineContext } from './context.ts'

/** What must not be held up waits this long for the journal, then goes on without it. */
const JOURNAL_WAIT = 50

/** Waits for the journal, but not long, and not at all for a dead one: what was recorded counts in memory already. */
export async function waitBriefly(context: PipelineContext, recorded: Promise<unknown>): Promise<void> {
  await Promise.race([recorded.catch(() => undefined), sleep(context.clock, JOURNAL_WAIT)])
}

/**
 * Waits until new risk is durable, or for what the journal knows of it. A journal that does not answer within the time an order may take has failed: nobody may wait
 * for it for ever.
 */
export function waitDurable<Value>(context: PipelineContext, recorded: Promise<Value>): Promise<Value> {
  const { submitTimeout } = context.timing
  return new Promise((resolve, reject) => {
    const timer = context.clock.setTimer(() => {
      const error = new SluiceError('JOURNAL_FAILED', `the journal has not answered for ${submitTimeout} ms`, { retryable: true })
      context.journalFailed(error)
      reject(error)
    }, submitTimeout)
    const settled = (end: () => void): void => {
      timer.cancel()
      end()
    }
    recorded.then((value) => { settled(() => { resolve(value) }) }, (error: unknown) => { settled(() => { reject(error) }) })
  })
}
