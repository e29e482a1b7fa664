// What a FIX session keeps of the messages that it is done with: `pnpm bench fix-heap [MESSAGES]`. The heap is read after a fifth of them
// and at the end.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { atMost, type BenchResult } from './harness.ts'

const MESSAGES = 1_000_000

export function run(size: readonly string[] = []): Promise<BenchResult[]> {
  const messages = Number(size[0] ?? MESSAGES)
  const words = ['--conditions=@sluice/source', '--expose-gc', join(import.meta.dirname, 'support/fix-heap-run.ts'), `${messages}`]
  const { early, late } = JSON.parse(execFileSync(process.execPath, words, { encoding: 'utf8', timeout: 600_000 })) as { readonly early: number; readonly late: number }
  return Promise.resolve([
    atMost(`kept of each message, over ${messages}`, (late - early) / (messages * 0.8), 0.5, 'bytes'),
    atMost('heap at the end', late / 1e6, 40, 'MB'),
  ])
}
