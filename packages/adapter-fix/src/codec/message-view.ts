import type { Units } from '@sluice/core'
import { MINUS, naturalOf, textOf } from './bytes.ts'
import { parseUnits } from './decimal-bytes.ts'
import type { Dictionary, GroupDefinition } from './dictionary/dictionary.ts'
import { copyFieldIndex, type FieldIndex } from './field-index.ts'
import { parseTimestamp, toIsoTime } from './timestamp.ts'

/**
 * Reads fields where they lie, when they are asked for. Each getter answers undefined when the field is absent or is not what
 * it asks for; of a tag that occurs more than once it reads the first.
 */
export interface FieldReader {
  has(tag: number): boolean
  text(tag: number): string | undefined
  integer(tag: number): number | undefined
  /** Units of 1e-9, exactly: never a double. */
  units(tag: number): Units | undefined
  boolean(tag: number): boolean | undefined
  /** UTCTimestamp in ms since the epoch. */
  timestamp(tag: number): number | undefined
  /** UTCTimestamp as ISO 8601. */
  isoTime(tag: number): string | undefined
  /** The bytes of a field, as a window on the message. */
  bytes(tag: number): Uint8Array | undefined
  /** The entries of a repeating group; empty when it is absent. */
  group(countTag: number): readonly FieldReader[]
  /** Every field in its order. */
  fields(): readonly (readonly [tag: number, value: string])[]
}

/** One message. Unless it is a copy it is valid only until the call that handed it over returns. */
export interface MessageView extends FieldReader {
  readonly index: FieldIndex
  readonly dictionary: Dictionary
  /** MsgType 35. */
  readonly type: string
  /** MsgSeqNum 34; -1 when it is absent or no number. */
  readonly sequence: number
  /** The whole message as it came. */
  raw(): Uint8Array
  /** A view that stays valid. */
  copy(): MessageView
}

function readerOf(index: FieldIndex, from: number, end: () => number, groupOf: (countTag: number) => GroupDefinition | undefined): FieldReader {
  const { tags, starts, ends } = index
  const find = (tag: number): number => {
    const last = end()
    for (let at = from; at < last; at += 1) if (tags[at] === tag) return at
    return -1
  }
  const timestamp = (tag: number): number | undefined => {
    const at = find(tag)
    if (at < 0) return undefined
    const time = parseTimestamp(index.bytes, starts[at] as number, ends[at] as number)
    return Number.isNaN(time) ? undefined : time
  }
  return {
    has: (tag) => find(tag) >= 0,
    text: (tag) => {
      const at = find(tag)
      return at < 0 ? undefined : textOf(index.bytes, starts[at] as number, ends[at] as number)
    },
    integer: (tag) => {
      const at = find(tag)
      if (at < 0) return undefined
      const start = starts[at] as number
      const negative = index.bytes[start] === MINUS
      const value = naturalOf(index.bytes, negative ? start + 1 : start, ends[at] as number)
      if (value < 0) return undefined
      return negative ? -value : value
    },
    units: (tag) => {
      const at = find(tag)
      return at < 0 ? undefined : parseUnits(index.bytes, starts[at] as number, ends[at] as number)
    },
    boolean: (tag) => {
      const at = find(tag)
      if (at < 0 || (ends[at] as number) - (starts[at] as number) !== 1) return undefined
      const byte = index.bytes[starts[at] as number]
      return byte === 0x59 ? true : byte === 0x4e ? false : undefined
    },
    timestamp,
    isoTime: (tag) => toIsoTime(timestamp(tag) ?? Number.NaN),
    bytes: (tag) => {
      const at = find(tag)
      return at < 0 ? undefined : index.bytes.subarray(starts[at], ends[at])
    },
    group: (countTag) => {
      const definition = groupOf(countTag)
      const at = find(countTag)
      return definition === undefined || at < 0 ? [] : entriesOf(index, at + 1, end(), definition)
    },
    fields: () => Array.from({ length: end() - from }, (_, offset) => {
      const at = from + offset
      return [tags[at] as number, textOf(index.bytes, starts[at] as number, ends[at] as number)] as const
    }),
  }
}

/** The entries that begin here: one for each delimiter, until a field that is no member. */
function entriesOf(index: FieldIndex, from: number, end: number, definition: GroupDefinition): readonly FieldReader[] {
  const bounds: number[] = []
  let at = from
  for (; at < end; at = afterMember(index, at, end, definition)) {
    const tag = index.tags[at] as number
    if (tag === definition.delimiter) bounds.push(at)
    else if (bounds.length === 0 || !definition.places.has(tag)) break
  }
  return bounds.map((start, entry) => {
    const last = bounds[entry + 1] ?? at
    return readerOf(index, start, () => last, (countTag) => definition.groups.get(countTag))
  })
}

/** The place after a member, its own entries included. */
function afterMember(index: FieldIndex, at: number, end: number, definition: GroupDefinition): number {
  const nested = definition.groups.get(index.tags[at] as number)
  let next = at + 1
  if (nested === undefined) return next
  for (let begun = false; next < end; next = afterMember(index, next, end, nested)) {
    const tag = index.tags[next] as number
    if (tag === nested.delimiter) begun = true
    else if (!begun || !nested.places.has(tag)) break
  }
  return next
}

/** A view on whatever the index holds at the time it is asked. */
export function createMessageView(index: FieldIndex, dictionary: Dictionary): MessageView {
  const reader = readerOf(index, 0, () => index.count, (countTag) => {
    const { header } = dictionary
    return dictionary.messages.get(view.type)?.groups.get(countTag) ?? header.groups.get(countTag)
  })
  const view: MessageView = {
    ...reader,
    index,
    dictionary,
    // The scanner has seen to it that MsgType is the third field.
    get type() { return textOf(index.bytes, index.starts[2] as number, index.ends[2] as number) },
    get sequence() { return reader.integer(34) ?? -1 },
    raw: () => index.bytes.subarray(index.start, index.end),
    copy: () => createMessageView(copyFieldIndex(index), dictionary),
  }
  return view
}
