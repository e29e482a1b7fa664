import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type Browser, type CDPSession, chromium, type Page } from 'playwright'
import { build, defaultClientConditions } from 'vite'
import { findChromium } from '../../scripts/chromium.ts'

/** What one run of frames cost. Times in ms, heap in MB. */
export interface Cost { readonly mainPerFrame: number; readonly heap: number; readonly framesPerSecond: number }

/** A page that is built as a customer would build it. */
export interface Built { readonly url: string; readonly gzip: number; readonly close: () => Promise<void> }

export async function buildPage(entry: string): Promise<Built> {
  const outDir = await mkdtemp(join(tmpdir(), 'sluice-bench-widgets-'))
  await build({
    configFile: false, logLevel: 'error', root: import.meta.dirname, define: { 'process.env.NODE_ENV': '"production"' },
    resolve: { conditions: ['@sluice/source', ...defaultClientConditions] },
    build: { outDir, emptyOutDir: true, lib: { entry: join(import.meta.dirname, entry), formats: ['es'], fileName: 'page' } },
  })
  // Parts that are loaded when they are needed lie beside the page: all of them count.
  const scripts = new Map<string, Buffer>(await Promise.all((await readdir(outDir)).map(async (name) => [`/${name}`, await readFile(join(outDir, name))] as const)))
  const server = createServer((request, response) => {
    const script = scripts.get(request.url ?? '')
    response.setHeader('Content-Type', script === undefined ? 'text/html' : 'text/javascript')
    response.end(script ?? '<!doctype html><meta charset="utf-8"><style>body { margin: 0; width: 900px } sluice-order-execution-status { --sluice-log-height: 600px }</style><body><script type="module" src="/page.js"></script>')
  })
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, gzip: [...scripts.values()].reduce((bytes, script) => bytes + gzipSync(script, { level: 9 }).length, 0),
    close: async () => {
      server.close()
      await rm(outDir, { recursive: true })
    },
  }
}

export async function launch(): Promise<Browser> {
  const executablePath = findChromium()
  if (executablePath === undefined) throw new Error('No Chromium was found. Install one, or set CHROMIUM_PATH.')
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--js-flags=--expose-gc'] })
}

export async function measuresOf(session: CDPSession): Promise<Map<string, number>> {
  const { metrics: all } = await session.send('Performance.getMetrics')
  return new Map(all.map(({ name, value }) => [name, value]))
}

const call = <Value>(page: Page, code: string): Promise<Value> => page.evaluate<Value>(code)

/** A fresh page: rows, a warm-up, then so many frames. Main-thread CPU time, not wall time: the machine may be busy. */
export async function measure(browser: Browser, url: string, { arranged, perFrame, frames }: { readonly arranged: boolean; readonly perFrame: number; readonly frames: number }): Promise<Cost> {
  const page = await browser.newPage({ viewport: { width: 900, height: 600 } })
  try {
    const session = await page.context().newCDPSession(page)
    await session.send('Performance.enable', { timeDomain: 'threadTicks' })
    await page.goto(url)
    await page.waitForFunction('globalThis.benchStart !== undefined')
    await call(page, `benchStart(${arranged})`)
    await call(page, `benchRun(60, ${perFrame})`)
    const seen = await call<string>(page, 'benchSeen()')
    await session.send('HeapProfiler.collectGarbage')
    const before = await measuresOf(session)
    const wall = await call<number>(page, `benchRun(${frames}, ${perFrame})`)
    const after = await measuresOf(session)
    if ((await call<string>(page, 'benchSeen()')) === seen) throw new Error(`${url} draws nothing: what is seen never changed`)
    await session.send('HeapProfiler.collectGarbage')
    const heap = (await measuresOf(session)).get('JSHeapUsedSize') ?? 0
    return { mainPerFrame: (1000 * ((after.get('TaskDuration') ?? 0) - (before.get('TaskDuration') ?? 0))) / frames, heap: heap / 1e6, framesPerSecond: (1000 * frames) / wall }
  } finally {
    await page.close()
  }
}
