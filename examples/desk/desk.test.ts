// The demo as a person meets it: its output, the printed curl lines, Ctrl-C, and what goes wrong when it starts.
import { execFileSync, spawnSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { launchDemo, startDemo } from './support/start-demo.ts'

const hasCurl = spawnSync('curl', ['--version']).status === 0
const shell = (line: string): string => execFileSync('sh', ['-c', line], { encoding: 'utf8', timeout: 50_000 })

interface PlacedOrder {
  readonly id: string
  readonly status: string
  readonly filledQuantity: string
}

function orderIn(answer: string): PlacedOrder {
  return JSON.parse(answer.slice(answer.indexOf('{'))) as PlacedOrder
}

test.skipIf(!hasCurl)('the printed curl line places an order each time it is pasted, and the second line shows it filled', async () => {
  const demo = await startDemo({ dataFolder: temporaryFolder() })
  const first = shell(demo.placeLine)
  expect(first).toMatch(/^HTTP\/1\.1 201 /)
  const order = orderIn(first)
  expect(first).toMatch(new RegExp(`^Location: /api/v1/execution/order/${order.id}\r$`, 'im'))
  const look = demo.lookLine.replace('ORDER_ID', order.id)
  await expect.poll(() => orderIn(shell(look))).toMatchObject({ id: order.id, status: 'filled', filledQuantity: '1' })
  const second = shell(demo.placeLine)
  expect(second).toMatch(/^HTTP\/1\.1 201 /)
  expect(orderIn(second).id).not.toBe(order.id)
})

test('Ctrl-C ends it with exit code 0, and the next start continues with the same secrets and orders', async () => {
  const dataFolder = temporaryFolder()
  const before = await startDemo({ dataFolder, args: ['--no-strategy'] })
  const place = await fetch(`${before.address}/api/v1/execution/order`, {
    method: 'POST',
    headers: { 'Authorization': `Bearer ${before.token}`, 'Content-Type': 'application/json', 'Idempotency-Key': 'kept' },
    body: JSON.stringify({ symbol: 'AAPL', side: 'buy', type: 'limit', quantity: '1', limitPrice: '1', timeInForce: 'gtc' }),
  })
  const order = (await place.json()) as PlacedOrder
  before.kill('SIGINT')
  expect(await before.ended).toMatchObject({ code: 0, signal: null })
  for (const file of ['token', 'totp-secret']) expect(statSync(join(dataFolder, file)).mode & 0o777, file).toBe(0o600)

  const after = await startDemo({ dataFolder, args: ['--no-strategy'] })
  expect(after).toMatchObject({ token: before.token, totpSecret: before.totpSecret })
  const answer = await fetch(`${after.address}/api/v1/execution/order/${order.id}`, { headers: { Authorization: `Bearer ${after.token}` } })
  expect(await answer.json()).toMatchObject({ id: order.id, status: 'new', brokerOrderId: expect.any(String) as string })
  after.kill('SIGTERM')
  expect(await after.ended).toMatchObject({ code: 0, signal: null })
})

test('the page signs in by a cookie that scripts cannot read, under a policy that lets no foreign script run', async () => {
  const demo = await startDemo({ dataFolder: temporaryFolder(), args: ['--no-strategy'], environment: { SLUICE_TOKEN: 'chosen-token' } })
  expect(demo.token).toBe('chosen-token')
  const page = await fetch(demo.address)
  expect(page.headers.get('Content-Security-Policy')).toContain("script-src 'self'")
  expect(page.headers.get('Content-Security-Policy')).not.toContain('unsafe')
  const [cookie = ''] = page.headers.getSetCookie()
  expect(cookie).toMatch(/; HttpOnly; SameSite=Strict; Path=\/$/)
  expect(cookie).not.toContain(demo.token)
  const signedIn = { Cookie: cookie.split(';')[0] ?? '' }
  const positions = `${demo.address}/api/v1/execution/positions`
  expect((await fetch(positions, { headers: signedIn })).status).toBe(200)
  expect((await fetch(positions)).status).toBe(401)
  const widgets = await (await fetch(`${demo.address}/sluice-widgets.js`)).text()
  expect(widgets).toContain('sluice-trade-confirmation-modal')
  const forged = await fetch(`${demo.address}/api/v1/execution/kill-switch`, {
    method: 'POST', headers: { ...signedIn, 'Content-Type': 'application/json', 'Origin': 'https://elsewhere.example' }, body: JSON.stringify({ action: 'engage', reason: 'forged' }),
  })
  expect(forged.status).toBe(403)
})

test('an unknown broker, a taken port and a folder in use are refused in one clear line', async () => {
  const dataFolder = temporaryFolder()
  const broker = await launchDemo({ dataFolder, args: ['--broker', 'nowhere'] }).ended
  expect(broker).toMatchObject({ code: 1, output: 'There is no broker "nowhere". Choose one of: alpaca-fake, alpaca-paper, fix, simulated\n' })
  const running = await startDemo({ dataFolder, args: ['--no-strategy'] })
  const port = Number(new URL(running.address).port)
  const taken = await launchDemo({ dataFolder: temporaryFolder(), port }).ended
  expect(taken).toMatchObject({ code: 1, output: `Port ${port} is taken. Set PORT to another one, or to 0 for any that is free.\n` })
  const used = await launchDemo({ dataFolder }).ended
  expect(used.code).toBe(1)
  expect(used.output).toMatch(/^\S+orders\.db is in use by process \d+; a journal has one owner\n$/)
})
