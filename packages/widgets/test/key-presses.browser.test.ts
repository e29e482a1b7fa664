import { afterEach, expect, test, vi } from 'vitest'
import { userEvent } from 'vitest/browser'
import { cleanUp, find, findAll, open, textOf } from './page.ts'

afterEach(cleanUp)

const MOST = 6

/**
 * From a page on which nothing has the focus: every key that moves, opens or sends is a press; a text that has to be typed
 * anyway, a price or a code, is not. Returns how many presses there were.
 */
async function presses(...keys: readonly string[]): Promise<number> {
  for (const key of keys) {
    await userEvent.keyboard(key)
    // What a key opens may have to be drawn, or fetched.
    await new Promise((resolve) => { setTimeout(resolve, 60) })
  }
  return keys.filter((key) => key.startsWith('{')).length
}

const draft = { symbol: 'AAPL', side: 'buy', type: 'market', quantity: '10', timeInForce: 'day' } as const

async function confirming(prepare: Parameters<typeof open>[1] = () => undefined): ReturnType<typeof open<'sluice-trade-confirmation-modal'>> {
  const page = await open('sluice-trade-confirmation-modal', prepare)
  page.element.armingDelay = 0
  page.element.confirm(draft).catch(() => undefined)
  await vi.waitFor(() => { expect(find(page.element, '.primary').getAttribute('aria-disabled')).toBe('false') })
  return page
}

test('an order is placed', async () => {
  const { server } = await confirming()
  expect(await presses('{Tab}', '{Enter}')).toBeLessThanOrEqual(MOST)
  await vi.waitFor(() => { expect(server.posts('/order')).toHaveLength(1) })
})

test('an order that needs a code is placed and approved', async () => {
  const challenge = { id: 'c', reasons: [], digest: 'd', expiresAt: new Date(Date.now() + 60_000).toISOString(), method: 'totp' }
  const { server } = await confirming((server) => { server.becomes = () => ({ status: 'pending_approval', challenge }) })
  expect(await presses('{Tab}', '{Enter}', '123456', '{Enter}')).toBeLessThanOrEqual(MOST)
  await vi.waitFor(() => { expect([...server.orders.values()].map(({ status }) => status)).toEqual(['new']) })
})

test('trading is stopped', async () => {
  const { element, server } = await open('sluice-kill-switch')
  await vi.waitFor(() => { expect(textOf(element)).toContain('Trading is allowed') })
  expect(await presses('{Tab}', '{Enter}')).toBeLessThanOrEqual(MOST)
  await vi.waitFor(() => { expect(server.kill.engaged).toHaveLength(1) })
})

test('trading is released', async () => {
  const { element, server } = await open('sluice-kill-switch', (server) => {
    server.kill = { epoch: 4, engaged: [{ scope: 'global', level: 'cancel_all', reason: 'loss', actor: 'guard', since: '2026-11-23T14:30:00.000Z', epoch: 4 }] }
  })
  await vi.waitFor(() => { expect(textOf(element)).toContain('Trading is stopped') })
  expect(await presses('{Tab}', '{Tab}', '{Enter}', 'checked', '{Tab}', '123456', '{Tab}', 'RELEASE', '{Enter}')).toBeLessThanOrEqual(MOST)
  await vi.waitFor(() => { expect(server.kill.engaged).toEqual([]) })
})

test('the log is paused', async () => {
  const { element } = await open('sluice-order-execution-status')
  expect(await presses('{Tab}', '{Tab}', '{Tab}', '{Tab}', '{Enter}')).toBeLessThanOrEqual(MOST)
  expect(element.paused).toBe(true)
})

test('an order is canceled', async () => {
  const { element, server } = await open('sluice-order-execution-status', (server) => { server.placed({}) })
  await vi.waitFor(() => { expect(findAll(element, '.rows .row')).toHaveLength(1) })
  expect(await presses('{Tab}', '{ArrowDown}', '{Delete}')).toBeLessThanOrEqual(MOST)
  await vi.waitFor(() => { expect(server.orders.get('order-1')?.status).toBe('canceled') })
})

test('an order is amended', async () => {
  // What a page has fetched by then.
  await import('../src/details/details-panel.ts')
  const { element, server } = await open('sluice-order-execution-status', (server) => { server.placed({}) })
  await vi.waitFor(() => { expect(findAll(element, '.rows .row')).toHaveLength(1) })
  expect(await presses('{Tab}', '{ArrowDown}', '{F2}', '7', '{Enter}')).toBeLessThanOrEqual(MOST)
  await vi.waitFor(() => { expect(server.requests.find(({ method }) => method === 'PATCH')?.body).toEqual({ quantity: '7' }) })
})
