import type { Clock } from './clock.ts'

/** The only source of identity. Ids sort by time of making, so that indexes on them stay compact. */
export interface Ids {
  /** A new identifier, unique for ever. */
  next(): string
}

const pool = new Uint8Array(4096)
const hexadecimal = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))
let offset = pool.length

function randomHex(bytes: number): string {
  if (offset + bytes > pool.length) {
    crypto.getRandomValues(pool)
    offset = 0
  }
  let text = ''
  for (const end = offset + bytes; offset < end; offset += 1) text += hexadecimal[pool[offset] as number] as string
  return text
}

/** UUID version 7 (RFC 9562 §5.7): 48 bits of time from the clock, the rest from the platform's secure generator. */
export function createIds(clock: Clock): Ids {
  return {
    next: () => {
      const time = clock.now().toString(16).padStart(12, '0')
      const random = randomHex(10)
      const variant = ((Number.parseInt(random.charAt(3), 16) & 0b0011) | 0b1000).toString(16)
      return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}-${variant}${random.slice(4, 7)}-${random.slice(7, 19)}`
    },
  }
}
