import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build, type Plugin } from 'esbuild'

/** Where the binary is, without a script in between that would have to be ended too. */
const { default: workerd } = createRequire(import.meta.url)('workerd') as { readonly default: string }

/** One script for a runtime that has no modules of Node's: a single import of `node:` anywhere in it, and it cannot be made. */
async function bundle(entry: string, conditions: string[], plugins: Plugin[]): Promise<string> {
  const { outputFiles, warnings } = await build({
    entryPoints: [entry], bundle: true, write: false, format: 'esm', platform: 'neutral', target: 'es2024', mainFields: ['module', 'main'], conditions, plugins, logLevel: 'silent',
  })
  if (warnings.length > 0) throw new Error(`esbuild warns: ${warnings.map(({ text }) => text).join('; ')}`)
  return outputFiles[0]?.text ?? ''
}

const config = (token: string, hasDesk: boolean): string => `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [(name = "main.js", esModule = embed "main.js")],
  compatibilityDate = "2026-07-01",
  bindings = [(name = "DESK_TOKEN", text = "${token}")${hasDesk ? ', (name = "DESK", durableObjectNamespace = "Desk")' : ''}],
  ${hasDesk ? 'durableObjectNamespaces = [(className = "Desk", uniqueKey = "desk")],\n  durableObjectStorage = (inMemory = void),' : ''}
);
`

export interface RunningWorker {
  readonly origin: string
  close(): Promise<void>
}

export interface WorkerOptions {
  readonly entry: string
  readonly token?: string
  readonly hasDesk?: boolean
  readonly conditions?: string[]
  readonly plugins?: Plugin[]
}

/** Bundles a Worker and starts it in workerd, the runtime that Workers run in, on a free port. */
export async function runWorkerd({ entry, token = '', hasDesk = false, conditions = ['workerd', 'worker'], plugins = [] }: WorkerOptions): Promise<RunningWorker> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-workers-'))
  writeFileSync(join(folder, 'main.js'), await bundle(entry, conditions, plugins))
  writeFileSync(join(folder, 'config.capnp'), config(token, hasDesk))
  const child: ChildProcess = spawn(workerd, ['serve', join(folder, 'config.capnp'), '--control-fd=3'], { stdio: ['ignore', 'inherit', 'inherit', 'pipe'] })
  const ended = once(child, 'exit').then(() => { throw new Error('workerd ended') })
  const listening = new Promise<string>((resolve) => {
    child.stdio[3]?.on('data', (chunk) => {
      const port = /"event":"listen".*"port":(\d+)/.exec(String(chunk))?.[1]
      if (port !== undefined) resolve(`http://127.0.0.1:${port}`)
    })
  })
  const origin = await Promise.race([listening, ended])
  return {
    origin,
    close: async () => {
      child.kill()
      await ended.catch(() => undefined)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
