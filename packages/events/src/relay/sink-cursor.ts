import { SluiceError } from '@sluice/core'

/** An event that a sink would not take. The event itself stays in the journal. */
export interface DeadLetter {
  readonly sink: string
  readonly account: string
  readonly sequence: number
  readonly eventId: string
  /** Why it was given up. */
  readonly reason: string
  readonly attempts: number
  /** ISO 8601 UTC. */
  readonly time: string
}

/** How far a sink has got in one account: one durable value, so that a dead letter and the step over it are one write. */
export interface SinkCursor {
  /** Everything up to here was taken, or is a dead letter. */
  readonly sequence: number
  readonly dead: readonly Pick<DeadLetter, 'sequence' | 'reason' | 'attempts' | 'time'>[]
}

export function cursorName(sink: string, account: string): string {
  return `sink:${sink}:${account}`
}

export function formatSinkCursor({ sequence, dead }: SinkCursor): string {
  return JSON.stringify(dead.length === 0 ? { sequence } : { sequence, dead })
}

/** @throws SluiceError JOURNAL_CORRUPT when the text is not what `formatSinkCursor` makes */
export function parseSinkCursor(name: string, text: string): SinkCursor {
  try {
    const { sequence, dead = [] } = JSON.parse(text) as Partial<SinkCursor>
    if (Number.isSafeInteger(sequence) && (sequence as number) >= 0 && Array.isArray(dead)) return { sequence: sequence as number, dead }
  } catch {
    // The error below says it.
  }
  throw new SluiceError('JOURNAL_CORRUPT', `cursor ${name} of the journal cannot be read: it is "${text.slice(0, 80)}"`)
}
