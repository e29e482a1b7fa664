import type { Json, StoredEvent } from '../../order/event.ts'

/**
 * An event's data as two texts: what the guards read and said is most of an order's bytes, and a start needs none of it. Apart, it
 * is parsed only when somebody looks at it.
 */
export interface EventText {
  /** JSON without the evaluation. */
  readonly data: string
  /** JSON of the evaluation, where the event has one. */
  readonly evaluation: string | null
}

export function splitData(data: StoredEvent['data']): EventText {
  if (!('evaluation' in data) || data.evaluation === undefined) return { data: JSON.stringify(data), evaluation: null }
  const { evaluation, ...rest } = data
  return { data: JSON.stringify(rest), evaluation: JSON.stringify(evaluation) }
}

/** The whole as one JSON text: what the chain covers and an export holds. */
export function joinData({ data, evaluation }: EventText): string {
  return evaluation === null ? data : `${data.slice(0, -1)},"evaluation":${evaluation}}`
}

/** Puts the two together as the object they were. A damaged evaluation throws when it is looked at. */
export function withEvaluation<Source>(data: Json, source: Source, parse: (source: Source) => Json): Json {
  let parsed: Json | undefined
  return Object.defineProperty(data as Record<string, Json>, 'evaluation', {
    enumerable: true, configurable: true, get: () => { parsed ??= parse(source); return parsed },
  })
}
