import { pointerOf, type ProblemError } from '../answer/problem.ts'
import { refuse } from '../answer/refusal.ts'

/**
 * The query of a request, of which every name must be known: a filter that is misspelt would otherwise filter nothing.
 * @throws Refusal 422
 */
export function queryOf(request: Request, known: readonly string[], repeatable: readonly string[] = []): URLSearchParams {
  const query = new URL(request.url).searchParams
  const errors: ProblemError[] = []
  for (const name of new Set(query.keys())) {
    const pointer = pointerOf([name.slice(0, 64)])
    if (!known.includes(name)) errors.push({ pointer, rule: 'unknown_field', message: `${name.slice(0, 64)} is not a parameter here` })
    else if (query.getAll(name).length > 1 && !repeatable.includes(name)) errors.push({ pointer, rule: 'single', message: `${name} is given more than once` })
  }
  if (errors.length > 0) throw refuse(422, 'QUERY_INVALID', errors.map((error) => error.message).join('; '), { errors })
  return query
}
