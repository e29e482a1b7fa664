// Seeded fault scripts over REST and stream together. `SLUICE_ALPACA_SEEDS=1000` runs more; `SLUICE_ALPACA_FROM=417 SLUICE_ALPACA_SEEDS=1` one again.
import { describe, expect, test } from 'vitest'
import type { FakeExchangeRecord } from '../src/testing/index.ts'
import { runFaultScript } from './fault-script.ts'
import { missingDescription, openDescription } from './published-description.ts'

const SEEDS = Number(process.env['SLUICE_ALPACA_SEEDS'] ?? 100)
const FROM = Number(process.env['SLUICE_ALPACA_FROM'] ?? 1)
const AT_ONCE = 16

/** Market data has its own host, which the description is not about. */
const isTrading = ({ path }: FakeExchangeRecord): boolean => !path.includes('/quotes')

describe('fault scripts', () => {
  const records: FakeExchangeRecord[] = []

  test(`${SEEDS} seeds: one order per intent, no fill lost or doubled, equal positions, no end undone`, async () => {
    const failed: string[] = []
    let next = FROM
    const work = async (): Promise<void> => {
      while (next < FROM + SEEDS) {
        const seed = next
        next += 1
        const violations = await runFaultScript(seed, (record) => { if (isTrading(record)) records.push(record) })
        if (violations.length > 0) failed.push(`seed ${seed}: ${violations.join('; ')}`)
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
    expect(failed).toEqual([])
  }, 60_000 + SEEDS * 1000)

  test('every request and every answer of them is as Alpaca describes it', ({ skip }) => {
    if (missingDescription !== undefined) skip(missingDescription)
    const { problemsOf } = openDescription()
    const problems = new Set(records.flatMap(problemsOf))
    expect([...problems].slice(0, 20)).toEqual([])
    expect(records.length).toBeGreaterThan(SEEDS)
    process.stdout.write(`${records.length} requests and answers held against Alpaca's description, ${problems.size} problems\n`)
  })
})
