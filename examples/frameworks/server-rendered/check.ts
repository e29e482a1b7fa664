// The page before its scripts have come, while they come, and after: what the server rendered is what goes on living.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { tryDesk } from '../support/trade-in-browser.ts'

const files = join(import.meta.dirname, 'dist')
const styles = new Set([...readFileSync(join(files, 'index.html'), 'utf8').matchAll(/<style>([^]*?)<\/style>/g)].map(([, css = '']) => `sha256-${createHash('sha256').update(css).digest('base64')}`))

/** Remembers in the page whatever can be acted on or holds other things; says how many. */
async function remember(page: Page): Promise<number> {
  return page.evaluate(() => {
    const early = [...document.querySelectorAll('*')].flatMap(({ shadowRoot }) => [...shadowRoot?.querySelectorAll('section, header, form, fieldset, input, select, button, dialog, table, [role]') ?? []])
    Object.assign(globalThis, { early })
    return early.length
  })
}

/** What of it is no longer in the page. */
async function lost(page: Page): Promise<string[]> {
  return page.evaluate(() => (globalThis as unknown as { early: Element[] }).early.filter((node) => !node.isConnected).map((node) => node.id || node.outerHTML))
}

async function open(page: Page, origin: string): Promise<void> {
  const scripts = Promise.withResolvers<void>()
  await page.route('**/assets/*.js', async (route) => {
    await scripts.promise
    await route.continue()
  })
  await page.goto(origin, { waitUntil: 'commit' })
  const ticket = page.locator('sluice-order-ticket')
  await page.getByText('Loading orders…').waitFor()
  await page.getByText('Stop all trading').waitFor()
  const count = await remember(page)
  assert.ok(count > 40, `the server rendered ${count} elements`)
  assert.equal(await ticket.locator('[name=side]:checked').inputValue(), 'buy')
  // What cannot act yet does not look as if it could, and the browser submits nothing by itself.
  for (const button of ['submit-button', 'engage-button']) assert.ok(await page.locator(`[part=${button}]`).isDisabled(), button)
  // Nobody waits for scripts to fill in a form.
  await ticket.locator('#symbol').fill('msft')
  await ticket.locator('[value=sell]').check()
  await ticket.locator('#type').selectOption('market')
  await ticket.locator('#amount').fill('7')
  await ticket.locator('[name=extendedHours]').check()
  await ticket.locator('#amount').press('Enter')
  if (process.env['SCREENSHOT'] !== undefined) await page.screenshot({ path: `${process.env['SCREENSHOT']}.early.png`, fullPage: true })

  scripts.resolve()
  await page.locator('sluice-connection-status').getByText('Live').first().waitFor()
  assert.deepEqual(await lost(page), ['limitPrice'], 'all was taken over; a market order has no limit')
  for (const element of await page.locator('sluice-provider *:defined').all()) assert.ok(await element.evaluate(({ shadowRoot }) => (shadowRoot?.querySelectorAll('section, dialog').length ?? 0) <= 1))
  for (const button of ['submit-button', 'engage-button']) assert.ok(await page.locator(`[part=${button}]`).isEnabled(), button)
  const value = await ticket.evaluate((element) => (element as Element & { value: unknown }).value)
  assert.deepEqual(value, { symbol: 'MSFT', side: 'sell', type: 'market', quantity: '7', timeInForce: 'day', extendedHours: true })
}

await tryDesk('Server-rendered', files, { open, styles: [...styles] })
