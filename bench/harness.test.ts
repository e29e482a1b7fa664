import { expect, test } from 'vitest'
import { atLeast, atMost, cpuSecondsOf, median, microsecondsOf, percentile } from './harness.ts'
import { tableOf } from './table.ts'

test('a percentile is a sample, not an interpolation', () => {
  const samples = Array.from({ length: 100 }, (_, index) => 100 - index)
  expect([percentile(samples, 0.99), percentile(samples, 0.999), percentile(samples, 0), median(samples)]).toEqual([99, 100, 1, 50])
  expect(percentile([], 0.5)).toBeNaN()
})

test('a figure at its target is ok', () => {
  expect(atMost('p99', 10, 10, 'us')).toEqual({ name: 'p99', value: 10, unit: 'us', target: '<= 10', ok: true })
  expect(atLeast('ratio', 0.8499, 0.85, 'x').ok).toBe(false)
})

test('microseconds are taken once a call, after the warm-up', () => {
  const seen: number[] = []
  expect(microsecondsOf((index) => seen.push(index), 3, 2)).toHaveLength(3)
  expect(seen).toEqual([0, 1, 2, 3, 4])
})

test('CPU time is of the work alone', async () => {
  expect(await cpuSecondsOf(() => undefined)).toBeLessThan(1)
})

test('the table says what missed its target', () => {
  expect(tableOf([atMost('p99', 12, 10, 'us')])).toBe('what  measured  target\np99   12 us     <= 10   MISSED')
})
