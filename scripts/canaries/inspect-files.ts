import { closeSync, lstatSync, openSync, readdirSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { findCanaries } from './find-canaries.ts'

const PIECE = 4 * 1024 * 1024
/** Longer than any form of a canary: a piece begins so far before the end of the one before it. */
const OVERLAP = 256

/**
 * What each file that holds a canary says around it; its name counts like its bytes. Folders are looked through, links are not
 * followed.
 */
export function inspectFiles(path: string, found: (file: string, around: string) => void): number {
  let stats
  try {
    stats = lstatSync(path)
  } catch {
    return 0
  }
  for (const around of findCanaries(path)) found(path, around)
  if (stats.isDirectory()) return readdirSync(path).reduce((files, name) => files + inspectFiles(join(path, name), found), 0)
  if (!stats.isFile()) return 0
  const file = openSync(path, 'r')
  const piece = Buffer.alloc(Math.min(PIECE, stats.size))
  try {
    for (let at = 0; at < stats.size; at += PIECE - OVERLAP) {
      const length = readSync(file, piece, 0, piece.length, at)
      for (const around of findCanaries(piece.toString('latin1', 0, length))) found(path, around)
      if (length < piece.length) break
    }
  } finally {
    closeSync(file)
  }
  return 1
}
