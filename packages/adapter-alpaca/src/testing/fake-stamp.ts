import type { Clock } from '@sluice/core'
import { formatSecond } from '../iso-time.ts'

/** Times as Alpaca writes them, with nanoseconds: no two are the same, and they sort as they were made. */
export function createStamp(clock: Clock): () => string {
  let last = 0
  let count = 0
  return () => {
    const now = Math.max(clock.now(), last)
    count = now === last ? count + 1 : 0
    last = now
    return `${formatSecond(now)}.${String(Math.floor(now) % 1000).padStart(3, '0')}${String(count).padStart(6, '0')}Z`
  }
}
