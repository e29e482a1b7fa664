import { createProblem, type Problem, type ProblemMembers } from './problem.ts'

/** Thrown wherever a request cannot be answered as it asks; becomes the problem it carries. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly problem: Problem
  readonly headers: Readonly<Record<string, string>>

  constructor(problem: Problem, headers: Readonly<Record<string, string>> = {}) {
    super(problem.detail)
    this.problem = problem
    this.headers = headers
  }
}

export function refuse(
  status: number, code: string, detail: string, members?: ProblemMembers, headers?: Readonly<Record<string, string>>,
): Refusal {
  return new Refusal(createProblem(status, code, detail, members), headers)
}

/** Seconds for Retry-After, from milliseconds: never zero, so that nobody comes back at once. */
export function retryAfter(milliseconds: number): Readonly<Record<string, string>> {
  return { 'Retry-After': String(Math.max(1, Math.ceil(milliseconds / 1000))) }
}

/** The one answer for orders that do not exist and for those of a foreign account. */
export function orderNotFound(): Refusal {
  return refuse(404, 'ORDER_NOT_FOUND', 'There is no such order in an account you may use.')
}

/** The one answer for accounts that do not exist and for foreign ones. */
export function accountNotFound(): Refusal {
  return refuse(404, 'ACCOUNT_NOT_FOUND', 'There is no such account among those you may use.')
}
