import { expect, it } from 'vitest'
import { applyMutant, mutantsOf } from './mutants.ts'

const mutated = (source: string): string[] => mutantsOf('a.ts', source).map((mutant) => applyMutant(source, mutant))

it('changes comparisons, conditions, signs, numbers and calls, one at a time', () => {
  expect(mutated('const a = b < c')).toEqual(['const a = b <= c', 'const a = b >= c'])
  expect(mutated('const a = !b && c')).toEqual(['const a = !b || c', 'const a = (b) && c'])
  expect(mutated('if (a) stop()')).toEqual(['if (true) stop()', 'if (false) stop()', 'if (a) ;'])
  expect(mutated('const a = [1n, 2, true]')).toEqual(['const a = [2n, 2, true]', 'const a = [1n, 3, true]', 'const a = [1n, 2, false]'])
})

it('leaves types, imports, texts, and what a guard declares of itself', () => {
  expect(mutated('import { a } from "./a.ts"\ninterface B { readonly c: 1 }\nconst d: 5 = e as 6\nconst control: C = { reducing: true, most: 5 }\nconst text = "x" + `y`')).toEqual([])
})
