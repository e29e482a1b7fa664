import { execFile, spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Wrapper } from './run-victim.ts'

/** A broken world around one process. */
interface BrokenWorld {
  readonly wrapper: Wrapper
  /** Mends it for the processes that come after. */
  repair(): void
  /** Takes away what it put into the system. */
  remove(): void
}

/** Something that breaks around a process. */
export interface Fault {
  readonly name: string
  /** The alert that shows that it took effect; absent where it shows in no alert. */
  readonly alert?: string
  /** Why it cannot be had on this system; undefined when it can. */
  readonly missing: string | undefined
  prepare(folder: string, seed: string): BrokenWorld
}

const nothing = (): void => undefined

/** A number from 0 to 99 that a seed always gives. */
function share(seed: string): number {
  let sum = 7
  for (const character of seed) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 10_007
  return (sum * 37) % 100
}

function mount(...parameters: readonly string[]): boolean {
  return spawnSync('mount', parameters).status === 0
}

function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-mount-'))
  try {
    return mount('-t', 'tmpfs', '-o', 'size=64k', 'none', folder) && spawnSync('umount', [folder]).status === 0
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The journal's disk fills up in the middle of the day. */
function smallDisk(): Fault {
  return {
    name: 'a full disk (tmpfs)', alert: 'JOURNAL_FAILED', missing: undefined,
    prepare: (folder, seed) => {
      const disk = join(folder, 'journal')
      if (!mount('-t', 'tmpfs', '-o', `size=${150 + share(seed) * 3}k`, 'none', disk)) throw new Error(`${disk} could not be mounted`)
      return {
        wrapper: {},
        repair: () => { mount('-o', 'remount,size=64m', disk) },
        remove: () => { spawnSync('umount', [disk]) },
      }
    },
  }
}

/** Without the right to mount: no file may grow beyond a size, the broker's books neither. */
function smallFiles(): Fault {
  return {
    name: 'a full disk (limit on file size)', alert: 'JOURNAL_FAILED', missing: existsSync('/bin/bash') ? undefined : 'neither mount nor bash',
    prepare: (_, seed) => ({
      wrapper: { command: ['/bin/bash', '-c', `ulimit -f ${140 + share(seed) * 3}; exec "$@"`, 'bash'] }, repair: nothing, remove: nothing,
    }),
  }
}

function failingSync(): Fault {
  return {
    name: 'failing fsync (libfiu)', alert: 'JOURNAL_FAILED',
    missing: spawnSync('fiu-run', ['-h']).error === undefined ? undefined : 'fiu-run is not installed (Debian: fiu-utils)',
    prepare: (folder) => {
      const control = join(folder, 'control')
      const all = (): void => {
        for (const pipe of globSync(`${control}-*.in`)) {
          const pid = pipe.slice(control.length + 1, -'.in'.length)
          // Who has died by then reads no pipe any more.
          execFile('fiu-ctrl', ['-f', control, '-c', 'enable name=posix/io/sync/fsync', pid], { timeout: 5_000 }, nothing)
        }
      }
      return {
        wrapper: {
          // Now and then in the morning, and always in the afternoon: it takes effect in every run.
          command: ['fiu-run', '-x', '-f', control, '-c', 'enable_random name=posix/io/sync/fsync,probability=0.01'],
          heard: (line) => { if (line === 'asked asks') all() },
        },
        repair: nothing, remove: nothing,
      }
    },
  }
}

/** The wall clock goes an hour back, then two ahead; the monotonic one goes on. */
function jumpingClock(): Fault {
  const [library] = globSync(['/usr/lib/*/faketime/libfaketimeMT.so.1', '/usr/lib/faketime/libfaketimeMT.so.1'])
  return {
    name: 'a jumping wall clock (libfaketime)', missing: library === undefined ? 'libfaketime is not installed (Debian: libfaketime)' : undefined,
    prepare: (folder) => {
      const file = join(folder, 'clock')
      const jumps: Readonly<Record<string, string>> = { 'asked trades': '-3600', 'asked races': '+7200' }
      writeFileSync(file, '+0')
      return {
        wrapper: {
          environment: { LD_PRELOAD: library ?? '', FAKETIME_TIMESTAMP_FILE: file, FAKETIME_DONT_FAKE_MONOTONIC: '1', FAKETIME_NO_CACHE: '1' },
          heard: (line) => { if (jumps[line] !== undefined) writeFileSync(file, jumps[line]) },
        },
        repair: nothing, remove: nothing,
      }
    },
  }
}

/** Every fault there is, also those that this system cannot have. */
export function allFaults(): readonly Fault[] {
  return [canMount() ? smallDisk() : smallFiles(), failingSync(), jumpingClock()]
}
