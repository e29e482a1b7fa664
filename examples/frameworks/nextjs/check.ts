// Builds the app, starts it as in production, and trades on it over HTTP: what a desk would see. Ends with a line, or not with 0.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { tradeOverHttp } from '../support/trade-over-http.ts'

const next = `${import.meta.dirname}/node_modules/next/dist/bin/next`
const token = crypto.randomUUID()
const environment = { ...process.env, DESK_TOKEN: token, NEXT_TELEMETRY_DISABLED: '1' }

function run(...words: readonly string[]): ChildProcess {
  return spawn(process.execPath, [next, ...words], { cwd: import.meta.dirname, env: environment, stdio: ['ignore', 'pipe', 'inherit'] })
}

async function build(): Promise<void> {
  const child = run('build')
  let output = ''
  child.stdout?.on('data', (chunk) => { output += String(chunk) })
  const [code] = (await once(child, 'exit')) as [number]
  assert.equal(code, 0, output)
  assert.match(output, /ƒ \/api\/v1\/execution\/\[\[\.\.\.path\]\]/)
}

/** Starts the built app on a free port. */
async function start(): Promise<{ readonly origin: string; readonly child: ChildProcess }> {
  const child = run('start', '-H', '127.0.0.1', '-p', '0')
  const origin = await new Promise<string>((resolve, reject) => {
    let output = ''
    child.stdout?.on('data', (chunk) => {
      output += String(chunk)
      const address = /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0]
      if (address !== undefined && output.includes('Ready')) resolve(address)
    })
    child.once('exit', () => { reject(new Error(`Next ended: ${output}`)) })
  })
  return { origin, child }
}

/** The contract suite of the package against this app, under Next's own server. Resolves to how many cases it had. */
async function contract(): Promise<number> {
  const root = join(import.meta.dirname, '../../..')
  const report = join(import.meta.dirname, '.next/contract.json')
  const files = ['packages/http/test/contract', 'packages/http/test/contract.test.ts', 'packages/http/test/routes.test.ts']
  const child = spawn(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--project', 'node', '--reporter=json', `--outputFile=${report}`, '-t', 'over Next.js itself', ...files], {
    cwd: root, env: { ...environment, SLUICE_NEXT_APP: import.meta.dirname }, stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout?.on('data', (chunk) => { output += String(chunk) })
  const [code] = (await once(child, 'exit')) as [number]
  assert.equal(code, 0, output)
  const { numPassedTests } = JSON.parse(readFileSync(report, 'utf8')) as { readonly numPassedTests: number }
  assert.ok(numPassedTests >= 80, `the contract suite ran ${numPassedTests} cases`)
  return numPassedTests
}

await build()
const { origin, child } = await start()
try {
  await tradeOverHttp(origin, token)
  assert.match(await (await fetch(origin)).text(), /Sluice on Next\.js/)
} finally {
  child.kill()
  await once(child, 'exit')
}
console.log(`Next.js: built, started and traded on; ${await contract()} cases of the contract suite`)
