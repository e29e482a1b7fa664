// As much of vitest as the contract suite of the package uses, where there is no Node: its own `expect`, and a list of tests.
import { ASYMMETRIC_MATCHERS_OBJECT, JestAsymmetricMatchers, JestChaiExpect, JestExtend, setState } from '@vitest/expect'
import * as chai from 'chai'

chai.use(JestExtend)
chai.use(JestChaiExpect)
chai.use(JestAsymmetricMatchers)

type Work = (...values: never[]) => unknown
interface Case { readonly name: string; readonly work: () => unknown }

export const cases: Case[] = []
let path: string[] = []
let cleanups: (() => unknown)[] = []

/** How long a test may take, in ms. */
const PATIENCE = 25_000

const titleOf = (title: string, values: readonly unknown[]): string => {
  let index = 0
  return title.replace(/%[sj]/g, () => JSON.stringify(values[index++]) ?? 'undefined').replace(/\$(\w+)/g, (_, name: string) => String((values[0] as Record<string, unknown> | undefined)?.[name]))
}

const each = (add: (title: string, work: () => unknown) => void) => (table: readonly unknown[]) => (title: string, work: Work): void => {
  const isSpread = table.every(Array.isArray)
  for (const row of table) {
    const values = isSpread ? (row as unknown[]) : [row]
    add(titleOf(title, values), () => work(...(values as never[])))
  }
}

const addTest = (title: string, work: () => unknown): void => { cases.push({ name: [...path, title].join(' > '), work }) }
const addSuite = (title: string, work: () => unknown): void => {
  path = [...path, title]
  work()
  path = path.slice(0, -1)
}

export const test = Object.assign(addTest, { each: each(addTest) })
export const describe = Object.assign(addSuite, { each: each(addSuite) })
export const onTestFinished = (work: () => unknown): void => { cleanups.push(work) }

const poll = (look: () => unknown, { timeout = 1000, interval = 50 }: { readonly timeout?: number; readonly interval?: number } = {}) => new Proxy({}, {
  get: (_, matcher: string) => async (...values: unknown[]) => {
    for (let waited = 0; ; waited += interval) {
      try {
        return (chai.expect(await look()) as unknown as Record<string, (...all: unknown[]) => unknown>)[matcher]?.(...values)
      } catch (error) {
        if (waited >= timeout) throw error
        await new Promise((resolve) => { setTimeout(resolve, interval) })
      }
    }
  },
})

export const expect = Object.assign((value: unknown, message?: string) => chai.expect(value, message), chai.expect, (globalThis as Record<symbol, object>)[ASYMMETRIC_MATCHERS_OBJECT as unknown as symbol], { poll })
setState({ assertionCalls: 0, isExpectingAssertions: false, isExpectingAssertionsError: null, expectedAssertionsNumber: null, expectedAssertionsNumberErrorGen: null } as never, expect as never)

/** Runs one test and what is to be done after it. Resolves to what was wrong. */
export async function runCase({ work }: Case): Promise<string | undefined> {
  cleanups = []
  let fault: string | undefined
  const note = (error: unknown): void => { fault ??= error instanceof Error ? `${error.message}\n${error.stack ?? ''}` : String(error) }
  const late = new Promise((_, reject) => { setTimeout(() => { reject(new Error(`took longer than ${PATIENCE} ms`)) }, PATIENCE) })
  late.catch(() => undefined)
  await Promise.race([(async () => work())(), late]).catch(note)
  for (const cleanup of cleanups.toReversed()) await (async () => cleanup())().catch(note)
  return fault
}
