import { expect, test } from 'vitest'
import { runFuzz } from './run-fuzz.ts'

// 100 000 and other seeds: `pnpm fuzz --cases 100000 --seed 7`.
test('10 000 requests made from the document: no failure of ours, and no answer the document does not know', { timeout: 120_000 }, async () => {
  const { runs, statuses, failure } = await runFuzz(10_000, 20_261_122)
  expect(failure).toBeUndefined()
  expect(runs).toBe(10_000)
  // It reaches what it is for.
  for (const status of [200, 201, 400, 401, 403, 404, 405, 412, 415, 422, 428]) expect(statuses[status] ?? 0, `${status}`).toBeGreaterThan(0)
})
