import type { Json, StoredEvent } from '../../order/event.ts'
import { SluiceError } from '../../runtime/errors.ts'
import { type EventText, withEvaluation } from './event-text.ts'

/**
 * Events in a row as they cross threads: bytes that change hands without a copy, parsed all at once. A thousand small texts would
 * cost more than the events in them.
 */
export interface EventPage {
  readonly first: number
  readonly size: number
  /** UTF-8 of a JSON array: for each event its sequence, its time, its data by its type, and 1 when it has an evaluation. */
  readonly text: Uint8Array
  /** UTF-8 of the evaluations, a line each, in order; null where no event has one. */
  readonly evaluations: Uint8Array | null
}

/** What a page is made of. */
export interface PageRow extends EventText {
  readonly sequence: number
  readonly time: string
  readonly type: string
}

/** SQL that makes `text` and `evaluations` of rows in their order, as `packPage` does: the rows never become objects. */
export const PAGE_TEXTS = `
  CAST('[' || coalesce(group_concat('[' || (position & 0xFFFFFFFFF) || ',' || json_quote(time) || ',{' || json_quote(type) || ':' || data || '},' || (evaluation IS NOT NULL) || ']', ','), '') || ']' AS BLOB) AS text,
  CAST(group_concat(evaluation, char(10)) AS BLOB) AS evaluations`

/** The type is a key: so it is one string for all events of the kind, and compared as one. */
type Packed = readonly [sequence: number, time: string, typed: { readonly [type: string]: Json }, evaluated: 0 | 1]

const encoder = new TextEncoder()
const decoder = new TextDecoder()

export function packPage(rows: readonly PageRow[]): EventPage {
  const packed = rows.map(({ sequence, time, type, data, evaluation }) => `[${sequence},${JSON.stringify(time)},{${JSON.stringify(type)}:${data}},${evaluation === null ? 0 : 1}]`)
  const evaluations = rows.flatMap(({ evaluation }) => evaluation ?? [])
  return {
    first: rows[0]?.sequence ?? 0, size: rows.length, text: encoder.encode(`[${packed.join(',')}]`),
    evaluations: evaluations.length === 0 ? null : encoder.encode(evaluations.join('\n')),
  }
}

/** @throws SluiceError JOURNAL_CORRUPT when a row is not what was written */
export function unpackPage(path: string, account: string, { first, size, text, evaluations }: EventPage): StoredEvent[] {
  const corrupt = (cause?: unknown): SluiceError =>
    new SluiceError('JOURNAL_CORRUPT', `${path}: an event from ${account}:${first} to ${account}:${first + size - 1} is not JSON; \`sluice journal verify\` names it`, { cause })
  const parse = (json: string): Json => {
    try {
      return JSON.parse(json) as Json
    } catch (cause) {
      throw corrupt(cause)
    }
  }
  // Most evaluations of a long history are never looked at.
  let lines: readonly string[] | undefined
  const evaluationAt = (index: number): Json => {
    lines ??= evaluations === null ? [] : decoder.decode(evaluations).split('\n')
    // A damaged one may have become two: then none of them is where it should be.
    if (lines.length !== evaluated) throw corrupt()
    return parse(lines[index] as string)
  }
  const rows = parse(decoder.decode(text)) as unknown as readonly Packed[]
  if (rows.length !== size) throw corrupt()
  let evaluated = 0
  return rows.map(([sequence, time, typed, isEvaluated], index) => {
    const [type, more] = Object.keys(typed)
    if (sequence !== first + index || type === undefined || more !== undefined) throw corrupt()
    const value = typed[type] as Json
    const data = isEvaluated === 1 ? withEvaluation(value, evaluated++, evaluationAt) : value
    return { id: `${account}:${sequence}`, account, sequence, time, type, data } as unknown as StoredEvent
  })
}
