import type { Json, StoredEvent } from '../../order/event.ts'
import { SluiceError } from '../../runtime/errors.ts'
import { type EventText, withEvaluation } from './event-text.ts'

/** Events in a row as they cross threads: one text is copied and parsed at once, a thousand small ones are not. */
export interface EventPage {
  readonly first: number
  readonly size: number
  /** JSON: for each event its time, its type, its data, and 1 when it has an evaluation. */
  readonly text: string
  /** Of the events that have one, in order, still JSON. */
  readonly evaluations: readonly string[]
}

/** What a page is made of. */
export interface PageRow extends EventText {
  readonly time: string
  readonly type: string
}

type Packed = readonly [time: string, type: string, data: Json, evaluated: 0 | 1]

export function packPage(first: number, rows: readonly PageRow[]): EventPage {
  const packed = rows.map(({ time, type, data, evaluation }) => `[${JSON.stringify(time)},${JSON.stringify(type)},${data},${evaluation === null ? 0 : 1}]`)
  return { first, size: rows.length, text: `[${packed.join(',')}]`, evaluations: rows.flatMap(({ evaluation }) => evaluation ?? []) }
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
  const rows = parse(text) as unknown as readonly Packed[]
  if (rows.length !== size) throw corrupt()
  let evaluated = 0
  return rows.map(([time, type, value, isEvaluated], index) => {
    const sequence = first + index
    const data = isEvaluated === 1 ? withEvaluation(value, evaluations[evaluated++] as string, parse) : value
    return { id: `${account}:${sequence}`, account, sequence, time, type, data } as unknown as StoredEvent
  })
}
