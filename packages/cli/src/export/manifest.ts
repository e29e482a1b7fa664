import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { CommandError, EXIT } from '../exit-code.ts'

export const MANIFEST_NAME = 'manifest.json'

/** One account's part of an export. */
export interface ExportedAccount {
  readonly account: string
  /** The first and last event in the export. */
  readonly first: number
  readonly last: number
  readonly events: number
  readonly firstTime: string
  readonly lastTime: string
  /** The link of the last event: the head of the account's chain when the export was made. */
  readonly head: string
}

/** One file of an export. */
export interface ExportedFile {
  readonly name: string
  readonly format: 'jsonl' | 'parquet'
  readonly events: number
  readonly bytes: number
  readonly sha256: string
}

/** What an export holds, and the hashes by which it is recognised. It is written last, once the data has been read back. */
export interface ExportManifest {
  readonly format: 'sluice-export'
  readonly version: 1
  /** The name of the journal's file. */
  readonly journal: string
  /** ISO 8601. */
  readonly exportedAt: string
  readonly events: number
  readonly accounts: readonly ExportedAccount[]
  readonly files: readonly ExportedFile[]
}

function schema(): z.ZodType<ExportManifest> {
  const count = z.number().int().nonnegative()
  const digest = z.string().regex(/^[0-9a-f]{64}$/)
  const account = z.object({ account: z.string().min(1), first: count, last: count, events: count, firstTime: z.string(), lastTime: z.string(), head: digest })
  // A name is no path: a manifest must not lead out of its folder.
  const file = z.object({ name: z.string().regex(/^\w[\w.-]*$/), format: z.enum(['jsonl', 'parquet']), events: count, bytes: count, sha256: digest })
  return z.object({
    format: z.literal('sluice-export'), version: z.literal(1), journal: z.string(), exportedAt: z.iso.datetime(), events: count,
    accounts: z.array(account), files: z.array(file).min(1),
  })
}

/** @throws CommandError when the folder has no manifest, or one that is none of ours */
export function readManifest(folder: string): ExportManifest {
  const path = join(folder, MANIFEST_NAME)
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    throw new CommandError(EXIT.unreadable, 'EXPORT_UNREADABLE', `${folder} is no export: it has no ${MANIFEST_NAME}`, cause)
  }
  try {
    return schema().parse(JSON.parse(text))
  } catch (cause) {
    throw new CommandError(EXIT.damaged, 'EXPORT_DAMAGED', `${path} is damaged or of a newer Sluice; export again`, cause)
  }
}
