// Runs before every test file of the node project. Everything by which a secret could get out of a process is looked through for
// canaries, and the test in which one appears fails: log lines, errors, journaled events, answers over HTTP and addresses of requests,
// what child processes say, and files that are left behind, at the moment they are removed.
import { ChildProcess } from 'node:child_process'
import fs from 'node:fs'
import http from 'node:http'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import type { Readable } from 'node:stream'
import { inspect } from 'node:util'
import { afterAll, afterEach, vi } from 'vitest'
import { inspectFiles } from './inspect-files.ts'
import { addLeak, assertNoLeak, inspectBulk, inspectText } from './leaks.ts'

const textOf = (value: unknown): string => (typeof value === 'string' ? value : Buffer.isBuffer(value) || value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value === undefined ? '' : inspect(value, { depth: 8, maxStringLength: 100_000 }))

// Of the service: what it logs, throws and writes down. Their types are not imported: nothing here belongs to a package.
type Factory = (...parts: readonly unknown[]) => object
interface Logs { readonly append: Factory; readonly saveSnapshot: Factory }
type Constructor = new (...parts: readonly unknown[]) => Error

vi.mock('../../packages/core/src/runtime/logger.ts', async (load) => {
  const line = (...parts: readonly unknown[]): void => { inspectText('log', parts.map(textOf).join(' ')) }
  return { ...await load<object>(), silentLogger: { debug: line, info: line, warn: line, error: line } }
})

vi.mock('../../packages/core/src/runtime/errors.ts', async (load) => {
  const actual = await load<{ readonly SluiceError: Constructor }>()
  const construct = (target: Constructor, parts: readonly unknown[], made: Constructor): object => {
    const error: Error = Reflect.construct(target, parts, made)
    inspectText('error', [error.message, error.stack, JSON.stringify(error), error.cause instanceof Error ? error.cause.message : ''].join(' '))
    return error
  }
  return { ...actual, SluiceError: new Proxy(actual.SluiceError, { construct }) }
})

vi.mock('../../packages/core/src/journal/memory-journal.ts', async (load) => {
  const actual = await load<{ readonly memoryJournal: () => Logs }>()
  const memoryJournal = (): Logs => {
    const journal = actual.memoryJournal()
    return {
      ...journal,
      append: (...parts) => {
        inspectBulk('event', JSON.stringify(parts[1]))
        return journal.append(...parts)
      },
      saveSnapshot: (...parts) => {
        inspectBulk('snapshot', JSON.stringify(parts[1], (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value)))
        return journal.saveSnapshot(...parts)
      },
    }
  }
  return { ...actual, memoryJournal }
})

for (const level of ['debug', 'log', 'info', 'warn', 'error', 'trace'] as const) {
  const write = console[level].bind(console)
  console[level] = (...parts: readonly unknown[]) => {
    // What has leaked fails the test; it is not shown on top of that.
    if (!inspectText('console', parts.map(textOf).join(' '))) write(...parts)
  }
}

// Of HTTP: whatever a server answers, and the address it was asked at.
const { prototype: response } = http.ServerResponse
for (const name of ['write', 'end'] as const) {
  const send = response[name] as (this: http.ServerResponse, ...parts: readonly unknown[]) => unknown
  Object.assign(response, {
    [name](this: http.ServerResponse, ...parts: readonly unknown[]) {
      if (typeof parts[0] !== 'function') inspectText('answer', textOf(parts[0]))
      if (name === 'end') inspectText('answer', `${this.req?.url ?? ''} ${JSON.stringify(this.getHeaders())}`)
      return send.apply(this, [...parts])
    },
  })
}
globalThis.Response = new Proxy(globalThis.Response, {
  construct: (target, parts, made: typeof Response) => {
    if (typeof parts[0] === 'string') inspectText('answer', parts[0])
    return Reflect.construct(target, parts, made) as Response
  },
})

// Of child processes: what they say, as it comes in.
function listen(stream: Readable | null | undefined, channel: string): void {
  if (stream === null || stream === undefined) return
  const push = stream.push.bind(stream)
  stream.push = (chunk: unknown, encoding?: BufferEncoding) => {
    if (chunk !== null) inspectText(channel, textOf(chunk))
    return push(chunk, encoding)
  }
}
type Spawn = (this: ChildProcess, options: object) => unknown
const children = ChildProcess.prototype as unknown as { spawn: Spawn }
const { spawn } = children
children.spawn = function spawnWatched(this: ChildProcess, options) {
  const result = spawn.call(this, options)
  listen(this.stdout, 'child output')
  listen(this.stderr, 'child output')
  return result
}

// Of files: what a test leaves in the folder for such things, before it is gone.
function inspectRemoved(path: unknown): void {
  if (typeof path === 'string' && path.startsWith(tmpdir())) inspectFiles(path, (file, around) => { addLeak('file', `${file}: ${around}`) })
}
const { rm, rmSync } = fs
const removeLater = fs.promises.rm
fs.rmSync = (path, options) => {
  inspectRemoved(path)
  rmSync(path, options)
}
fs.promises.rm = (path, options) => {
  inspectRemoved(path)
  return removeLater(path, options)
}
Object.assign(fs, { rm: Object.assign((path: string, ...rest: readonly unknown[]) => {
  inspectRemoved(path)
  ;(rm as (...parts: readonly unknown[]) => void)(path, ...rest)
}, rm) })
syncBuiltinESMExports()

afterEach(assertNoLeak)
afterAll(assertNoLeak)
