import { closeSync, fstatSync, fsyncSync, linkSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type Clock, systemClock } from '../../runtime/clock.ts'

/** Thousands of trips. A larger file is not ours. */
const LARGEST = 1 << 20

const isCode = (error: unknown, code: string): boolean => (error as NodeJS.ErrnoException).code === code

/** A reader can see the first page of a line before the second: what has no end yet gets this long to find it, in ms. */
const SETTLE = 20

/** Keeps the process alive: whoever asks whether to stop waits for the answer. */
const settle = (clock: Clock): Promise<void> => new Promise((resolve) => { clock.setTimer(resolve, SETTLE, true) })

async function read(path: string): Promise<string> {
  const { size } = await stat(path)
  if (size > LARGEST) throw new RangeError(`${path} is larger than any trip file`)
  return readFile(path, 'utf8')
}

/**
 * The text of a trip file; undefined when there is none. Read it with `parseTrips`.
 * @throws when the file is there and cannot be read: treat that as engaged (`unreadableTrip`)
 */
export async function readTripFile(path: string, clock: Clock = systemClock): Promise<string | undefined> {
  try {
    let text = await read(path)
    while (!text.endsWith('\n')) {
      const before = text
      await settle(clock)
      text = await read(path)
      if (text === before) break
    }
    return text
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined
    throw error
  }
}

function syncFolder(path: string): void {
  if (process.platform === 'win32') return
  const folder = openSync(dirname(path), 'r')
  try { fsyncSync(folder) } finally { closeSync(folder) }
}

function writeSynced(descriptor: number, text: string): void {
  const bytes = Buffer.from(text)
  // One call, so that no other writer comes between; a full disk is told by the count.
  if (writeSync(descriptor, bytes) !== bytes.length) throw new Error('the disk is full')
  fsyncSync(descriptor)
}

/** Makes the file with its first line in it: a poll must never find it empty. */
function create(path: string, line: string): boolean {
  const draft = `${path}.${process.pid}.new`
  const descriptor = openSync(draft, 'w')
  try {
    try { writeSynced(descriptor, line) } finally { closeSync(descriptor) }
    linkSync(draft, path)
    return true
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false
    throw error
  } finally {
    rmSync(draft, { force: true })
  }
}

function endsWithoutNewline(descriptor: number): boolean {
  const { size } = fstatSync(descriptor)
  const last = Buffer.alloc(1)
  return size > 0 && readSync(descriptor, last, 0, 1, size - 1) === 1 && last[0] !== 0x0a
}

/**
 * Adds a line made by `formatTrip`. Durable when it returns. Lines are never rewritten, so any number of writers lose none.
 * @throws when it could not be written or synced: the stop may not survive a power cut
 */
export function appendTripFile(path: string, line: string): void {
  if (!create(path, line)) {
    const descriptor = openSync(path, 'a+')
    try {
      // A line that a crash tore must not take this one with it.
      writeSynced(descriptor, endsWithoutNewline(descriptor) ? `\n${line}` : line)
    } finally {
      closeSync(descriptor)
    }
  }
  syncFolder(path)
}
