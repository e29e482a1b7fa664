// `pnpm gallery` serves every widget in every state; `pnpm gallery --shoot FOLDER [NAME…]` takes a picture of each instead.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { chromium } from 'playwright'
import { createServer, defaultClientConditions, type ViteDevServer } from 'vite'
import { findChromium } from './chromium.ts'

const root = join(import.meta.dirname, '../packages/widgets')
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { shoot: { type: 'string' }, query: { type: 'string', default: 'scheme=light' }, width: { type: 'string', default: '980' }, scale: { type: 'string', default: '1' } },
})

async function serve(): Promise<{ readonly server: ViteDevServer; readonly url: string }> {
  const server = await createServer({ root, configFile: false, logLevel: 'error', resolve: { conditions: ['@sluice/source', ...defaultClientConditions] }, server: { port: 0, hmr: false } })
  await server.listen()
  return { server, url: `${server.resolvedUrls?.local[0] ?? ''}test/gallery/` }
}

/** One picture for each state, cut to what there is to see. */
async function shoot(url: string, folder: string): Promise<void> {
  const executablePath = findChromium()
  if (executablePath === undefined) throw new Error('No Chromium was found. Install one, or set CHROMIUM_PATH.')
  mkdirSync(folder, { recursive: true })
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--font-render-hinting=none'] })
  try {
    const viewport = { width: Number(values.width), height: 720 }
    const page = await browser.newPage({ viewport, deviceScaleFactor: Number(values.scale), reducedMotion: 'reduce' })
    page.on('pageerror', (error) => { console.error(String(error)) })
    await page.goto(`${url}?${values.query}`)
    const names = await page.locator('figcaption').allTextContents()
    for (const name of names.filter((candidate) => positionals.length === 0 || positionals.some((part) => candidate.includes(part)))) {
      const state = name.replace(' · ', '/')
      await page.goto(`${url}?${values.query}&state=${encodeURIComponent(state)}`)
      await page.locator('body[data-ready]').waitFor({ timeout: 10_000 })
      await page.waitForTimeout(150)
      const dialog = page.locator('dialog[open]')
      const whole = await ((await dialog.count()) > 0 ? dialog : page.locator('main')).boundingBox()
      const clip = whole === null ? undefined : { x: Math.max(0, whole.x - 14), y: Math.max(0, whole.y - 14), width: Math.min(viewport.width, whole.width + 28), height: Math.min(viewport.height, whole.height + 28) }
      const path = join(folder, `${state.replaceAll(/[^a-z]+/g, '-')}.png`)
      await page.screenshot({ path, ...(clip !== undefined && { clip }) })
      console.log(path)
    }
  } finally {
    await browser.close()
  }
}

const { server, url } = await serve()
if (values.shoot === undefined) console.log(`Every widget in every state: ${url}`)
else {
  await shoot(url, values.shoot)
  await server.close()
}
