/** What a consumer needs to know of an event, wherever it comes from. */
export interface ConsumedItem {
  readonly account: string
  readonly sequence: number
  readonly type: string
  readonly data: unknown
}

export interface PrinterOptions {
  /** Ends after this many events. */
  readonly count: number
  readonly end: () => void
}

/** Prints a line for each item, and drops what came before: all that a reader needs is the last sequence number of each account. */
export function createPrinter({ count, end }: PrinterOptions): (item: ConsumedItem) => void {
  const last = new Map<string, number>()
  let printed = 0
  return ({ account, sequence, type, data }) => {
    const seen = last.get(account) ?? 0
    if (sequence <= seen || printed >= count) return
    if (seen > 0 && sequence > seen + 1 && type !== 'stream_reset') console.log(`${account.padEnd(12)} missed ${seen + 1} to ${sequence - 1}`)
    last.set(account, sequence)
    printed += 1
    console.log(`${account.padEnd(12)} ${String(sequence).padStart(6)}  ${type.padEnd(24)} ${shorten(data)}`)
    if (printed >= count) end()
  }
}

/** Decisions carry every value that a guard read; a line shows the beginning. */
function shorten(data: unknown): string {
  const text = JSON.stringify(data)
  return text.length <= 160 ? text : `${text.slice(0, 159)}…`
}
