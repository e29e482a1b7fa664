import { closeSync, fsyncSync, openSync, renameSync, writeSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { SecretStore } from '../../approval/secret-store.ts'
import { SluiceError } from '../../runtime/errors.ts'

type Records = Readonly<Record<string, string>>

async function readRecords(path: string): Promise<Records> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw error
  }
  try {
    const { version, records } = JSON.parse(text) as { version: number; records: Records }
    if (version !== 1) throw new Error('another version')
    return records
  } catch (cause) {
    throw new SluiceError('CONFIGURATION_INVALID', `${path} is no file of sealed secrets; put its backup back`, { cause })
  }
}

/** The whole file anew beside the old one, synced, then in its place: a crash leaves one or the other. */
function writeRecords(path: string, records: Records): void {
  const draft = `${path}.new`
  const descriptor = openSync(draft, 'w', 0o600)
  try {
    writeSync(descriptor, `${JSON.stringify({ version: 1, records })}\n`)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
  renameSync(draft, path)
  if (process.platform === 'win32') return
  const folder = openSync(dirname(path), 'r')
  try { fsyncSync(folder) } finally { closeSync(folder) }
}

/** Sealed secrets in one small file that only its owner reads. One process writes it. */
export function secretFile(path: string): SecretStore {
  let tail: Promise<unknown> = Promise.resolve()
  const change = (make: (records: Records) => Records): Promise<void> => {
    const done = tail.then(async () => { writeRecords(path, make(await readRecords(path))) })
    tail = done.catch(() => undefined)
    return done
  }
  return {
    get: async (name) => {
      await tail
      const records = await readRecords(path)
      return Object.hasOwn(records, name) ? records[name] : undefined
    },
    set: (name, sealed) => change((records) => ({ ...records, [name]: sealed })),
    delete: (name) => change((records) => Object.fromEntries(Object.entries(records).filter(([known]) => known !== name))),
  }
}
