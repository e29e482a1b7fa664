import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createRandom } from '../../src/runtime/random.ts'
import { writtenWal } from './written-wal.ts'

/** How much of the log's end may be damaged: what a disk had not written, or wrote in part, when the power went. */
const TAIL = 0.5

/** Cuts off, blanks or flips something near the end of a dead process's write-ahead log. Answers what; undefined where there is none. */
export function tearTail(path: string, seed: string): string | undefined {
  const log = `${path}-wal`
  const bytes = existsSync(log) ? readFileSync(log) : Buffer.alloc(0)
  if (bytes.length === 0) return undefined
  const random = createRandom(`tear-${seed}`)
  const { length } = writtenWal(bytes)
  const at = length - 1 - random.integer(Math.floor(length * TAIL))
  const kind = random.integer(3)
  if (kind === 0) {
    writeFileSync(log, bytes.subarray(0, at))
    return `its log cut off at byte ${at} of ${length}`
  }
  if (kind === 1) {
    const sector = at - (at % 512)
    writeFileSync(log, bytes.fill(0, sector, sector + 512))
    return `its log blanked from byte ${sector} of ${length}`
  }
  const bit = random.integer(8)
  bytes[at] = (bytes[at] ?? 0) ^ (1 << bit)
  writeFileSync(log, bytes)
  return `bit ${bit} of byte ${at} of ${length} of its log flipped`
}
