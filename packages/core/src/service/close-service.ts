import type { AccountBook } from '../pipeline/book/account-book.ts'
import type { PipelineContext } from '../pipeline/context.ts'
import type { EventHub } from '../streams/event-hub.ts'
import type { Pipeline } from './create-pipeline.ts'

const PAUSE = 5
const closing = new WeakMap<Pipeline, Promise<void>>()

const isBusy = (book: AccountBook, journalFailed: boolean): boolean =>
  book.inFlight > 0 || book.flights.size > 0 || (!journalFailed && book.durableSequence < book.sequence)

/** Keeps the process alive: closing in an orderly way is the last thing it waits for. */
function pause({ clock }: PipelineContext): Promise<void> {
  return new Promise((resolve) => { clock.setTimer(resolve, PAUSE, true) })
}

async function close(pipeline: Pipeline, hub: EventHub): Promise<void> {
  const { context } = pipeline
  pipeline.beginClose()
  const deadline = context.clock.monotonic() + context.timing.submitTimeout
  // What is on its way gets its verdict; what does not by then is found by the look-up of the next start.
  const isWorking = (): boolean => [...context.books.values()].some((book) => isBusy(book, context.journalFailure !== undefined))
  while (isWorking() && context.clock.monotonic() < deadline) await pause(context)
  pipeline.abort()
  await Promise.allSettled([...context.brokers.values()].map((link) => link.adapter.close()))
  hub.close()
  // A journal that has failed keeps no snapshot; the next start replays what there is.
  const quiet = [...context.books.values()].filter((book) => context.journalFailure === undefined && book.durableSequence === book.sequence)
  await Promise.allSettled(quiet.map((book) => book.saveSnapshot()))
  await context.journal.close()
}

/** Stops intake, waits for verdicts, then closes brokers, streams and journal. Calling it again waits for the same end. */
export function closeService(pipeline: Pipeline, hub: EventHub): Promise<void> {
  const running = closing.get(pipeline) ?? close(pipeline, hub)
  closing.set(pipeline, running)
  return running
}
