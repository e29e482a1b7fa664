import { expect, it } from 'vitest'
import { rulesOfTheProtocol, testsOfTheProtocol } from './rule-index.ts'

const rules = rulesOfTheProtocol()
const tests = testsOfTheProtocol()

it('the protocol has its rules A to F, each number once', () => {
  expect(new Set(rules.map((rule) => rule[0]))).toEqual(new Set(['A', 'B', 'C', 'D', 'E', 'F']))
  expect(new Set(rules).size).toBe(rules.length)
})

it.each(rules)('rule %s is the title of a test', (rule) => {
  expect(tests.filter((test) => test.rules.includes(rule)).map(({ title }) => title)).not.toEqual([])
})

it('no test cites a rule that the protocol does not have', () => {
  expect(tests.filter((test) => !test.rules.every((rule) => rules.includes(rule)))).toEqual([])
})
