/** The link before an account's first event. */
export const CHAIN_START: string = '0'.repeat(64)

/** An event as it is stored: `data` is the JSON text that was written, byte for byte. */
export interface ChainRow {
  readonly account: string
  readonly sequence: number
  /** The lease that wrote it. */
  readonly epoch: number
  readonly time: string
  readonly type: string
  readonly data: string
}

/**
 * What the link of an event is the SHA-256 of: the link before it, its place and its data, one line each. JSON has no raw
 * line breaks, so that no two events share a text.
 */
export function chainText(previous: string, { account, sequence, epoch, time, type, data }: ChainRow): string {
  return `${previous}\n${JSON.stringify([account, sequence, epoch, time, type])}\n${data}`
}
