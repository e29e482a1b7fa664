import type { Problem } from './problem.ts'

/** On every answer: trading state is never cached, never sniffed, never leaked by a referrer. */
const COMMON = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
}

export type AnswerHeaders = Readonly<Record<string, string>>

/** What a Node response can write without going through web streams. */
export interface PlainAnswer {
  readonly headers: AnswerHeaders
  readonly body: string | AsyncIterable<string>
}

const plainAnswers = new WeakMap<Response, PlainAnswer>()

/** The parts a response was made of, when it was made here. */
export function plainAnswerOf(response: Response): PlainAnswer | undefined {
  return plainAnswers.get(response)
}

/** Remembers the parts of a response for `plainAnswerOf`. */
export function rememberAnswer(response: Response, plain: PlainAnswer): Response {
  plainAnswers.set(response, plain)
  return response
}

function answerText(status: number, type: string, body: string, more: AnswerHeaders): Response {
  const headers = { 'Content-Type': type, ...COMMON, ...more }
  return rememberAnswer(new Response(body, { status, headers }), { headers, body })
}

export function answerJson(status: number, value: unknown, headers: AnswerHeaders = {}): Response {
  return answerText(status, 'application/json', JSON.stringify(value), headers)
}

export function answerProblem(problem: Problem, headers: AnswerHeaders = {}): Response {
  return answerText(problem.status, 'application/problem+json', JSON.stringify(problem), headers)
}

/** Headers of a stream: those of every answer, and what keeps proxies from buffering or rewriting it. */
export const streamHeaders: AnswerHeaders = {
  ...COMMON,
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-store, no-transform',
  'X-Accel-Buffering': 'no',
}
