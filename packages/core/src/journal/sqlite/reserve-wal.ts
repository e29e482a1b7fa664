import { closeSync, fdatasyncSync, fstatSync, ftruncateSync, openSync, readSync, statfsSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

/** Pages after which SQLite writes the WAL back into the file and begins it anew. */
export const WAL_PAGES = 4000
/** A page with its header, behind the header of the file. */
const FRAME = 24 + 4096
const HEADER = 32
/** Frames that are reserved at a time: about two milliseconds. */
const STEP = 256
/** Frames before the end of what is reserved, of which the first says by its number that the end is near. */
const NEAR = 64
/** Commits from one look to the next. */
const LOOK_EVERY = 4
/** What must be free on the disk, as a multiple of what is taken. */
const ROOM = 64

/**
 * Keeps the WAL longer than what is in it: a commit that lengthens the file costs up to twice as much as one that overwrites, and a service that
 * starts each morning would pay it all day. What is written ahead are zeros. They are no frames to SQLite, whose WAL ends where a frame does not
 * carry its salt. Where the disk is short of room, or refuses, the WAL grows as it would.
 */
export interface WalReserve {
  /** After a commit. */
  keepAhead(): void
  close(): void
}

const sizeOf = (frames: number): number => HEADER + frames * FRAME

/** Adds zeros at the end; answers the frames that there is room for then. */
function lengthen(file: number, folder: string): number {
  const { size } = fstatSync(file)
  const frames = Math.min(WAL_PAGES, Math.ceil(Math.max(0, size - HEADER) / FRAME) + STEP)
  const missing = sizeOf(frames) - size
  const { bavail, bsize } = statfsSync(folder)
  if (missing <= 0 || bavail * bsize < ROOM * missing) return WAL_PAGES
  try {
    writeSync(file, Buffer.alloc(missing), 0, missing, size)
    fdatasyncSync(file)
    return frames
  } catch (error) {
    ftruncateSync(file, size)
    throw error
  }
}

/** `database` is open in WAL mode, and nobody else writes to it. */
export function reserveWal(database: string): WalReserve {
  const path = `${database}-wal`
  const word = Buffer.alloc(4)
  let file: number | undefined
  let frames = WAL_PAGES
  let commits = 0

  const close = (): void => {
    if (file !== undefined) closeSync(file)
    file = undefined
  }
  /** No commit fails for want of what only makes the next ones cheaper. */
  const attempt = (work: () => void): void => {
    try {
      work()
    } catch {
      close()
    }
  }
  attempt(() => {
    // SQLite's locks are on the file itself: closing another handle on the WAL drops none.
    file = openSync(path, 'r+')
    frames = lengthen(file, dirname(path))
  })

  return {
    keepAhead: () => {
      if (file === undefined || frames === WAL_PAGES) return
      commits += 1
      if (commits % LOOK_EVERY !== 0) return
      const handle = file
      attempt(() => {
        // The number of its page: none is 0.
        readSync(handle, word, 0, 4, sizeOf(frames - NEAR))
        if (word.readUInt32BE() !== 0) frames = lengthen(handle, dirname(path))
      })
    },
    close,
  }
}
