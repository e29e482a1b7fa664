import { closeSync, constants, fdatasyncSync, openSync, readFileSync, writeSync } from 'node:fs'
import { checksumOf } from './chain-hash.ts'
import type { Head } from './journal-writer.ts'

/** Bytes of one pin: a line of its own, less than a disk sector, so that it is written whole. */
const LINE = 128
/** Transactions after which the pins go to the disk by themselves. A power cut may set them back this far, a crash never. */
const SYNC_EVERY = 256

/** The file that pins where each history ends, outside the database and its WAL. */
function headsPath(path: string): string {
  return `${path}.heads`
}

/** Writes a pin's line into a buffer that is used again: this runs with every commit. */
function fillLine(line: Buffer, { slot, account, sequence, head }: Head): void {
  line.fill(' ')
  line.write(`${sequence} ${head} ${checksumOf(slot, account, sequence, head).toString(16).padStart(8, '0')}`, 'latin1')
  line[LINE - 1] = 0x0a
}

/** A pin as it stands in the file: the account's name is in the database, and in the checksum. */
export interface Pin {
  readonly sequence: number
  readonly head: string
  readonly checksum: number
}

/** Whether a pin is the one that was written for this account. */
export function isPinOf(pin: Pin, slot: number, account: string): boolean {
  return pin.checksum === checksumOf(slot, account, pin.sequence, pin.head)
}

/** The pins by slot, undefined for a line that is none; undefined altogether when there is no such file. */
export function readPins(path: string): readonly (Pin | undefined)[] | undefined {
  let text: string
  try {
    text = readFileSync(headsPath(path), 'latin1')
  } catch {
    return undefined
  }
  return Array.from({ length: Math.ceil(text.length / LINE) }, (_, slot) => {
    const match = /^(\d{1,15}) ([0-9a-f]{64}) ([0-9a-f]{8}) *\n$/.exec(text.slice(slot * LINE, (slot + 1) * LINE))
    return match === null ? undefined : { sequence: Number(match[1]), head: match[2] as string, checksum: Number.parseInt(match[3] as string, 16) }
  })
}

/** Keeps the pins of a database that is open. */
export interface HeadsFile {
  /** After a commit and before its acknowledgement, so that a pin is never ahead of the disk. Throws as any I/O does. */
  write(heads: readonly Head[]): void
  close(): void
}

/**
 * Overwritten in place and not synced with each commit: what a crash leaves is exact, what a power cut leaves may be a few
 * transactions old. Never ahead of the database either way.
 */
export function openHeadsFile(path: string): HeadsFile {
  const file = openSync(headsPath(path), constants.O_RDWR | constants.O_CREAT, 0o644)
  const line = Buffer.alloc(LINE)
  let since = 0
  const sync = (): void => {
    since = 0
    fdatasyncSync(file)
  }
  return {
    write: (heads) => {
      if (heads.length === 0) return
      for (const head of heads) {
        fillLine(line, head)
        writeSync(file, line, 0, LINE, head.slot * LINE)
      }
      since += 1
      if (since >= SYNC_EVERY) sync()
    },
    close: () => {
      try { sync() } finally { closeSync(file) }
    },
  }
}
