import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import type { SystemPart } from '../system-part.ts'

const runs = (command: string, option: string): boolean => spawnSync(command, [option]).error === undefined

export const part: SystemPart = {
  name: 'strace, libfiu and libfaketime',
  why: 'crash tests with failing disks and jumping clocks are left out without them',
  debianPackages: ['strace', 'fiu-utils', 'libfaketime'],
  present: () => runs('strace', '-V') && runs('fiu-run', '-h') && globSync(['/usr/lib/*/faketime/libfaketimeMT.so.1', '/usr/lib/faketime/libfaketimeMT.so.1']).length > 0,
}
