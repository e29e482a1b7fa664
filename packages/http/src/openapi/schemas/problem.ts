import { z } from 'zod'
import type { Problem } from '../../answer/problem.ts'
import { component, maybe } from '../registry.ts'
import { order } from './order.ts'
import { denial, text } from './values.ts'

const problemError = component('ProblemError', z.object({
  pointer: text.describe('JSON Pointer to the field; empty for the whole'), rule: text, message: text,
}))

/** The body of everything that is no success. */
export const problem: z.ZodType<Problem> = component('Problem', z.object({
  type: z.string().regex(/^urn:sluice:problem:[a-z0-9-]+$/).describe('Stable for each code'),
  title: text,
  status: z.int().min(400).max(599),
  detail: text,
  instance: maybe(z.string().regex(/^urn:uuid:/).describe('Names this answer in the log of the server')),
  code: text.describe('What programs go by'),
  retryable: z.boolean().describe('Whether the same request, with the same Idempotency-Key, may succeed later'),
  errors: maybe(z.array(problemError)),
  orderId: maybe(text),
  guard: maybe(text),
  limit: maybe(text),
  observed: maybe(text),
  attemptsLeft: maybe(z.int().min(0).describe('Approval codes that may still be tried')),
  denial: maybe(denial.describe('Why the guards refused a replace')),
  order: maybe(order),
}))
