// Bundles the Worker, starts it in workerd and trades on it; then runs the contract suite of the package in there. Ends with a line, or not with 0.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import type { Plugin } from 'esbuild'
import { documentFault } from '../../../packages/http/test/support/document.ts'
import { tradeOverHttp } from '../support/trade-over-http.ts'
import type { SuiteReport } from './contract/worker.ts'
import { runWorkerd } from './run-workerd.ts'

const here = import.meta.dirname
const token = crypto.randomUUID()

/** What the suite has to do without here, and what stands in for it. */
const standIns: Plugin = {
  name: 'stand-ins',
  setup: ({ onResolve }) => {
    onResolve({ filter: /^vitest$/ }, () => ({ path: join(here, 'contract/vitest.ts') }))
    onResolve({ filter: /\/support\/hosts\.ts$|^\.\/hosts\.ts$/ }, () => ({ path: join(here, 'contract/hosts.ts') }))
    // Nothing is taken from a test, it only has to run.
    onResolve({ filter: /\.test\.ts$/ }, ({ path, resolveDir }) => ({ path: join(resolveDir, path), sideEffects: true }))
    onResolve({ filter: /^\.\/document\.ts$/ }, () => ({ path: join(here, 'contract/document.ts') }))
  },
}

async function contract(): Promise<number> {
  const worker = await runWorkerd({ entry: join(here, 'contract/worker.ts'), conditions: ['@sluice/source'], plugins: [standIns] })
  try {
    const { passed, failures, exchanges, ofNode } = (await (await fetch(worker.origin)).json()) as SuiteReport
    assert.deepEqual(failures, [])
    assert.deepEqual(ofNode, [])
    const faults = await Promise.all(exchanges.map(({ method, url, status, type, text }) => documentFault(method, url, new Response(status === 204 ? null : text, { status, headers: { 'Content-Type': type } }))))
    assert.deepEqual(faults.filter((fault) => fault !== undefined), [])
    assert.ok(passed >= 80 && exchanges.length >= 80, `${passed} cases with ${exchanges.length} answers`)
    return passed
  } finally {
    await worker.close()
  }
}

const worker = await runWorkerd({ entry: join(here, 'worker.ts'), token, hasDesk: true })
try {
  await tradeOverHttp(worker.origin, token)
} finally {
  await worker.close()
}
console.log(`Workers: traded on in workerd, out of a Durable Object; ${await contract()} cases of the contract suite`)
