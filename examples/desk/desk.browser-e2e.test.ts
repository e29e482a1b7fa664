// The demo in Chromium, as a person uses it: a trade, the kill switch, and orders that need a code.
import { type Browser, chromium, type Locator, type Page } from 'playwright'
import { expect, onTestFinished, test } from 'vitest'
import { findChromium } from '../../scripts/chromium.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { approvalCodes } from './support/approval-codes.ts'
import { startDemo } from './support/start-demo.ts'

const executablePath = findChromium()
if (executablePath === undefined) console.warn('The demo is not tried in a browser: no Chromium was found.')

const GUARDS = [
  'Kill switch', 'Environment', 'Arming', 'Well formed', 'Reconciled', 'Clock sanity', 'Stale data', 'Message rate', 'Max position', 'Order value', 'Daily loss', 'High value approval',
]

async function openPage(address: string): Promise<{ readonly page: Page; readonly faults: readonly string[] }> {
  const browser: Browser = await chromium.launch({ ...(executablePath !== undefined && { executablePath }), args: ['--no-sandbox', '--disable-gpu'] })
  onTestFinished(() => browser.close())
  const page = await browser.newPage({ viewport: { width: 1280, height: 860 } })
  page.setDefaultTimeout(15_000)
  const faults: string[] = []
  page.on('pageerror', (error) => faults.push(error.message))
  // Refusals are answers with a status of their own; what a policy blocks is a fault.
  page.on('console', (message) => { if (message.type() === 'error' && !message.text().includes('status of 4')) faults.push(message.text()) })
  await page.goto(address)
  return { page, faults }
}

async function review(page: Page, symbol: string, quantity: string): Promise<void> {
  const ticket = page.locator('sluice-order-ticket')
  await ticket.getByLabel('Symbol', { exact: true }).fill(symbol)
  await ticket.getByLabel('Quantity', { exact: true }).fill(quantity)
  await ticket.getByRole('button', { name: `Review: Buy ${quantity} ${symbol}` }).click()
}

async function enterCode(dialog: Locator, code: string): Promise<void> {
  await dialog.getByLabel('Approval code').fill(code)
  await dialog.getByRole('button', { name: 'Approve and send' }).click()
}

test.skipIf(executablePath === undefined)('a person trades, stops trading, starts it again and approves an order with a code', { timeout: 90_000 }, async () => {
  const demo = await startDemo({ dataFolder: temporaryFolder() })
  const { page, faults } = await openPage(demo.address)
  const dialog = page.locator('sluice-trade-confirmation-modal dialog')
  const orders = page.locator('sluice-order-execution-status [part~=row]')
  const positions = page.locator('sluice-position-list [part~=row]')
  const killSwitch = page.locator('sluice-kill-switch')
  await page.locator('sluice-order-execution-status').getByText('Live', { exact: true }).waitFor()
  expect(await page.evaluate('document.cookie'), 'what scripts see of the cookie').toBe('')

  // A trade: every guard answers before it can be sent.
  await review(page, 'AAPL', '10')
  await dialog.getByText(`All ${GUARDS.length} passed`).waitFor()
  for (const guard of GUARDS) {
    const check = dialog.locator('[part~=check-allow]').filter({ hasText: guard })
    await check.waitFor()
    expect(await check.evaluate((element) => getComputedStyle(element).animationName), `${guard} is animated`).not.toBe('none')
  }
  await dialog.getByRole('button', { name: 'Buy 10 AAPL' }).click()
  await dialog.getByRole('heading', { name: 'Filled' }).waitFor()
  await dialog.getByRole('button', { name: 'Close' }).click()
  await orders.filter({ hasText: 'AAPL' }).filter({ hasText: 'Filled' }).filter({ hasText: /10 @ \d+\.\d\d/ }).waitFor()
  await positions.filter({ hasText: 'AAPL' }).getByText('10', { exact: true }).waitFor()

  // The kill switch: the next trade is blocked, and says why.
  await killSwitch.getByRole('button', { name: 'Stop all trading' }).click()
  await killSwitch.getByText('Trading is stopped').waitFor()
  await review(page, 'AAPL', '10')
  await dialog.locator('[part~=check-reject]').filter({ hasText: 'Kill switch' }).waitFor()
  const reason = dialog.locator('[part~=notice]').filter({ hasText: 'KILL_SWITCH_ENGAGED' })
  await reason.getByText('Engaged by hand from the web page').waitFor()
  expect(await dialog.getByRole('button', { name: 'Buy 10 AAPL' }).isDisabled()).toBe(true)
  await dialog.getByRole('button', { name: 'Cancel' }).click()

  // Only a code starts it again.
  await killSwitch.getByRole('button', { name: 'Release…' }).click()
  await killSwitch.getByLabel('Reason').fill('The test goes on')
  await killSwitch.getByLabel('Code').fill((await approvalCodes(demo.totpSecret)).before)
  await killSwitch.getByLabel('Type RELEASE').fill('RELEASE')
  await killSwitch.getByRole('button', { name: 'Release', exact: true }).click()
  await killSwitch.getByText('Trading is allowed').waitFor()

  // A high value: a wrong code is refused, the right one sends the order.
  await page.getByRole('button', { name: /^25 NVDA/ }).click()
  await dialog.locator('[part~=check-challenge]').filter({ hasText: 'High value approval' }).waitFor()
  await dialog.getByRole('button', { name: 'Buy 25 NVDA' }).click()
  await dialog.getByLabel('Approval code').waitFor()
  const codes = await approvalCodes(demo.totpSecret)
  await enterCode(dialog, codes.wrong)
  await dialog.getByText(/This code is not right\. 4 attempts left\./).waitFor()
  expect(await positions.filter({ hasText: 'NVDA' }).getByText('25', { exact: true }).count()).toBe(0)
  await enterCode(dialog, codes.now)
  await dialog.getByRole('heading', { name: 'Filled' }).waitFor()
  await dialog.getByRole('button', { name: 'Close' }).click()
  await positions.filter({ hasText: 'NVDA' }).getByText('25', { exact: true }).waitFor()

  // The same code approves nothing else.
  await page.getByRole('button', { name: /^25 NVDA/ }).click()
  await dialog.getByRole('button', { name: 'Buy 25 NVDA' }).click()
  await dialog.getByLabel('Approval code').waitFor()
  await enterCode(dialog, codes.now)
  await dialog.getByText(/This code is not right\. 4 attempts left\./).waitFor()
  await dialog.getByRole('button', { name: 'Withdraw' }).click()
  await dialog.getByRole('heading', { name: 'Canceled' }).waitFor()
  await dialog.getByRole('button', { name: 'Close' }).click()
  await orders.filter({ hasText: 'NVDA' }).filter({ hasText: 'Canceled' }).waitFor()

  expect(faults).toEqual([])
})
