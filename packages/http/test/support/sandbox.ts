import { EdgeVM } from '@edge-runtime/vm'
import { buildSync } from 'esbuild'
import type { ExecutionApi, ExecutionApiOptions } from '../../src/index.ts'

/** What the sandbox was given to run, as its program sees it. */
export interface Sandbox {
  /** Runs code in it; `sluice` has what was bundled. */
  readonly evaluate: (code: string) => unknown
  readonly createExecutionApi: (options: ExecutionApiOptions) => ExecutionApi
  readonly Request: typeof Request
}

/** The program as one script. A single import of `node:` anywhere in it, and it cannot be made. */
function bundle(): string {
  const { outputFiles } = buildSync({
    stdin: { contents: "export * from '@sluice/core'; export * from '@sluice/http'", resolveDir: `${import.meta.dirname}/../../../../examples`, loader: 'ts' },
    bundle: true, write: false, format: 'iife', globalName: 'sluice', platform: 'neutral', conditions: ['@sluice/source'], mainFields: ['module', 'main'], logLevel: 'silent',
  })
  return outputFiles[0]?.text ?? ''
}

let script: string | undefined

/** A runtime with the web's globals and nothing else: no `node:` modules, no `process`, no `Buffer`, no code made from text. */
export function openSandbox(): Sandbox {
  const runtime = new EdgeVM({ initialCode: (script ??= bundle()) })
  const evaluate = (code: string): unknown => runtime.evaluate<unknown>(code)
  return { evaluate, createExecutionApi: evaluate('sluice.createExecutionApi') as Sandbox['createExecutionApi'], Request: runtime.context.Request }
}
