import type { ProblemError } from '../answer/problem.ts'
import { pointerOf } from '../answer/problem.ts'
import { refuse } from '../answer/refusal.ts'

/** What a field must be: says what is wrong, or nothing. */
export type FieldRule = (value: unknown) => string | undefined

/** A text of 1 to `maximum` characters. */
export function textOf(maximum: number): FieldRule {
  return (value) => (typeof value === 'string' && value.length > 0 && value.length <= maximum ? undefined : `must be a text of 1 to ${maximum} characters`)
}

export function oneOf(values: readonly string[]): FieldRule {
  return (value) => (typeof value === 'string' && values.includes(value) ? undefined : `must be one of ${values.join(', ')}`)
}

/** Only checked where the field is present. */
export function optional(rule: FieldRule): FieldRule {
  return (value) => (value === undefined ? undefined : rule(value))
}

/**
 * Refuses a body that breaks a rule or has a field without one.
 * @throws Refusal 422
 */
export function checkFields(body: Readonly<Record<string, unknown>>, rules: Readonly<Record<string, FieldRule>>): void {
  const errors: ProblemError[] = []
  for (const key of Object.keys(body)) {
    if (!Object.hasOwn(rules, key)) errors.push({ pointer: pointerOf([key.slice(0, 64)]), rule: 'unknown_field', message: `${key.slice(0, 64)} is not a field here` })
  }
  for (const [key, rule] of Object.entries(rules)) {
    const message = rule(body[key])
    if (message !== undefined) errors.push({ pointer: pointerOf([key]), rule: body[key] === undefined ? 'required' : 'value', message: `${key} ${message}` })
  }
  if (errors.length > 0) throw refuse(422, 'REQUEST_INVALID', errors.map((error) => error.message).join('; '), { errors })
}
