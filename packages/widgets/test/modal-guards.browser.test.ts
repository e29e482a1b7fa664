import type { OrderRequest } from '@sluice/core'
import { afterEach, expect, test, vi } from 'vitest'
import { userEvent } from 'vitest/browser'
import type { SluiceTradeConfirmationModal } from '../src/elements/sluice-trade-confirmation-modal.ts'
import { cleanUp, find, findAll, open, type Page, textOf } from './page.ts'

afterEach(cleanUp)

const draft = { symbol: 'AAPL', side: 'buy', type: 'market', quantity: '10', timeInForce: 'day' } as const

interface Modal extends Page<SluiceTradeConfirmationModal> { readonly result: Promise<unknown>; readonly primary: () => HTMLElement }

async function confirm(set: (modal: SluiceTradeConfirmationModal) => void, request: OrderRequest = draft, prepare: Parameters<typeof open>[1] = () => undefined): Promise<Modal> {
  const opened = await open('sluice-trade-confirmation-modal', prepare)
  opened.element.armingDelay = 20
  set(opened.element)
  const result = opened.element.confirm(request)
  result.catch(() => undefined)
  await vi.waitFor(() => { expect(textOf(opened.element)).toMatch(/passed/) })
  return { ...opened, result, primary: () => find(opened.element, '.primary') }
}

const isReady = (modal: Modal): boolean => modal.primary().getAttribute('aria-disabled') === 'false'

test('an order over the soft limit is typed before it can be sent', async () => {
  const modal = await confirm((element) => { element.softLimit = '1874.20' })
  expect(textOf(modal.element)).toContain('Type AAPL to confirm it')
  await new Promise((resolve) => { setTimeout(resolve, 80) })
  modal.primary().click()
  expect(modal.server.posts('/order')).toEqual([])
  await userEvent.fill(find(modal.element, '#phrase'), 'AAP')
  expect(isReady(modal)).toBe(false)
  await userEvent.fill(find(modal.element, '#phrase'), 'aapl')
  await vi.waitFor(() => { expect(isReady(modal)).toBe(true) })
  await userEvent.click(modal.primary())
  expect(await modal.result).toMatchObject({ status: 'new' })
})

test('below the soft limit nothing is typed', async () => {
  const modal = await confirm((element) => { element.softLimit = '1874.21' })
  expect(findAll(modal.element, '#phrase')).toEqual([])
  await vi.waitFor(() => { expect(isReady(modal)).toBe(true) })
})

test('how long the checks hold is shown, and they can be renewed; what they say then counts', async () => {
  const modal = await confirm(() => undefined)
  expect(textOf(find(modal.element, '[part=expiry]'))).toMatch(/These checks hold for (?:30|2\d) s\./)
  const secondsLeft = (): number => Number(/for (?<seconds>\d+) s\./.exec(textOf(find(modal.element, '[part=expiry]')))?.groups?.['seconds'])
  const first = secondsLeft()
  await vi.waitFor(() => { expect(secondsLeft()).toBeLessThan(first) })
  modal.server.decisions = [{ guard: 'max-position', verdict: 'reject', code: 'POSITION_LIMIT_EXCEEDED', message: 'over', limit: '1', observed: '2' }]
  await userEvent.click(find(modal.element, '[part=renew-button]'))
  await vi.waitFor(() => { expect(textOf(modal.element)).toContain('over') })
  modal.primary().click()
  expect(modal.server.posts('/preflight')).toHaveLength(2)
  expect(modal.server.posts('/order')).toEqual([])
})

test('what the page does to its object after the review is not sent', async () => {
  const mutable = { ...draft, quantity: '10' }
  const modal = await confirm(() => undefined, mutable)
  mutable.quantity = '9999'
  await vi.waitFor(() => { expect(isReady(modal)).toBe(true) })
  await userEvent.click(modal.primary())
  await modal.result
  expect(modal.server.posts('/order')[0]?.body['quantity']).toBe('10')
})

test('a lost answer is asked after without a click, and the order that was there is found', async () => {
  const modal = await confirm(() => undefined, draft, (server) => {
    server.intercept = ({ path, method }) => (path === '/order' && method === 'POST' ? 'lost_after_recording' : undefined)
  })
  await vi.waitFor(() => { expect(isReady(modal)).toBe(true) })
  await userEvent.click(modal.primary())
  await vi.waitFor(() => { expect(textOf(modal.element)).toContain('may have been accepted') })
  expect(textOf(find(modal.element, 'footer'))).not.toMatch(/send|place|buy/i)
  expect(await modal.result).toMatchObject({ symbol: 'AAPL', status: 'new' })
  expect(modal.server.posts('/order')).toHaveLength(1)
})

test('a dialog that fades in is not taken for a covered one, and its button is armed once it can be seen', async () => {
  const said: string[] = []
  const modal = await confirm((element) => {
    element.armingDelay = 0
    const dialog = find(element, 'dialog')
    dialog.style.animationDuration = '600ms'
    new MutationObserver(() => { said.push(textOf(element)) }).observe(element.renderRoot, { childList: true, subtree: true, characterData: true })
  })
  const [fade] = find(modal.element, 'dialog').getAnimations()
  expect(fade?.playState).toBe('running')
  expect(isReady(modal)).toBe(false)
  await fade?.finished
  await vi.waitFor(() => { expect(isReady(modal)).toBe(true) })
  expect(said.filter((text) => text.includes('covers the button'))).toEqual([])
})

test('in a browser that cannot tell what covers it the button is armed', async () => {
  const knows = Object.getOwnPropertyDescriptor(IntersectionObserverEntry.prototype, 'isVisible') as PropertyDescriptor
  delete (IntersectionObserverEntry.prototype as { isVisible?: boolean }).isVisible
  try {
    const modal = await confirm(() => undefined)
    await vi.waitFor(() => { expect(isReady(modal)).toBe(true) })
  } finally {
    Object.defineProperty(IntersectionObserverEntry.prototype, 'isVisible', knows)
  }
})

test('a layer over the button, even one that lets clicks through, keeps the order back', async () => {
  const modal = await confirm(() => undefined)
  await vi.waitFor(() => { expect(isReady(modal)).toBe(true) })
  const bait = document.createElement('div')
  bait.popover = 'manual'
  bait.textContent = 'You have won'
  bait.style.cssText = 'inset: 0; margin: 0; width: 100vw; height: 100vh; pointer-events: none; background: #fffd; border: 0'
  document.body.append(bait)
  bait.showPopover()
  await vi.waitFor(() => { expect(textOf(modal.element)).toContain('Something covers the button') })
  const { x, y, width, height } = modal.primary().getBoundingClientRect()
  expect(modal.primary().getRootNode()).toBe(modal.element.shadowRoot)
  expect(modal.element.shadowRoot?.elementFromPoint(x + width / 2, y + height / 2)?.closest('.primary')).toBe(modal.primary())
  modal.primary().click()
  expect(modal.server.posts('/order')).toEqual([])
  bait.remove()
  await vi.waitFor(() => { expect(isReady(modal)).toBe(true) })
})

test('an element of the page with the highest z-index does not reach over the dialog', async () => {
  const modal = await confirm(() => undefined)
  const cover = document.createElement('div')
  cover.style.cssText = 'position: fixed; inset: 0; z-index: 2147483647; background: red'
  document.body.append(cover)
  await vi.waitFor(() => { expect(isReady(modal)).toBe(true) })
  const { x, y, width, height } = modal.primary().getBoundingClientRect()
  expect(document.elementFromPoint(x + width / 2, y + height / 2)).toBe(modal.element)
})
