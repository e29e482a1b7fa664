import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'

const page = readFileSync(join(import.meta.dirname, '../../docs/mount-in-your-app.md'), 'utf8')
const programs = [...page.matchAll(/```ts\n\/\/ (\S+\.ts)\n([^]*?)```/g)].map(([, name = '', code = '']) => ({ name, code }))

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' && address !== null ? address.port : 0
}

/** Writes the page's programs as they stand there and starts one of them, as its reader does. */
async function start(name: string): Promise<string> {
  const folder = mkdtempSync(join(import.meta.dirname, 'mounted-'))
  const port = await freePort()
  for (const { name: file, code } of programs) writeFileSync(join(folder, file), code)
  const child = spawn(process.execPath, ['--conditions=@sluice/source', join(folder, name)], { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, DESK_TOKEN: 'secret', PORT: String(port) } })
  onTestFinished(async () => {
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    rmSync(folder, { recursive: true, force: true })
  })
  const origin = `http://localhost:${port}`
  await expect.poll(() => fetch(`${origin}/api/v1/execution/health`).then(({ status }) => status, () => 0)).toBe(200)
  return origin
}

test('the page has a program for each host', () => {
  expect(programs.map(({ name }) => name)).toEqual(['execution.ts', 'express.ts', 'fastify.ts', 'hono.ts', 'node.ts'])
})

test.each(programs.map(({ name }) => name).filter((name) => name !== 'execution.ts'))('%s of the page runs as it stands there, and the page\'s order is answered as it says', { timeout: 40_000 }, async (name) => {
  const origin = await start(name)
  const json = /-d '(\{.*?\})'/.exec(page)?.[1] ?? ''
  const path = /curl -i localhost:8080(\S+)/.exec(page)?.[1] ?? ''
  const order = (key: string, body: string): Promise<Response> =>
    fetch(origin + path, { method: 'POST', body, headers: { 'Authorization': 'Bearer secret', 'Content-Type': 'application/json', 'Idempotency-Key': key } })
  const first = await order('first', json)
  const { id } = (await first.json()) as { id: string }
  expect([first.status, first.headers.get('Location')]).toEqual([201, `/api/v1/execution/order/${id}`])
  const again = await order('first', json)
  expect([again.status, again.headers.get('Idempotency-Replayed'), await again.json()]).toEqual([201, 'true', expect.objectContaining({ id })])
  const larger = await order('second', json.replace('"10"', '"101"'))
  expect([larger.status, await larger.json()]).toEqual([422, expect.objectContaining({ code: 'POSITION_LIMIT_EXCEEDED' })])
  const beside = await fetch(`${origin}/hello`)
  expect(beside.status).toBe(name === 'node.ts' ? 404 : 200)
})
