// What a person does on the desk, in a real Chromium: buys, reads the guards, confirms, sees the order, is refused, stops everything.
import assert from 'node:assert/strict'
import { chromium, type Page } from 'playwright-core'
import { findChromium } from '../../../scripts/chromium.ts'
import { type Desk, type DeskOptions, serveDesk } from './serve-desk.ts'

const inside = (page: Page, element: string, part: string): ReturnType<Page['locator']> => page.locator(`${element} [part~="${part}"]`)
const modal = 'sluice-trade-confirmation-modal'

/** Confirms the order under review as soon as the button takes clicks. */
async function confirm(page: Page): Promise<void> {
  const button = inside(page, modal, 'primary-button')
  await button.and(page.locator('[aria-disabled="false"]')).click()
}

async function trade(page: Page, { service }: Desk): Promise<void> {
  await page.getByRole('button', { name: 'Buy 10 AAPL' }).click()
  await inside(page, modal, 'check-allow').first().waitFor()
  await confirm(page)
  await inside(page, modal, 'outcome').waitFor()
  await inside(page, modal, 'secondary-button').click()
  // The app's own framework heard of it, by the promise and by the event.
  await page.getByText(/Last order: (?:new|partially_filled|filled)/).waitFor()
  await page.getByText('Orders placed: 1').waitFor()
  await page.locator('sluice-order-execution-status').getByText('AAPL').first().waitFor()

  await page.getByRole('button', { name: 'Buy 1000 AAPL' }).click()
  await inside(page, modal, 'check-reject').first().waitFor()
  await inside(page, modal, 'secondary-button').click()
  assert.equal((await service.listOrders({})).length, 1, 'what the guards refuse is not sent')
}

export interface TrialOptions extends DeskOptions {
  /** Opens the page; the default just goes there. */
  readonly open?: (page: Page, origin: string) => Promise<void>
}

/** Serves the app, trades on it, and fails for whatever the page complains of. */
export async function tryDesk(name: string, files: string, { open, ...options }: TrialOptions = {}): Promise<void> {
  const executablePath = findChromium()
  if (executablePath === undefined) {
    console.log(`SKIPPED ${name}: no Chromium on this machine; it was built and type-checked only`)
    return
  }
  const desk = await serveDesk(files, options)
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
  try {
    const page = await browser.newPage()
    const complaints: string[] = []
    page.on('console', (message) => { if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text()) })
    page.on('pageerror', (error) => { complaints.push(String(error)) })
    page.setDefaultTimeout(20_000)
    if (open === undefined) await page.goto(desk.origin)
    else await open(page, desk.origin)
    await trade(page, desk)
    assert.deepEqual(complaints, [], 'nothing in the console, no policy broken')
    if (process.env['SCREENSHOT'] !== undefined) await page.screenshot({ path: process.env['SCREENSHOT'] })
  } finally {
    await browser.close()
    await desk.close()
  }
  console.log(`${name}: built, opened and traded on`)
}
