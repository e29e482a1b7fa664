import { closeSync, existsSync, fdatasync, fsyncSync, ftruncateSync, mkdirSync, openSync, readFileSync, readSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { type Clock, SluiceError, systemClock, type Timer } from '@sluice/core'
import type { FixStore, StoreRecord } from './fix-store.ts'
import { lockFile } from './lock-file.ts'
import { applyRecords, encodeFrame, MAGIC, readContents, type StoreContents } from './store-frame.ts'

export interface FileFixStoreOptions {
  /** The file; its folder is made when it is not there. A lock file lies beside it. */
  readonly path: string
  /**
   * `'always'`: every message is on the disk before it is on the line; many at once share a sync. `'never'`: the operating system
   * has it, which survives the end of the process but not of the machine. `'interval'`: as `'never'`, with a sync every `interval`:
   * when the machine dies, the messages of that time are lost, their numbers are not. Default `'always'`.
   */
  readonly fsync?: 'always' | 'interval' | 'never'
  /** Time between syncs with `fsync: 'interval'`, in ms: what a power cut may take. Default 50. */
  readonly interval?: number
  /** Default: the system's. */
  readonly clock?: Pick<Clock, 'setTimer'>
}

/** How many numbers are set apart with one sync, before they are used. */
const RESERVED = 4096

type Done = (error: Error | undefined) => void

/** A session's numbers and messages in one append-only file. */
export function fileFixStore(options: FileFixStoreOptions): FixStore {
  const { path, fsync = 'always', interval = 50, clock = systemClock } = options
  let file = -1
  let unlock: (() => void) | undefined
  let contents: StoreContents | undefined
  let failure: Error | undefined
  let waiting: { readonly record: StoreRecord; readonly done: Done }[] = []
  let isSyncing = false
  const retired: number[] = []
  let whenIdle: (() => void) | undefined

  const opened = (): StoreContents => {
    if (contents === undefined) throw new SluiceError('CLOSED', 'the FIX store is not open')
    return contents
  }
  const fail = (error: unknown): Error => {
    failure ??= error instanceof Error ? error : new Error(String(error))
    return failure
  }
  /** Appends one frame and knows at once what it says. */
  const write = (records: readonly StoreRecord[]): void => {
    const known = opened()
    const frame = encodeFrame(records)
    for (let at = 0; at < frame.length;) at += writeSync(file, frame, at, frame.length - at, known.end + at)
    applyRecords(known, frame.subarray(8), known.end)
    known.end += frame.length
  }
  /** A new file with nothing but the numbers takes the place of the old one in one step. */
  const startAgain = (record: StoreRecord): void => {
    const fresh = `${path}.new`
    const next = openSync(fresh, 'w+')
    const frame = encodeFrame([record])
    writeSync(next, Buffer.concat([MAGIC, frame]))
    fsyncSync(next)
    renameSync(fresh, path)
    const folder = openSync(dirname(path), 'r')
    try { fsyncSync(folder) } finally { closeSync(folder) }
    // A sync may still be at work on the old one.
    if (isSyncing) retired.push(file)
    else if (file >= 0) closeSync(file)
    file = next
    contents = { numbers: { nextSender: 1, nextTarget: 1, createdAt: 0 }, places: new Map(), reserved: 0, end: MAGIC.length + frame.length }
    applyRecords(contents, frame.subarray(8), MAGIC.length)
  }
  let syncTimer: Timer | undefined
  /** A power cut may take messages, so that the numbers they had must be known before: without that they would be used twice. */
  const reserve = (next: number): void => {
    write([{ kind: 'reserve', next }])
    fsyncSync(file)
  }
  const writeForInterval = (record: StoreRecord): void => {
    const { reserved, numbers } = opened()
    if (record.kind === 'message' && record.sequence >= reserved) reserve(Math.max(numbers.nextSender, record.sequence) + RESERVED)
    write([record])
    syncTimer ??= clock.setTimer(() => {
      syncTimer = undefined
      if (contents === undefined || failure !== undefined || isSyncing) return
      isSyncing = true
      fdatasync(file, (error) => {
        isSyncing = false
        for (const old of retired.splice(0)) closeSync(old)
        if (error !== null) fail(error)
        whenIdle?.()
      })
    }, interval, true)
  }
  const settle = (batch: readonly { readonly done: Done }[], error: Error | undefined): void => {
    for (const { done } of batch) done(error)
  }
  /** Everything that came while the last sync ran goes out with the next one. */
  const flush = (): void => {
    if (isSyncing) return
    if (waiting.length === 0) {
      whenIdle?.()
      return
    }
    const batch = waiting
    waiting = []
    isSyncing = true
    const finish = (error: Error | null): void => {
      isSyncing = false
      for (const old of retired.splice(0)) closeSync(old)
      if (error !== null) fail(error)
      settle(batch, failure)
      flush()
    }
    try {
      if (failure !== undefined) throw failure
      write(batch.map(({ record }) => record))
      fdatasync(file, finish)
    } catch (error) {
      finish(fail(error))
    }
  }
  const attempt = (work: () => void, done: Done): void => {
    try {
      if (failure !== undefined) throw failure
      work()
    } catch (error) {
      done(fail(error))
      return
    }
    done(undefined)
  }

  return {
    open: async (now) => {
      mkdirSync(dirname(path), { recursive: true })
      unlock = lockFile(`${path}.lock`)
      try {
        if (existsSync(path)) {
          contents = readContents(readFileSync(path), path)
          file = openSync(path, 'r+')
          ftruncateSync(file, contents.end)
          fsyncSync(file)
          // It was not closed: what was on its way to the disk may be gone. The counterparty asks for the numbers between and gets gap fills.
          if (contents.reserved > contents.numbers.nextSender) contents.numbers = { ...contents.numbers, nextSender: contents.reserved }
        } else startAgain({ kind: 'reset', numbers: { nextSender: 1, nextTarget: 1, createdAt: now } })
        return opened().numbers
      } catch (error) {
        unlock()
        throw error
      }
    },
    append: (record, done) => {
      if (record.kind === 'reset') {
        // What waits belongs to the numbers that end here.
        settle(waiting.splice(0), new Error('the sequence numbers were reset'))
        attempt(() => { startAgain(record) }, done)
      } else if (fsync === 'interval') attempt(() => { writeForInterval(record) }, done)
      else if (fsync === 'never') attempt(() => { write([record]) }, done)
      // How far we have read need not be on the disk first: what is read twice is recognised.
      else if (record.kind === 'target' && !isSyncing && waiting.length === 0) attempt(() => { write([record]) }, done)
      else {
        waiting.push({ record, done })
        flush()
      }
    },
    read: (from, to) => {
      const { places } = opened()
      const messages: { readonly sequence: number; readonly bytes: Uint8Array }[] = []
      for (let sequence = from; sequence <= to; sequence += 1) {
        const place = places.get(sequence)
        if (place === undefined) continue
        const bytes = new Uint8Array(place.length)
        if (readSync(file, bytes, 0, place.length, place.offset) === place.length) messages.push({ sequence, bytes })
      }
      return messages
    },
    close: async () => {
      if (contents === undefined) return
      await new Promise<void>((resolve) => { whenIdle = resolve; flush() })
      syncTimer?.cancel()
      try {
        fsyncSync(file)
        // Only now is every number accounted for.
        if (contents.reserved > 0 && failure === undefined) reserve(0)
      } finally {
        contents = undefined
        closeSync(file)
        file = -1
        unlock?.()
        rmSync(`${path}.new`, { force: true })
      }
    },
  }
}
