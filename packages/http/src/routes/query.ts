import type { z } from 'zod'
import { pointerOf, type ProblemError } from '../answer/problem.ts'
import { refuse } from '../answer/refusal.ts'
import type { ApiRequest } from '../api/api-request.ts'
import { parseWith } from '../body/parse-body.ts'

/**
 * The query of a request, of which every name must be known: a filter that is misspelt would otherwise filter nothing. A name
 * may have several values, by commas or by being repeated, where it is one of `lists`.
 * @throws Refusal 422
 */
export function queryOf<Shape extends z.ZodRawShape>({ query }: ApiRequest, schema: z.ZodObject<Shape>, lists: readonly string[] = []): z.infer<z.ZodObject<Shape>> {
  const parameters = new URLSearchParams(query)
  const values: Record<string, unknown> = Object.create(null) as Record<string, unknown>
  const errors: ProblemError[] = []
  for (const name of new Set(parameters.keys())) {
    const all = parameters.getAll(name)
    if (all.length > 1 && !lists.includes(name)) errors.push({ pointer: pointerOf([name.slice(0, 64)]), rule: 'single', message: `${name.slice(0, 64)} is given more than once` })
    values[name] = lists.includes(name) ? all.flatMap((value) => value.split(',')) : all[0]
  }
  if (errors.length > 0) throw refuse(422, 'QUERY_INVALID', errors.map((error) => error.message).join('; '), { errors })
  return parseWith<z.infer<z.ZodObject<Shape>>>(schema, { ...values }, 'QUERY_INVALID')
}
