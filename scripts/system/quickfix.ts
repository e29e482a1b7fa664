import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import type { SystemPart } from '../system-part.ts'

export const part: SystemPart = {
  name: 'QuickFIX C++',
  why: 'the FIX adapter is not tested against an engine that is not ours without it',
  debianPackages: ['libquickfix-dev', 'g++'],
  present: () => existsSync('/usr/include/quickfix/Application.h') && spawnSync('g++', ['--version']).status === 0,
}
