import { EQUALS, isDigit, naturalOf, SOH, ZERO } from './bytes.ts'
import type { FieldIndex } from './field-index.ts'

/** Why bytes are no message. They are ignored and counted; the sequence does not advance. */
export type GarbledReason = 'begin_string' | 'body_length' | 'too_large' | 'message_type' | 'checksum' | 'too_many_fields'

/** `length`: a message; `more`: it needs more bytes; `garbled`: no message begins here. */
export type Frame =
  | { readonly kind: 'message'; readonly length: number }
  | { readonly kind: 'more' }
  | { readonly kind: 'garbled'; readonly reason: GarbledReason }

const MORE: Frame = { kind: 'more' }
const TRAILER = 7
const MAXIMUM_BEGIN_STRING = 12

/** Lengths by the tags of the fields that give them: 0 where a tag gives none. */
export interface DataTags {
  readonly table: Int32Array
  readonly other: (tag: number) => number
}

function garbled(reason: GarbledReason): Frame {
  return { kind: 'garbled', reason }
}

/** The place of the next SOH, -1 when there is none yet, -2 when it lies further than `limit` bytes off. */
function endOfField(bytes: Uint8Array, from: number, end: number, limit: number): number {
  const last = Math.min(end, from + limit + 1)
  for (let at = from; at < last; at += 1) if (bytes[at] === SOH) return at
  return last === end ? -1 : -2
}

/** Whether the bytes up to `end` go on as the text does; false also where they end early and differ nowhere. */
function differs(bytes: Uint8Array, at: number, end: number, text: string): boolean {
  const last = Math.min(text.length, end - at)
  for (let offset = 0; offset < last; offset += 1) if (bytes[at + offset] !== text.charCodeAt(offset)) return true
  return false
}

/**
 * Looks at the bytes from `start` on as one message, and fills the index when it is one: BeginString, BodyLength and MsgType in
 * their places, BodyLength and CheckSum right. One pass over the body sums it and finds its fields.
 */
export function scanFrame(bytes: Uint8Array, start: number, end: number, maximumSize: number, index: FieldIndex, dataTags: DataTags): Frame {
  if (differs(bytes, start, end, '8=')) return garbled('begin_string')
  const beginEnd = endOfField(bytes, start, end, MAXIMUM_BEGIN_STRING)
  if (beginEnd === -2) return garbled('begin_string')
  if (beginEnd === -1) return MORE
  const lengthStart = beginEnd + 1
  if (differs(bytes, lengthStart, end, '9=')) return garbled('body_length')
  const lengthEnd = endOfField(bytes, lengthStart, end, 12)
  if (lengthEnd === -2) return garbled('body_length')
  if (lengthEnd === -1) return MORE
  const bodyLength = naturalOf(bytes, lengthStart + 2, lengthEnd)
  const body = lengthEnd + 1
  // Not even a MsgType fits.
  if (bodyLength < 5) return garbled('body_length')
  if (body - start + bodyLength + TRAILER > maximumSize) return garbled('too_large')
  if (differs(bytes, body, end, '35=')) return garbled('message_type')
  const trailer = body + bodyLength
  if (trailer + TRAILER > end) return MORE
  if (bytes[trailer - 1] !== SOH || differs(bytes, trailer, end, '10=') || bytes[trailer + 6] !== SOH) return garbled('body_length')

  index.bytes = bytes
  index.start = start
  index.end = trailer + TRAILER
  index.malformed = undefined
  index.count = 0
  add(index, 8, start + 2, beginEnd)
  add(index, 9, lengthStart + 2, lengthEnd)
  const sum = scanBody(bytes, start, body, trailer, index, dataTags)
  if (sum < 0) return garbled('too_many_fields')
  for (let at = trailer + 3; at < trailer + 6; at += 1) if (!isDigit(bytes[at] as number)) return garbled('checksum')
  if (naturalOf(bytes, trailer + 3, trailer + 6) !== (sum & 0xff)) return garbled('checksum')
  if (!add(index, 10, trailer + 3, trailer + 6)) return garbled('too_many_fields')
  return { kind: 'message', length: index.end - start }
}

function add(index: FieldIndex, tag: number, from: number, to: number): boolean {
  const at = index.count
  if (at >= index.tags.length) return false
  index.tags[at] = tag
  index.starts[at] = from
  index.ends[at] = to
  index.count = at + 1
  return true
}

/** Sums the bytes from `start` to `end` and puts the fields from `body` on into the index. -1: they are too many. */
function scanBody(bytes: Uint8Array, start: number, body: number, end: number, index: FieldIndex, dataTags: DataTags): number {
  const { tags, starts, ends } = index
  const { table } = dataTags
  let sum = 0
  for (let at = start; at < body; at += 1) sum += bytes[at] as number
  let count = index.count
  let dataTag = 0
  let dataLength = 0
  let at = body
  while (at < end) {
    let tag = 0
    let byte = bytes[at] as number
    const first = at
    // At most nine digits, none of them a leading zero.
    while (byte >= ZERO && byte <= 0x39 && at - first < 9) {
      tag = tag * 10 + byte - ZERO
      sum += byte
      at += 1
      byte = bytes[at] as number
    }
    if (byte !== EQUALS || at === first || bytes[first] === ZERO) {
      let hasEquals = byte === EQUALS
      while (byte !== SOH) {
        hasEquals ||= byte === EQUALS
        sum += byte
        at += 1
        byte = bytes[at] as number
      }
      sum += SOH
      at += 1
      index.malformed ??= hasEquals ? 'tag' : 'delimiter'
      continue
    }
    sum += EQUALS
    at += 1
    const from = at
    if (tag === dataTag && dataLength > 0 && from + dataLength < end && bytes[from + dataLength] === SOH) {
      for (const last = from + dataLength; at < last; at += 1) sum += bytes[at] as number
    } else {
      for (byte = bytes[at] as number; byte !== SOH; byte = bytes[at] as number) {
        sum += byte
        at += 1
      }
    }
    if (count >= tags.length) return -1
    tags[count] = tag
    starts[count] = from
    ends[count] = at
    count += 1
    sum += SOH
    dataTag = tag < table.length ? table[tag] as number : dataTags.other(tag)
    if (dataTag > 0) dataLength = naturalOf(bytes, from, at)
    at += 1
  }
  index.count = count
  return sum
}
