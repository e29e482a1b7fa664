import type { z } from 'zod'
import type { ProblemError } from '../answer/problem.ts'
import { pointerOf } from '../answer/problem.ts'
import { refuse } from '../answer/refusal.ts'

const SHOWN = 64
/** More than a person reads. */
const MOST_ERRORS = 20

function errorsOf(issue: z.core.$ZodIssue): ProblemError[] {
  const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part).slice(0, SHOWN)))
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.slice(0, MOST_ERRORS).map((key) => key.slice(0, SHOWN)).map((key) => ({ pointer: pointerOf([...path, key]), rule: 'unknown_field', message: `${key} is not a field here` }))
  }
  const rule = issue.input === undefined ? 'required' : 'value'
  return [{ pointer: pointerOf(path), rule, message: `${path.join('.')} ${rule === 'required' ? 'is required' : issue.message}` }]
}

/**
 * The value as the schema has it.
 * @throws Refusal 422 with one error for each broken rule
 */
export function parseWith<Value>(schema: z.ZodType<Value>, value: unknown, code = 'REQUEST_INVALID'): Value {
  const result = schema.safeParse(value, { reportInput: true })
  if (result.success) return result.data
  const errors = result.error.issues.flatMap(errorsOf).slice(0, MOST_ERRORS)
  throw refuse(422, code, errors.map((error) => error.message).join('; '), { errors })
}
