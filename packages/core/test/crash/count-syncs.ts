import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('sync-writer.ts', import.meta.url))

/** Why system calls cannot be counted here; undefined when they can. */
export function tracingMissing(): string | undefined {
  const { error, status } = spawnSync('strace', ['-o', '/dev/null', 'true'])
  if (error !== undefined) return 'strace is not installed'
  return status === 0 ? undefined : 'strace may not trace here'
}

/** How often the kernel was really asked to bring the WAL to the disk while a process acknowledged so many appends. */
export function countSyncs(appends: number, thread: 'worker' | 'inline', durability: 'full' | 'normal'): number {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-syncs-'))
  const log = join(folder, 'calls')
  try {
    const program = [process.execPath, '--conditions=@sluice/source', PROGRAM, join(folder, 'orders.db'), thread, String(appends), durability]
    const { stderr } = spawnSync('strace', ['-f', '-qq', '-y', '-e', 'trace=fsync,fdatasync', '-o', log, ...program], { encoding: 'utf8' })
    const calls = readFileSync(log, 'utf8').split('\n').filter((line) => /f(?:data)?sync\(\d+<[^>]*orders\.db-wal>/.test(line))
    if (stderr.trim() !== '') throw new Error(stderr)
    return calls.length
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
