import { chainHash, CHAIN_START } from '@sluice/core/sqlite'
import { createHash } from 'node:crypto'
import { createReadStream, statSync } from 'node:fs'
import { join } from 'node:path'
import type { ExportRow } from './export-row.ts'
import { readJsonLines } from './json-lines.ts'
import type { ExportedFile, ExportManifest } from './manifest.ts'
import { readParquet } from './parquet.ts'

/** What was found in the files of an export. */
export interface ExportCheck {
  readonly events: number
  /** What differs from the manifest, for a person; empty when nothing does. */
  readonly problems: readonly string[]
}

const readers: Readonly<Record<ExportedFile['format'], (path: string) => AsyncGenerator<ExportRow, void, undefined>>> = { jsonl: readJsonLines, parquet: readParquet }

export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer)
  return hash.digest('hex')
}

/** Follows the chains through the rows and says where they break. */
function chainReader(problems: string[]): (row: ExportRow) => void {
  const ends = new Map<string, { readonly sequence: number; readonly hash: string }>()
  return (row) => {
    const before = ends.get(row.account)
    const place = `${row.account}:${row.sequence}`
    if (before !== undefined && row.sequence !== before.sequence + 1) problems.push(`event ${row.account}:${before.sequence + 1} is missing`)
    const previous = before?.hash ?? (row.sequence === 1 ? CHAIN_START : undefined)
    // Of the first event after a pruning the link before is not in the export; the link after it is.
    if (previous !== undefined && chainHash(previous, row) !== row.hash) problems.push(`event ${place} is not what was journaled`)
    ends.set(row.account, row)
  }
}

function compareFile(folder: string, file: ExportedFile, sha256: string): string[] {
  const { size } = statSync(join(folder, file.name))
  if (size !== file.bytes) return [`${file.name} has ${size} bytes, the manifest says ${file.bytes}`]
  return sha256 === file.sha256 ? [] : [`${file.name} is not the file that was written`]
}

/**
 * Reads every event of an export back and compares it with the manifest: hashes of the files, ranges and chains of the accounts.
 * Pruning relies on it.
 */
export async function checkExport(folder: string, manifest: ExportManifest, onEvent: () => void = () => undefined): Promise<ExportCheck> {
  const problems: string[] = []
  const found = new Map<string, { first: number; last: number; events: number; head: string }>()
  let events = 0
  const follow = chainReader(problems)
  for (const file of manifest.files) {
    try {
      problems.push(...compareFile(folder, file, await sha256OfFile(join(folder, file.name))))
      for await (const row of readers[file.format](join(folder, file.name))) {
        onEvent()
        events += 1
        follow(row)
        const account = found.get(row.account) ?? { first: row.sequence, last: 0, events: 0, head: '' }
        found.set(row.account, { ...account, last: row.sequence, events: account.events + 1, head: row.hash })
      }
    } catch (error) {
      problems.push(`${file.name} cannot be read: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  for (const { account, first, last, events: count, head } of manifest.accounts) {
    const here = found.get(account)
    if (here === undefined || here.first !== first || here.last !== last || here.events !== count || here.head !== head) {
      problems.push(`account ${account} has events ${here?.first ?? 0} to ${here?.last ?? 0}, the manifest says ${first} to ${last}, or another head`)
    }
  }
  if (found.size !== manifest.accounts.length) problems.push(`there are ${found.size} accounts, the manifest says ${manifest.accounts.length}`)
  return { events, problems }
}
