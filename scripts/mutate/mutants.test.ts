import { expect, it } from 'vitest'
import { applyMutant, mutantsOf } from './mutants.ts'

const mutated = (source: string): string[] => mutantsOf('a.ts', source).map((mutant) => applyMutant(source, mutant))

it('changes comparisons, conditions, signs, numbers and calls, one at a time', () => {
  expect(mutated('const a = b < c')).toEqual(['const a = b <= c', 'const a = b >= c'])
  expect(mutated('const a = !b && c')).toEqual(['const a = !b || c', 'const a = (b) && c'])
  expect(mutated('if (a) stop()')).toEqual(['if (true) stop()', 'if (false) stop()', 'if (a) ;'])
  expect(mutated('const a = [1n, 2, true]')).toEqual(['const a = [2n, 2, true]', 'const a = [1n, 3, true]', 'const a = [1n, 2, false]'])
})

it('changes the worst case into the best, a rounding into the other, all into some', () => {
  expect(mutated(`const a = maximum(b, c)`)).toEqual([`const a = minimum(b, c)`])
  expect(mutated(`const a = multiply(b, c, 'up')`)).toEqual([`const a = multiply(b, c, 'down')`])
  expect(mutated(`const a = Math.ceil(b) || c.some(d)`)).toEqual([`const a = Math.ceil(b) && c.some(d)`, `const a = Math.floor(b) || c.some(d)`, `const a = Math.ceil(b) || c.every(d)`])
  expect(mutated('const a = absolute(-b)')).toEqual(['const a = (-b)', 'const a = absolute((b))'])
})

it('leaves out assignments, throws, breaks, and cases of a switch', () => {
  expect(mutated('a = b\nthrow c')).toEqual([';\nthrow c', 'a = b\n;'])
  expect(mutated(`switch (a) { case 'b': c(); break; case 'd': e(); break; default: }`)).toEqual([
    `switch (a) { case '(never)': c(); break; case 'd': e(); break; default: }`,
    `switch (a) { case 'b': ; break; case 'd': e(); break; default: }`,
    `switch (a) { case 'b': c(); ; case 'd': e(); break; default: }`,
    `switch (a) { case 'b': c(); break; case '(never)': e(); break; default: }`,
    `switch (a) { case 'b': c(); break; case 'd': ; break; default: }`,
  ])
})

it('leaves types, imports, texts, and what a guard declares of itself', () => {
  expect(mutated('import { a } from "./a.ts"\ninterface B { readonly c: 1 }\nconst d: 5 = e as 6\nconst control: C = { reducing: true, most: 5 }\nconst text = "x" + `y`')).toEqual([])
})

it('leaves a return or break after which nothing comes', () => {
  expect(mutated(`function a(b) { switch (b) { case 'c': { return } default: } }`)).toEqual([`function a(b) { switch (b) { case '(never)': { return } default: } }`])
})
