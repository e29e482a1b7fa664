import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright'
import { build, defaultClientConditions } from 'vite'
import { expect, test } from 'vitest'
import { findChromium } from './chromium.ts'

const widgets = join(import.meta.dirname, '../packages/widgets')
const executablePath = findChromium()
const POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types lit-html"

/** The gallery as an application's own build makes it: a page and the parts that it loads when they are needed. */
async function built(outDir: string): Promise<void> {
  await build({
    configFile: false, logLevel: 'error', root: widgets, define: { 'process.env.NODE_ENV': '"production"' }, resolve: { conditions: ['@sluice/source', ...defaultClientConditions] },
    build: { outDir, emptyOutDir: true, lib: { entry: join(widgets, 'test/gallery/gallery.ts'), formats: ['es'], fileName: 'gallery' } },
  })
}

test.skipIf(executablePath === undefined)('hostile text in every state makes no element and runs nothing, under a strict policy with Trusted Types that is never violated', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-gallery-'))
  await built(folder)
  const server = createServer((request, response) => {
    response.setHeader('Content-Security-Policy', POLICY)
    const isScript = request.url?.endsWith('.js') === true
    response.setHeader('Content-Type', isScript ? 'text/javascript' : 'text/html')
    if (isScript) readFile(join(folder, request.url ?? '')).then((script) => { response.end(script) }, () => { response.writeHead(404).end() })
    else response.end('<!doctype html><html lang="en"><meta charset="utf-8"><title>calm</title><body><script type="module" src="/gallery.js"></script>')
  })
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const browser = await chromium.launch({ ...(executablePath !== undefined && { executablePath }), args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'] })
  const faults: string[] = []
  try {
    const page = await browser.newPage()
    page.on('pageerror', (error) => { faults.push(String(error)) })
    page.on('console', (message) => { if (message.type() === 'error') faults.push(message.text()) })
    await page.goto(`${origin}?state=none`)
    const names = await page.evaluate<string[]>('stateNames')
    expect(names.length).toBeGreaterThan(40)
    for (const name of names) {
      await page.goto(`${origin}?hostile&state=${encodeURIComponent(name)}`)
      await page.locator('body[data-ready]').waitFor({ timeout: 60_000, state: 'attached' })
      expect(await page.evaluate('intruders()'), name).toEqual([])
      expect(await page.title(), name).toBe('calm')
    }
    // The test itself can fail: an element that hostile text would make is seen.
    await page.evaluate("document.querySelector('sluice-connection-status').shadowRoot.querySelector('div').append(document.createElement('img'))")
    expect(await page.evaluate('intruders()')).toHaveLength(1)
  } finally {
    await browser.close()
    server.close()
    await rm(folder, { recursive: true })
  }
  expect(faults).toEqual([])
}, 300_000)
