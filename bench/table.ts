import type { BenchResult } from './harness.ts'

/** The results as aligned columns, one line each. */
export function tableOf(results: readonly BenchResult[]): string {
  const rows = results.map(({ name, value, unit, target, ok }) => [name, `${value} ${unit}`, target, ok ? 'ok' : 'MISSED'])
  const all = [['what', 'measured', 'target', ''], ...rows]
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  return all.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd()).join('\n')
}
