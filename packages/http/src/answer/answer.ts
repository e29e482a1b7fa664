import type { Problem } from './problem.ts'

export type AnswerHeaders = Readonly<Record<string, string>>

/** A body that comes piece by piece. */
export interface AnswerStream {
  readonly chunks: AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined>
  /** Ends the stream, also one that nobody reads. */
  readonly stop: () => void
  /** Tells how to cut the connection of a reader that takes nothing: it can be told nothing any more. */
  readonly onStall: (cut: () => void) => void
}

/** What a route answers, before it becomes a web response or goes onto a Node socket. */
export interface Answer {
  readonly status: number
  /** This answer's alone: whoever passes it on may add to them. */
  readonly headers: Record<string, string>
  readonly body: string | AnswerStream
}

/** On every answer: trading state is never cached, never sniffed, never leaked by a referrer. */
const COMMON = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
}

export function answerJson(status: number, value: unknown, headers: AnswerHeaders = {}): Answer {
  return { status, headers: { 'Content-Type': 'application/json', ...COMMON, ...headers }, body: JSON.stringify(value) }
}

export function answerProblem(problem: Problem, headers: AnswerHeaders = {}): Answer {
  return { status: problem.status, headers: { 'Content-Type': 'application/problem+json', ...COMMON, ...headers }, body: JSON.stringify(problem) }
}

/** Server-sent events, with what keeps proxies from buffering or rewriting them. */
export function answerEvents(body: string | AnswerStream): Answer {
  const headers = { ...COMMON, 'Content-Type': 'text/event-stream; charset=utf-8', 'Cache-Control': 'no-store, no-transform', 'X-Accel-Buffering': 'no' }
  return { status: 200, headers, body }
}
