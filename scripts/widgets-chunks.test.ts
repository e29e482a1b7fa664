import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright'
import { build, defaultClientConditions } from 'vite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findChromium } from './chromium.ts'

const executablePath = findChromium()
const root = join(import.meta.dirname, '../packages/widgets')
let folder = ''
let server: Server
let browser: Browser
/** Requests for a file whose name has this in it are cut off. */
let broken = /never/

beforeAll(async () => {
  if (executablePath === undefined) return
  folder = await mkdtemp(join(tmpdir(), 'sluice-chunks-'))
  await build({
    configFile: false, logLevel: 'error', root, resolve: { conditions: ['@sluice/source', ...defaultClientConditions] },
    build: { outDir: folder, emptyOutDir: true, modulePreload: false, rollupOptions: { input: join(root, 'test/gallery/chunks-page.ts'), output: { entryFileNames: 'page.js', chunkFileNames: '[name].js' } } },
  })
  await writeFile(join(folder, 'index.html'), '<!doctype html><meta charset="utf-8"><body><script type="module" src="/page.js"></script>')
  server = createServer((request, response) => {
    const name = request.url === '/' ? '/index.html' : (request.url ?? '')
    if (broken.test(name)) {
      request.socket.destroy()
      return
    }
    readFile(join(folder, name)).then((body) => {
      response.setHeader('Content-Type', name.endsWith('.js') ? 'text/javascript' : 'text/html')
      response.end(body)
    }, () => { response.writeHead(404).end() })
  })
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'] })
})

afterAll(async () => {
  if (executablePath === undefined) return
  await browser.close()
  server.close()
  await rm(folder, { recursive: true })
})

async function open(failing: RegExp): Promise<Page> {
  broken = failing
  const page = await browser.newPage()
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  await page.locator('sluice-order-execution-status .rows .row').first().waitFor()
  return page
}

test.skipIf(executablePath === undefined)('a dialog that cannot be loaded sends nothing and says so; it opens as soon as it can be loaded', async () => {
  const page = await open(/dialog/)
  expect(await page.evaluate('confirmOrder()')).toBe('NetworkError')
  expect(await page.evaluate("sent('/order') + sent('/preflight')")).toBe(0)
  expect(await page.locator('dialog[open]').count()).toBe(0)
  broken = /never/
  void page.evaluate('confirmOrder()').catch(() => undefined)
  await page.locator('dialog[open] .primary[aria-disabled=false]').click({ timeout: 30_000 })
  await page.getByText('The broker has accepted the order').waitFor()
  expect(await page.evaluate("sent('/order')")).toBe(1)
  await page.close()
})

test.skipIf(executablePath === undefined)('once the page was idle, a dialog opens and reports its outcome with the server of the files gone', async () => {
  const page = await open(/never/)
  await page.waitForFunction("performance.getEntriesByType('resource').some(({ name }) => name.includes('dialog'))")
  // A chunk that has come asks for those it stands on: the page is idle when they have come, too.
  await page.waitForLoadState('networkidle')
  broken = /./
  void page.evaluate('confirmOrder()').catch(() => undefined)
  await page.locator('dialog[open] .primary[aria-disabled=false]').click({ timeout: 30_000 })
  await page.getByText('The broker has accepted the order').waitFor()
  expect(await page.evaluate("sent('/order')")).toBe(1)
  await page.close()
})

test.skipIf(executablePath === undefined)('before anybody does anything, neither details nor tools nor the release form is loaded; without them orders can still be canceled and trading stopped', async () => {
  const page = await open(/details|tools|release/)
  const loaded = await page.evaluate<string[]>("performance.getEntriesByType('resource').map(({ name }) => name)")
  expect(loaded.filter((name) => /details|tools|release/.test(name))).toEqual([])
  await page.locator('sluice-order-execution-status .more').first().click()
  await page.getByText('A part of this page could not be loaded').first().waitFor()
  await page.locator('sluice-order-execution-status .search').fill('AAPL')
  expect(await page.locator('sluice-order-execution-status .rows .row').count()).toBe(2)
  await page.locator('sluice-order-execution-status .cancel').first().click()
  await page.waitForFunction("sent('/order/order-2') === 1 || sent('/order/order-1') === 1")
  await page.locator('sluice-kill-switch .engage').click()
  await page.locator('sluice-kill-switch .report').waitFor()
  await page.locator('sluice-kill-switch [part=release-button]').click()
  await page.locator('sluice-kill-switch').getByText('A part of this page could not be loaded').waitFor()
  broken = /never/
  await page.locator('sluice-kill-switch [part=release-button]').click()
  await page.locator('sluice-kill-switch #reason').waitFor()
  await page.locator('sluice-order-execution-status .more').first().click()
  await page.locator('sluice-order-execution-status .details').waitFor()
  await page.locator('sluice-order-execution-status .search').fill('nothing such')
  await page.getByText('No order matches').waitFor()
  expect(await page.getByText('A part of this page could not be loaded').count()).toBe(0)
  await page.close()
})
