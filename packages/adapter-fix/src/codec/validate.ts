import { naturalOf, textOf } from './bytes.ts'
import type { Dictionary, FieldDefinition, GroupDefinition, MessageDefinition } from './dictionary/dictionary.ts'
import type { FieldIndex } from './field-index.ts'
import type { MessageView } from './message-view.ts'
import { hasFormat } from './value-format.ts'

/** SessionRejectReason 373. */
export const REJECT_REASON = {
  invalidTag: 0, requiredTagMissing: 1, tagNotDefinedForMessage: 2, undefinedTag: 3, tagWithoutValue: 4, valueIncorrect: 5, incorrectFormat: 6,
  decryption: 7, signature: 8, compId: 9, sendingTime: 10, invalidMessageType: 11, xml: 12, tagRepeated: 13, tagOutOfOrder: 14,
  groupOutOfOrder: 15, groupCount: 16, delimiterInValue: 17, applicationVersion: 18, other: 99,
} as const

export interface Violation {
  readonly reason: number
  /** The field that is at fault, where one is. */
  readonly tag: number | undefined
  readonly message: string
}

export interface ValidateOptions {
  /** What to do with tags from 5000 on that nobody has declared. Default `'reject'`, as the session tests have it. */
  readonly undeclaredTags?: 'reject' | 'allow'
}

const FIRST_CUSTOM_TAG = 5000

/** Values already seen to be allowed, as text by field: most messages repeat few of them. */
function isAllowed(field: FieldDefinition, index: FieldIndex, at: number): boolean {
  if (field.values === undefined) return true
  const value = textOf(index.bytes, index.starts[at] as number, index.ends[at] as number)
  if (field.type === 'multichar' || field.type === 'multistring') return value.split(' ').every((part) => field.values?.has(part))
  return field.values.has(value)
}

interface Run {
  readonly index: FieldIndex
  readonly dictionary: Dictionary
  readonly allowUndeclared: boolean
}

function fault(reason: number, tag: number | undefined, message: string): Violation {
  return { reason, tag, message }
}

/** What is wrong with one field by itself. */
function checkValue({ index, dictionary, allowUndeclared }: Run, at: number): Violation | undefined {
  const tag = index.tags[at] as number
  const [start, end] = [index.starts[at] as number, index.ends[at] as number]
  const field = dictionary.fields.get(tag)
  if (field === undefined && !dictionary.hasTag(tag) && !(allowUndeclared && tag >= FIRST_CUSTOM_TAG)) {
    return fault(REJECT_REASON.invalidTag, tag, 'Invalid tag number')
  }
  if (start === end) return fault(REJECT_REASON.tagWithoutValue, tag, 'Tag specified without a value')
  if (field === undefined) return undefined
  if (!hasFormat(field.type, index.bytes, start, end)) return fault(REJECT_REASON.incorrectFormat, tag, 'Incorrect data format for value')
  return isAllowed(field, index, at) ? undefined : fault(REJECT_REASON.valueIncorrect, tag, 'Value is incorrect (out of range) for this tag')
}

/** Checks the entries after a count field. Answers the place after them, or what is wrong. */
function checkGroup(run: Run, countAt: number, end: number, group: GroupDefinition): number | Violation {
  const { tags, bytes, starts, ends } = run.index
  const expected = naturalOf(bytes, starts[countAt] as number, ends[countAt] as number)
  let at = countAt + 1
  let entries = 0
  let seen: number[] = []
  let place = -1
  const missing = (): Violation | undefined => {
    const tag = entries === 0 ? undefined : group.required.find((required) => !seen.includes(required))
    return tag === undefined ? undefined : fault(REJECT_REASON.requiredTagMissing, tag, 'Required tag missing')
  }
  while (at < end) {
    const tag = tags[at] as number
    const memberPlace = group.places.get(tag)
    if (memberPlace === undefined) break
    if (tag === group.delimiter) {
      const incomplete = missing()
      if (incomplete !== undefined) return incomplete
      entries += 1
      seen = []
    } else if (entries === 0) return fault(REJECT_REASON.groupOutOfOrder, tag, 'Repeating group fields out of order')
    else if (memberPlace === place || seen.includes(tag)) return fault(REJECT_REASON.tagRepeated, tag, 'Tag appears more than once')
    else if (memberPlace < place) return fault(REJECT_REASON.groupOutOfOrder, tag, 'Repeating group fields out of order')
    place = memberPlace
    seen.push(tag)
    const wrong = checkValue(run, at)
    if (wrong !== undefined) return wrong
    const nested = group.groups.get(tag)
    const next = nested === undefined ? at + 1 : checkGroup(run, at, end, nested)
    if (typeof next !== 'number') return next
    at = next
  }
  const incomplete = missing()
  if (incomplete !== undefined) return incomplete
  return entries === expected ? at : fault(REJECT_REASON.groupCount, group.countTag, 'Incorrect NumInGroup count for repeating group')
}

function missingOf(definition: MessageDefinition, seen: ReadonlySet<number>): Violation | undefined {
  const tag = definition.required.find((required) => !seen.has(required))
  return tag === undefined ? undefined : fault(REJECT_REASON.requiredTagMissing, tag, 'Required tag missing')
}

/**
 * What the specification has against a message, the first fault in the order of its fields; undefined when there is none. Of a
 * message type that the dictionary does not define only the header and the values are checked.
 */
export function validate(view: MessageView, options: ValidateOptions = {}): Violation | undefined {
  const { index, dictionary } = view
  const { header, trailer } = dictionary
  const run: Run = { index, dictionary, allowUndeclared: options.undeclaredTags === 'allow' }
  const definition = dictionary.messages.get(view.type)
  if (index.malformed === 'tag') return fault(REJECT_REASON.invalidTag, undefined, 'Invalid tag number')
  if (index.malformed === 'delimiter') return fault(REJECT_REASON.delimiterInValue, undefined, 'Non-data value includes the field delimiter')
  const seen = new Set<number>()
  let part: 'header' | 'body' | 'trailer' = 'header'
  for (let at = 0; at < index.count;) {
    const tag = index.tags[at] as number
    const wrong = checkValue(run, at)
    if (wrong !== undefined) return wrong
    if (seen.has(tag) && (definition !== undefined || header.fields.has(tag))) return fault(REJECT_REASON.tagRepeated, tag, 'Tag appears more than once')
    seen.add(tag)
    const isHeader = header.fields.has(tag)
    const isTrailer = trailer.fields.has(tag)
    if (isHeader ? part !== 'header' : part === 'trailer' && !isTrailer) return fault(REJECT_REASON.tagOutOfOrder, tag, 'Tag specified out of required order')
    part = isHeader ? 'header' : isTrailer ? 'trailer' : 'body'
    if (!isHeader && !isTrailer && definition !== undefined && !definition.fields.has(tag) && !(run.allowUndeclared && tag >= FIRST_CUSTOM_TAG)) {
      return fault(REJECT_REASON.tagNotDefinedForMessage, tag, 'Tag not defined for this message type')
    }
    const group = isHeader ? header.groups.get(tag) : definition?.groups.get(tag)
    const next = group === undefined ? at + 1 : checkGroup(run, at, index.count, group)
    if (typeof next !== 'number') return next
    at = next
  }
  return missingOf(header, seen) ?? (definition === undefined ? undefined : missingOf(definition, seen))
}
