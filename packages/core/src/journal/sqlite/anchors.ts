import { appendFileSync, closeSync, fdatasyncSync, openSync, readFileSync } from 'node:fs'
import { describeError } from '../../runtime/errors.ts'
import { readAccounts } from './account-rows.ts'
import { linkReader } from './check-pins.ts'
import type { Database } from './load-sqlite.ts'
import type { Finding } from './verify-report.ts'

/** Where one history ended. */
export type AnchoredHead = readonly [account: string, sequence: number, hash: string]

/** Where the histories ended at one moment, signed. Whoever holds one can prove that what was before it has not changed. */
export interface Anchor {
  readonly heads: readonly AnchoredHead[]
  readonly signature: string
}

/** How a journal is anchored. */
export interface AnchorOptions {
  /** Signs a text: Ed25519, an HMAC, a key service. Runs on the calling thread, off the way of orders. */
  readonly sign: (text: string) => string | Promise<string>
  /** Events between two anchors; one more when the journal closes. Default 1 000. */
  readonly every?: number
  /** Takes each anchor to another place: whoever can rewrite this machine's disk must not reach it. */
  readonly publish?: (anchor: Anchor) => void | Promise<void>
  /** Told when an anchor could not be signed, written or published. Orders go on; the next anchor covers what this one did not. */
  readonly onError?: (error: unknown) => void
}

/** Whether a signature is that of a text. */
export type VerifySignature = (text: string, signature: string) => boolean | Promise<boolean>

const EVERY = 1_000

/** The text that is signed. */
export function anchorText(heads: readonly AnchoredHead[]): string {
  return JSON.stringify({ sluiceAnchor: 1, heads })
}

/** Makes anchors as events are written, one at a time. */
export interface Anchorer {
  written(events: number): void
  /** The last anchor. */
  close(): Promise<void>
}

/** Appends each anchor to `<journal>.anchors`, a JSON object a line. */
export function createAnchorer(path: string, { sign, every = EVERY, publish, onError }: AnchorOptions, readHeads: () => Promise<readonly AnchoredHead[]>): Anchorer {
  let since = 0
  let running: Promise<void> = Promise.resolve()

  const anchor = async (): Promise<void> => {
    try {
      const heads = await readHeads()
      const made: Anchor = { heads, signature: await sign(anchorText(heads)) }
      const file = openSync(`${path}.anchors`, 'a')
      try {
        appendFileSync(file, `${JSON.stringify(made)}\n`)
        fdatasyncSync(file)
      } finally {
        closeSync(file)
      }
      await publish?.(made)
    } catch (error) {
      onError?.(error)
    }
  }

  return {
    written: (events) => {
      since += events
      if (since < every) return
      since = 0
      running = running.then(anchor)
    },
    close: async () => {
      await running
      if (since === 0) return
      since = 0
      await anchor()
    },
  }
}

function parseAnchor(line: string): Anchor {
  const { heads, signature } = JSON.parse(line) as Anchor
  if (!Array.isArray(heads) || typeof signature !== 'string') throw new TypeError('it is no anchor')
  return { heads, signature }
}

/** Compares the history with every signed anchor beside it. Half a last line is what a crash leaves and says nothing. */
export async function anchorFindings(database: Database, path: string, verifySignature: VerifySignature | undefined): Promise<readonly Finding[]> {
  let text: string
  try {
    text = readFileSync(`${path}.anchors`, 'utf8')
  } catch {
    return []
  }
  const linkOf = linkReader(database)
  const rows = new Map(readAccounts(database).map((row) => [row.account, row]))
  const found: Finding[] = []
  for (const [index, line] of text.split('\n').slice(0, -1).entries()) {
    const fail = (message: string): void => { found.push({ code: 'ANCHOR_INVALID', message: `anchor ${index + 1}: ${message}` }) }
    try {
      const { heads, signature } = parseAnchor(line)
      if (verifySignature !== undefined && !await verifySignature(anchorText(heads), signature)) fail('its signature does not hold')
      for (const [account, sequence, hash] of heads) {
        const row = rows.get(account)
        const link = row === undefined || sequence > row.sequence ? '' : linkOf(row, sequence)
        if (link !== undefined && link !== hash) fail(`event ${account}:${sequence} is not the one that was signed`)
      }
    } catch (error) {
      fail(describeError(error))
    }
  }
  return found
}
