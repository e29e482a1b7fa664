import { crc32 } from 'node:zlib'
import { SluiceError } from '@sluice/core'
import type { SessionNumbers } from '../session/session-types.ts'
import type { StoreRecord } from './fix-store.ts'

/** Begins every file. */
export const MAGIC: Buffer = Buffer.from('SLFIX\u0000\u0000\u0001', 'latin1')
const FRAME_HEAD = 8
const RECORD_HEAD = 9
const KINDS = ['message', 'gap', 'target', 'reset', 'reserve'] as const

function encodeRecord(record: StoreRecord): Buffer {
  const body = record.kind === 'message' ? record.bytes.length : record.kind === 'reset' ? 16 : 0
  const buffer = Buffer.allocUnsafe(RECORD_HEAD + body)
  buffer[0] = KINDS.indexOf(record.kind)
  buffer.writeUInt32LE(body, 1)
  if (record.kind === 'reset') {
    const { nextSender, nextTarget, createdAt } = record.numbers
    buffer.writeUInt32LE(nextSender, 5)
    buffer.writeUInt32LE(nextTarget, 9)
    buffer.writeDoubleLE(createdAt, 13)
    buffer.writeUInt32LE(0, 21)
  } else buffer.writeUInt32LE(record.kind === 'target' || record.kind === 'reserve' ? record.next : record.sequence, 5)
  if (record.kind === 'message') buffer.set(record.bytes, RECORD_HEAD)
  return buffer
}

/** Records that become durable together: length, CRC-32, records. A frame is whole or it is not there. */
export function encodeFrame(records: readonly StoreRecord[]): Buffer {
  const body = Buffer.concat(records.map(encodeRecord))
  const head = Buffer.allocUnsafe(FRAME_HEAD)
  head.writeUInt32LE(body.length, 0)
  head.writeUInt32LE(crc32(body), 4)
  return Buffer.concat([head, body])
}

/** What a file says: the numbers, and where each message lies. */
export interface StoreContents {
  numbers: SessionNumbers
  readonly places: Map<number, { readonly offset: number; readonly length: number }>
  /** Numbers up to here, itself not included, may have been used; 0 where nothing was reserved, or all of it is accounted for. */
  reserved: number
  /** Where the next frame goes: what is behind it was torn off by a crash. */
  end: number
}

/** Puts the records of one frame, which begins at `offset` of the file, into the contents. */
export function applyRecords(contents: StoreContents, body: Buffer, offset: number): void {
  for (let at = 0; at < body.length;) {
    const length = body.readUInt32LE(at + 1)
    const value = body.readUInt32LE(at + 5)
    const { numbers, places } = contents
    switch (KINDS[body[at] as number]) {
      case 'message':
        places.set(value, { offset: offset + FRAME_HEAD + at + RECORD_HEAD, length })
        contents.numbers = { ...numbers, nextSender: Math.max(numbers.nextSender, value + 1) }
        break
      case 'gap': places.delete(value); break
      case 'reserve': contents.reserved = value; break
      case 'target': contents.numbers = { ...numbers, nextTarget: value }; break
      case 'reset':
        places.clear()
        contents.reserved = 0
        contents.numbers = { nextSender: value, nextTarget: body.readUInt32LE(at + 9), createdAt: body.readDoubleLE(at + 13) }
        break
      default: throw new SluiceError('JOURNAL_CORRUPT', 'the FIX store has a record of an unknown kind: a newer version may have written it')
    }
    at += RECORD_HEAD + length
  }
}

/** Whether a sound frame begins anywhere from here on: then what is before it did not tear, it broke. */
function hasFrameAfter(file: Buffer, from: number): boolean {
  for (let at = from; at + FRAME_HEAD + RECORD_HEAD <= file.length; at += 1) {
    const length = file.readUInt32LE(at)
    if (length >= RECORD_HEAD && at + FRAME_HEAD + length <= file.length && crc32(file.subarray(at + FRAME_HEAD, at + FRAME_HEAD + length)) === file.readUInt32LE(at + 4)) return true
  }
  return false
}

/**
 * Reads a whole file. An unfinished frame at its end was never acknowledged and is left out; a broken one before others is an error,
 * because numbers would be lost with it.
 */
export function readContents(file: Buffer, path: string): StoreContents {
  if (file.length < MAGIC.length || !file.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw new SluiceError('JOURNAL_CORRUPT', `${path} is not a FIX store of this version`)
  }
  const contents: StoreContents = { numbers: { nextSender: 1, nextTarget: 1, createdAt: 0 }, places: new Map(), reserved: 0, end: MAGIC.length }
  while (contents.end + FRAME_HEAD <= file.length) {
    const start = contents.end
    const length = file.readUInt32LE(start)
    const next = start + FRAME_HEAD + length
    const body = file.subarray(start + FRAME_HEAD, next)
    if (length < RECORD_HEAD || next > file.length || crc32(body) !== file.readUInt32LE(start + 4)) break
    applyRecords(contents, body, start)
    contents.end = next
  }
  if (contents.end < file.length && hasFrameAfter(file, contents.end + 1)) throw new SluiceError('JOURNAL_CORRUPT', `${path} is broken at byte ${contents.end}, with messages behind it`)
  if (contents.end === MAGIC.length) throw new SluiceError('JOURNAL_CORRUPT', `${path} has no numbers: it must be restored, or removed by hand together with a reset of the session`)
  return contents
}
