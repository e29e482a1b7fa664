// Builds the app, starts it as in production, and trades on it over HTTP: what a desk would see. Ends with a line, or not with 0.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createExecutionClient, ExecutionClientError } from '@sluice/http/client'

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

async function trade(origin: string): Promise<void> {
  const base = `${origin}/api/v1/execution`
  const own = { Authorization: `Bearer ${token}` }
  const post = (path: string, body: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(base + path, { method: 'POST', body, headers: { ...own, 'Content-Type': 'application/json', ...headers } })
  const problemIn = async (response: Response, status: number): Promise<string> => {
    assert.equal(response.status, status)
    assert.equal(response.headers.get('Content-Type'), 'application/problem+json')
    return ((await response.json()) as { code: string }).code
  }
  const resting = { symbol: 'AAPL', side: 'buy', type: 'limit', quantity: '10', limitPrice: '100', timeInForce: 'day' } as const
  const text = JSON.stringify(resting)

  const placed = await post('/order', text, { 'Idempotency-Key': 'k1' })
  const order = (await placed.json()) as { id: string; status: string }
  assert.deepEqual([placed.status, order.status, placed.headers.get('Location')], [201, 'new', `/api/v1/execution/order/${order.id}`])
  const replay = await post('/order', text, { 'Idempotency-Key': 'k1' })
  assert.deepEqual([replay.status, replay.headers.get('Idempotency-Replayed'), ((await replay.json()) as { id: string }).id], [201, 'true', order.id])
  const storm = await Promise.all(Array.from({ length: 50 }, () => post('/order', text, { 'Idempotency-Key': 'storm' })))
  assert.equal(new Set(await Promise.all(storm.map(async (one) => ((await one.json()) as { id: string }).id))).size, 1)

  assert.equal(await problemIn(await post('/order', text, { 'Idempotency-Key': 'k1', Authorization: 'Bearer other' }), 401), 'UNAUTHENTICATED')
  assert.equal(await problemIn(await post('/order', text), 400), 'IDEMPOTENCY_KEY_MISSING')
  assert.equal(await problemIn(await post('/order', text.replace('"10"', '"11"'), { 'Idempotency-Key': 'k1' }), 422), 'IDEMPOTENCY_CONFLICT')
  assert.equal(await problemIn(await post('/order', `${text.slice(0, -1)},"quantity":"9"}`, { 'Idempotency-Key': 'k2' }), 400), 'JSON_DUPLICATE_KEY')
  assert.equal(await problemIn(await post('/order', text.replace('"10"', '"101"'), { 'Idempotency-Key': 'k3' }), 422), 'POSITION_LIMIT_EXCEEDED')
  assert.equal(await problemIn(await post('/order', JSON.stringify({ ...resting, account: 'other' }), { 'Idempotency-Key': 'k4' }), 404), 'ACCOUNT_NOT_FOUND')
  assert.equal(await problemIn(await post('/order', `"${'x'.repeat(70_000)}"`, { 'Idempotency-Key': 'k5' }), 413), 'BODY_TOO_LARGE')
  assert.equal(await problemIn(await post('/order', text, { 'Idempotency-Key': 'k6', 'Content-Type': 'text/plain' }), 415), 'MEDIA_TYPE_UNSUPPORTED')
  assert.equal(await problemIn(await fetch(`${base}/order`, { method: 'PUT', headers: own }), 405), 'METHOD_NOT_ALLOWED')
  assert.equal(await problemIn(await fetch(`${base}/nothing`, { headers: own }), 404), 'ROUTE_NOT_FOUND')
  const head = await fetch(`${base}/orders`, { method: 'HEAD', headers: own })
  assert.deepEqual([head.status, await head.text()], [200, ''])

  const client = createExecutionClient({ baseUrl: base, getHeaders: () => own })
  const seen: string[] = []
  for await (const item of client.events({ account: 'main' })) {
    seen.push(item.type)
    if (seen.filter((type) => type === 'order_accepted').length === 2) break
  }
  const changed = await client.replaceOrder(order.id, { quantity: '5' })
  assert.equal(changed.quantity, '5')
  assert.equal((await client.cancelOrder(order.id)).status, 'canceled')
  assert.equal((await client.killSwitch.engage({ reason: 'drill' })).durable, true)
  assert.equal((await client.placeOrder(resting)).status, 'denied')
  await assert.rejects(client.getOrder('unknown'), (error) => ExecutionClientError.isInstance(error) && error.code === 'ORDER_NOT_FOUND')
  assert.match(await (await fetch(origin)).text(), /Sluice on Next\.js/)
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
  await trade(origin)
} finally {
  child.kill()
  await once(child, 'exit')
}
console.log(`Next.js: built, started and traded on; ${await contract()} cases of the contract suite`)
