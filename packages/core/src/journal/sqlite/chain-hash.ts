import { hash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { type ChainRow, chainText } from '../chain.ts'

/** The link of an event: SHA-256, 64 hexadecimal digits. About a microsecond. */
export function chainHash(previous: string, row: ChainRow): string {
  return hash('sha256', chainText(previous, row))
}

/**
 * The checksum of a row outside the chain (keys, names, counters, snapshots). It finds damage, not forgery: what a row says
 * about orders is in the chained events too.
 */
export function checksumOf(...values: readonly (string | number | null)[]): number {
  return crc32(JSON.stringify(values))
}
