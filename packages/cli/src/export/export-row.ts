import type { ChainedEvent } from '@sluice/core/sqlite'

/** One event as it is exported. `data` is the JSON text that was journaled: with it anyone can compute the chain again. */
export interface ExportRow {
  readonly account: string
  readonly sequence: number
  readonly epoch: number
  readonly time: string
  readonly type: string
  readonly hash: string
  readonly data: string
}

export function toRow({ event: { account, sequence, time, type }, epoch, hash, data }: ChainedEvent): ExportRow {
  return { account, sequence, epoch, time, type, hash, data }
}

/** Writes rows to one file. Synchronous: the journal is read in the same rhythm, and a full disk is told at once. */
export interface RowWriter {
  write(row: ExportRow): void
  /** Writes what is left and syncs the file. */
  finish(): void
  /** Gives the file back without finishing it. */
  abandon(): void
}
