import { describeError, type ErrorCode, SluiceError } from '../../runtime/errors.ts'
import type { EventPage } from './event-page.ts'
import type { JournalOperation } from './journal-operation.ts'
import type { JournalQuery } from './journal-reader.ts'

function isPage(value: unknown): value is EventPage {
  return typeof value === 'object' && value !== null && 'text' in value && value.text instanceof Uint8Array
}

/** What a thread is started for: to keep a journal, to verify one, or to verify what is no event in one. */
export type WorkerTask = { readonly keep: string } | { readonly verify: string } | { readonly verifyRest: string }

/** One thing asked of the worker. Answers come in the same order, so that they need no names. */
export type WorkerRequest = { readonly run: JournalOperation } | { readonly ask: JournalQuery } | { readonly copy: string } | { readonly close: true }

/** What the worker sends: answers in the order of the requests, and by itself the end of a copy. */
export type WorkerMessage = { readonly answers: readonly WorkerAnswer[] } | { readonly copied: WorkerAnswer }

/** What changes hands instead of being copied: the bytes of pages. */
export function buffersIn(message: WorkerMessage): ArrayBuffer[] {
  const values = 'answers' in message ? message.answers.flatMap((answer) => ('value' in answer ? answer.value : [])) : []
  return values.flatMap((value) => (isPage(value) ? [value.text, ...(value.evaluations === null ? [] : [value.evaluations])] : [])).map(({ buffer }) => buffer as ArrayBuffer)
}

/** An error as it crosses threads. */
export interface WireError {
  readonly code: ErrorCode
  readonly message: string
  readonly retryable: boolean
}

/** The answer to one request. */
export type WorkerAnswer = { readonly value: unknown } | { readonly error: WireError }

export function toWire(error: SluiceError): WireError {
  return { code: error.code, message: error.message, retryable: error.retryable }
}

export function fromWire({ code, message, retryable }: WireError): SluiceError {
  return new SluiceError(code, message, { retryable })
}

/** The end of a worker that died: what was under way is in doubt, what comes later is refused. */
export function diedError(path: string, cause: unknown): SluiceError {
  return new SluiceError('JOURNAL_FAILED', `${path}: the journal's thread died (${describeError(cause)}); reopen the journal`, { retryable: true, cause })
}
