import type { MarketOrderRequest, Order } from '@sluice/core'
import { afterEach, expect, test, vi } from 'vitest'
import { cdp, userEvent } from 'vitest/browser'
import { allowed, problem } from '../../test/fake-server.ts'
import { cleanUp, find, findAll, open, type Page, textOf } from '../../test/page.ts'
import type { SluiceTradeConfirmationModal } from './sluice-trade-confirmation-modal.ts'

afterEach(cleanUp)

const draft: MarketOrderRequest = { symbol: 'AAPL', side: 'buy', type: 'market', quantity: '10', timeInForce: 'day' }
const denied = { guard: 'max-position', verdict: 'reject', code: 'POSITION_LIMIT_EXCEEDED', message: 'The position would pass its limit', limit: '100', observed: '110' } as const
const reason = { guard: 'high-value-approval', code: 'APPROVAL_REQUIRED', message: 'Orders of this size need a code', limit: '2500', observed: '18742' }
const waiting = (): Partial<Order> => ({
  status: 'pending_approval',
  challenge: { id: 'challenge', reasons: [reason], digest: 'd', expiresAt: new Date(Date.now() + 60_000).toISOString(), method: 'totp' },
})

interface Modal extends Page<SluiceTradeConfirmationModal> {
  readonly result: Promise<Order | undefined>
  readonly primary: () => HTMLButtonElement
  readonly secondary: () => HTMLButtonElement
  readonly dialog: HTMLDialogElement
}

async function confirm(prepare: Parameters<typeof open>[1] = () => undefined, request: MarketOrderRequest = draft): Promise<Modal> {
  const page = await open('sluice-trade-confirmation-modal', prepare)
  page.element.armingDelay = 40
  const result = page.element.confirm(request)
  result.catch(() => undefined)
  const dialog = find<HTMLDialogElement>(page.element, 'dialog')
  await vi.waitFor(() => { expect(dialog.open).toBe(true) })
  return { ...page, result, dialog, primary: () => find(page.element, '.primary'), secondary: () => find(page.element, '.secondary') }
}

async function place(modal: Modal): Promise<void> {
  await vi.waitFor(() => { expect(modal.primary().getAttribute('aria-disabled')).toBe('false') })
  await userEvent.click(modal.primary())
}

test('places a confirmed order once, with a key, and shows what became of it', async () => {
  const modal = await confirm()
  const heard: string[] = []
  for (const name of ['sluice-before-submit', 'sluice-placed'] as const) document.addEventListener(name, () => { heard.push(name) }, { once: true })
  expect(textOf(modal.element)).toContain('Buy 10 AAPL')
  await place(modal)
  const order = await modal.result
  expect(order).toMatchObject({ status: 'new', symbol: 'AAPL' })
  const [post, ...more] = modal.server.posts('/order')
  expect(more).toEqual([])
  expect(post?.key).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/)
  expect(post?.body).toMatchObject({ ...draft, account: 'main' })
  expect(heard).toEqual(['sluice-before-submit', 'sluice-placed'])
  await vi.waitFor(() => { expect(textOf(modal.element)).toContain('The broker has accepted the order') })
})

test('the outcome goes on with the live feed while the dialog is open', async () => {
  const modal = await confirm()
  await place(modal)
  const order = await modal.result
  modal.server.events.emit('order_filled', { orderId: order?.id, filledQuantity: '10', leavesQuantity: '0', averagePrice: '187.4' })
  await vi.waitFor(() => { expect(textOf(modal.element)).toContain('10 of 10 at 187.40 on average') })
})

test('shows what each guard saw against its limit', async () => {
  const modal = await confirm((server) => {
    server.decisions = [allowed('order-value', { limit: '5000', observed: '1912' }), allowed('max-position', { limit: '100', observed: '92', warning: 90 })]
  })
  await vi.waitFor(() => { expect(findAll(modal.element, 'li.check').map(textOf)).toEqual(['Order value : passed 1,912 of 5,000', 'Max position : passed 92 of 100 , over 90 %']) })
})

test('a rejected pre-flight shows the reason and never sends', async () => {
  const modal = await confirm((server) => { server.decisions = [allowed('kill-switch'), denied] })
  await vi.waitFor(() => { expect(textOf(modal.element)).toContain('The position would pass its limit') })
  expect(textOf(modal.element)).toContain('110 of 100')
  expect(textOf(modal.element)).toContain('POSITION_LIMIT_EXCEEDED')
  await new Promise((resolve) => setTimeout(resolve, 100))
  modal.primary().click()
  await userEvent.click(modal.secondary())
  expect(await modal.result).toBeUndefined()
  expect(modal.server.posts('/order')).toEqual([])
})

test('a denial at the server is an outcome with its reason', async () => {
  const modal = await confirm((server) => {
    server.becomes = () => ({ status: 'denied', denial: { code: 'KILL_SWITCH', message: 'Trading is stopped' } })
  })
  await place(modal)
  expect(await modal.result).toMatchObject({ status: 'denied' })
  await vi.waitFor(() => { expect(textOf(modal.element)).toContain('Trading is stopped') })
})

test('asks for a code, says how many attempts are left, and sends with the right one', async () => {
  const modal = await confirm((server) => { server.becomes = waiting })
  await place(modal)
  await vi.waitFor(() => { expect(modal.element.shadowRoot?.activeElement?.id).toBe('code') })
  expect(textOf(modal.element)).toContain('18,742 of 2,500')
  await userEvent.keyboard('000 000{Enter}')
  await vi.waitFor(() => { expect(textOf(modal.element)).toContain('This code is not right. 2 attempts left.') })
  expect(find<HTMLInputElement>(modal.element, '#code').value).toBe('')
  await userEvent.keyboard('123 456')
  await userEvent.click(modal.primary())
  expect(await modal.result).toMatchObject({ status: 'new' })
  expect(modal.server.posts('/order')).toHaveLength(1)
  expect(modal.server.posts('/order/order-1/approval').map(({ body }) => body['code'])).toEqual(['000000', '123456'])
})

test('an order whose last attempt failed is shown as the server has it', async () => {
  const modal = await confirm((server) => { server.becomes = waiting; server.attempts = 1 })
  await place(modal)
  await vi.waitFor(() => { expect(modal.element.shadowRoot?.activeElement?.id).toBe('code') })
  await userEvent.keyboard('1{Enter}')
  expect(await modal.result).toMatchObject({ status: 'denied' })
  await vi.waitFor(() => { expect(textOf(modal.element)).toContain('Too many wrong codes') })
})

test('an approval given elsewhere, or a deadline that passes, ends the wait for a code', async () => {
  const modal = await confirm((server) => { server.becomes = waiting })
  await place(modal)
  await vi.waitFor(() => { find(modal.element, '#code') })
  modal.server.change('order-1', { status: 'canceled' })
  modal.server.events.emit('order_canceled', { orderId: 'order-1', reason: 'challenge_expired' })
  expect(await modal.result).toMatchObject({ status: 'canceled' })
})

test('an order that waits for a code can be withdrawn', async () => {
  const modal = await confirm((server) => { server.becomes = waiting })
  await place(modal)
  await vi.waitFor(() => { find(modal.element, '.plain') })
  await userEvent.click(find(modal.element, '.plain'))
  expect(await modal.result).toMatchObject({ status: 'canceled' })
})

test('a lost answer is never a refusal: the order is looked up by its key', async () => {
  const modal = await confirm((server) => { server.intercept = ({ path }) => (path === '/order' ? 'lost_after_recording' : undefined) })
  await place(modal)
  await vi.waitFor(() => { expect(textOf(modal.element)).toContain('may have been accepted') })
  expect(textOf(modal.element)).not.toMatch(/send again|place again/i)
  await userEvent.click(modal.primary())
  expect(await modal.result).toMatchObject({ status: 'new', id: 'order-1' })
  expect(modal.server.posts('/order')).toHaveLength(1)
})

test('a lost answer settles by itself when the feed shows the order', async () => {
  const modal = await confirm((server) => { server.intercept = ({ path }) => (path === '/order' ? 'lost_after_recording' : undefined) })
  await place(modal)
  await vi.waitFor(() => { expect(textOf(modal.element)).toContain('may have been accepted') })
  modal.server.events.emit('order_accepted', { orderId: 'order-1', clientOrderId: 'c', brokerOrderId: 'b' })
  expect(await modal.result).toMatchObject({ status: 'new' })
})

test('an order that never arrived is unknown until the server can take it no more, and then not sent: whoever starts anew has a new key', async () => {
  let lost = true
  const modal = await confirm((server) => { server.intercept = ({ path }) => (path === '/order' && lost ? 'lost' : undefined) })
  await place(modal)
  await vi.waitFor(() => { expect(textOf(modal.element)).toContain('may have been accepted') })
  lost = false
  await userEvent.click(modal.primary())
  await vi.waitFor(() => { expect(textOf(modal.element)).toContain('The server does not have it so far. It may still arrive.') })
  modal.server.pace = 10_000
  await userEvent.click(modal.primary())
  await vi.waitFor(() => { expect(textOf(modal.element)).toContain('Not sent') })
  expect(findAll(modal.element, '.primary')).toEqual([])
  await userEvent.click(modal.secondary())
  expect(await modal.result).toBeUndefined()
  expect(sessionStorage).toHaveLength(0)
  modal.server.pace = 1
  const again = modal.element.confirm(draft)
  await place(modal)
  expect(await again).toMatchObject({ status: 'new' })
  const posts = modal.server.posts('/order')
  expect([posts.length, new Set(posts.map(({ key }) => key)).size]).toEqual([2, 2])
})

test('an order that arrives after its answer was lost is found, and nothing is sent again', async () => {
  const modal = await confirm((server) => {
    server.lateness = 300
    server.intercept = ({ path }) => (path === '/order' ? 'late' : undefined)
  })
  await place(modal)
  await vi.waitFor(() => { expect(textOf(modal.element)).toContain('may have been accepted') })
  await userEvent.click(modal.primary())
  await modal.server.arrived()
  expect(await modal.result).toMatchObject({ status: 'new', id: 'order-1' })
  expect(modal.server.posts('/order')).toHaveLength(1)
})

test('a server that was asked too late, or that does not know, is asked by the key; a refusal that says nothing was recorded ends it', async () => {
  const modal = await confirm((server) => { server.intercept = ({ path }) => (path === '/order' ? problem(503, 'TIMED_OUT', 'it may still take effect', { retryable: true }) : undefined) })
  await place(modal)
  await vi.waitFor(() => { expect(textOf(modal.element)).toContain('may have been accepted') })
  cleanUp()
  const busy = await confirm((server) => { server.intercept = ({ path }) => (path === '/order' ? problem(503, 'BUSY', 'Too many', { retryable: true }) : undefined) })
  await place(busy)
  await vi.waitFor(() => { expect(textOf(busy.element)).toContain('BUSY') })
  expect(findAll(busy.element, '.primary')).toEqual([])
  await userEvent.click(busy.secondary())
  expect(await busy.result).toBeUndefined()
})

test('the same draft, confirmed anew after what was sent is proven not to have arrived, is checked at once', async () => {
  const first = await confirm((server) => { server.intercept = ({ path }) => (path === '/order' ? 'lost' : undefined) })
  await place(first)
  await vi.waitFor(() => { expect(textOf(first.element)).toContain('may have been accepted') })
  await userEvent.click(first.secondary())
  await expect(first.result).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' })
  first.server.pace = 10_000
  first.server.intercept = () => undefined
  const again = first.element.confirm(draft)
  first.server.pace = 10_001
  await vi.waitFor(() => { expect(first.server.posts('/preflight')).toHaveLength(2) })
  first.server.pace = 1
  await place(first)
  expect(await again).toMatchObject({ status: 'new' })
  expect(new Set(first.server.posts('/order').map(({ key }) => key)).size).toBe(2)
})

test('the same draft, confirmed again after its answer was lost, finds the order instead of sending another', async () => {
  const first = await confirm((server) => { server.intercept = ({ path }) => (path === '/order' ? 'lost_after_recording' : undefined) })
  await place(first)
  await vi.waitFor(() => { expect(textOf(first.element)).toContain('may have been accepted') })
  await userEvent.click(first.secondary())
  await expect(first.result).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' })
  expect(await first.element.confirm(draft)).toMatchObject({ id: 'order-1' })
  expect(first.server.posts('/order')).toHaveLength(1)
})

test('a refusal without an order says so and leaves nothing behind', async () => {
  const modal = await confirm((server) => {
    server.intercept = ({ path }) => (path === '/order' ? problem(422, 'ORDER_INVALID', 'invalid', { errors: [{ pointer: '/quantity', rule: 'decimal', message: 'must be a decimal' }] }) : undefined)
  })
  await place(modal)
  await vi.waitFor(() => { expect(textOf(modal.element)).toContain('/quantity must be a decimal') })
  await userEvent.click(modal.secondary())
  expect(await modal.result).toBeUndefined()
  expect(sessionStorage).toHaveLength(0)
})

test('a double click sends once', async () => {
  const modal = await confirm()
  await vi.waitFor(() => { expect(modal.primary().getAttribute('aria-disabled')).toBe('false') })
  await userEvent.dblClick(modal.primary())
  await modal.result
  modal.element.shadowRoot?.querySelector<HTMLElement>('.primary')?.click()
  expect(modal.server.posts('/order')).toHaveLength(1)
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(modal.dialog.open).toBe(true)
})

async function holdEnter(): Promise<void> {
  const key = { key: 'Enter', code: 'Enter', windowsVirtualKeyCode: 13, text: '\r' }
  await cdp().send('Input.dispatchKeyEvent', { type: 'keyDown', ...key })
  for (let repeat = 0; repeat < 6; repeat += 1) await cdp().send('Input.dispatchKeyEvent', { type: 'keyDown', autoRepeat: true, ...key })
  await cdp().send('Input.dispatchKeyEvent', { type: 'keyUp', ...key })
}

test('a held Enter on the button sends once', async () => {
  const modal = await confirm()
  await vi.waitFor(() => { expect(modal.primary().getAttribute('aria-disabled')).toBe('false') })
  modal.primary().focus()
  await holdEnter()
  await modal.result
  expect(modal.server.posts('/order')).toHaveLength(1)
})

test('focus starts on Cancel, and a click before the button is armed does nothing', async () => {
  const page = await open('sluice-trade-confirmation-modal')
  const result = page.element.confirm(draft)
  await vi.waitFor(() => { expect(findAll(page.element, 'li.check').length).toBe(2) })
  expect(page.element.shadowRoot?.activeElement?.textContent?.trim()).toBe('Cancel')
  const primary = find<HTMLButtonElement>(page.element, '.primary')
  primary.click()
  expect(primary.getAttribute('aria-disabled')).toBe('true')
  await vi.waitFor(() => { expect(primary.getAttribute('aria-disabled')).toBe('false') })
  expect(page.server.posts('/order')).toEqual([])
  await userEvent.keyboard('{Escape}')
  expect(await result).toBeUndefined()
})

test('Escape while reviewing dismisses the order unsent', async () => {
  const modal = await confirm()
  await vi.waitFor(() => { expect(modal.dialog.getAttribute('closedby')).toBe('closerequest') })
  await userEvent.keyboard('{Escape}')
  expect(await modal.result).toBeUndefined()
  expect(modal.server.posts('/order')).toEqual([])
  expect(sessionStorage).toHaveLength(0)
})

test('Escape in flight, five times, keeps the dialog and the outcome', async () => {
  const gate = Promise.withResolvers<void>()
  const modal = await confirm((server) => {
    server.intercept = async ({ path }) => {
      if (path === '/order') await gate.promise
      return undefined
    }
  })
  await place(modal)
  await vi.waitFor(() => { expect(modal.dialog.getAttribute('closedby')).toBe('none') })
  await userEvent.keyboard('{Escape}{Escape}{Escape}{Escape}{Escape}')
  expect(modal.dialog.open).toBe(true)
  gate.resolve()
  expect(await modal.result).toMatchObject({ status: 'new' })
  expect(modal.dialog.open).toBe(true)
})

test('the host can keep an order back', async () => {
  const modal = await confirm()
  modal.element.addEventListener('sluice-before-submit', (event) => { event.preventDefault() })
  await place(modal)
  expect(modal.server.posts('/order')).toEqual([])
  expect(modal.primary().textContent).toContain('Buy 10 AAPL')
})

test('what could not be checked cannot be sent', async () => {
  let lost = true
  const modal = await confirm((server) => { server.intercept = ({ path }) => (path === '/preflight' && lost ? 'lost' : undefined) })
  await vi.waitFor(() => { expect(modal.primary().textContent).toContain('Check again') })
  lost = false
  await userEvent.click(modal.primary())
  await place(modal)
  expect(await modal.result).toMatchObject({ status: 'new' })
})

test('with reduced motion nothing moves, and something does without it', async () => {
  // So slow that it still moves when it is looked at.
  await cdp().send('Animation.enable')
  await cdp().send('Animation.setPlaybackRate', { playbackRate: 0.01 })
  try {
    const moving = await confirm()
    await vi.waitFor(() => { expect(findAll(moving.element, 'li.check').length).toBe(2) })
    expect(moving.element.shadowRoot?.getAnimations().length).toBeGreaterThan(2)
    cleanUp()
    await cdp().send('Emulation.setEmulatedMedia', { features: [{ name: 'prefers-reduced-motion', value: 'reduce' }] })
    const modal = await confirm()
    await vi.waitFor(() => { expect(findAll(modal.element, 'li.check').length).toBe(2) })
    expect(modal.element.shadowRoot?.getAnimations()).toEqual([])
  } finally {
    await cdp().send('Animation.setPlaybackRate', { playbackRate: 1 })
    await cdp().send('Animation.disable')
    await cdp().send('Emulation.setEmulatedMedia', { features: [] })
  }
})
