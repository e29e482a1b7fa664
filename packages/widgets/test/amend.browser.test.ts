import { afterEach, expect, test, vi } from 'vitest'
import { userEvent } from 'vitest/browser'
import type { SluiceOrderExecutionStatus } from '../src/elements/sluice-order-execution-status.ts'
import { problem } from './fake-server.ts'
import { cleanUp, find, findAll, open, type Page, textOf } from './page.ts'

afterEach(cleanUp)

const patches = ({ server }: Page<SluiceOrderExecutionStatus>): (string | null)[] => server.requests.filter(({ method }) => method === 'PATCH').map(({ headers }) => headers.get('If-Match'))

async function amending(): Promise<Page<SluiceOrderExecutionStatus>> {
  const page = await open('sluice-order-execution-status', (server) => {
    server.placed({})
    server.intercept = ({ method, body }) => (method === 'PATCH' ? new Response(JSON.stringify(server.change('order-1', body)), { headers: { 'Content-Type': 'application/json' } }) : undefined)
  })
  await vi.waitFor(() => { expect(findAll(page.element, '.rows .row')).toHaveLength(1) })
  await userEvent.click(find(page.element, '[part=details-button]'))
  await vi.waitFor(() => { find(page.element, '[part=amend-button]') })
  await userEvent.click(find(page.element, '[part=amend-button]'))
  return page
}

async function send({ element }: Page<SluiceOrderExecutionStatus>, price: string): Promise<void> {
  await userEvent.fill(find(element, '#amend-limitPrice'), price)
  await userEvent.keyboard('{Enter}')
}

const fault = ({ element }: Page<SluiceOrderExecutionStatus>): string => textOf(find(element, '#amend-fault'))

test('an amendment is for the version of the order that is shown', async () => {
  const page = await amending()
  await send(page, '186.25')
  await vi.waitFor(() => { expect(patches(page)).toEqual(['"v2"']) })
})

test('each event of the order makes another version', async () => {
  const page = await amending()
  page.server.events.emit('order_partially_filled', { orderId: 'order-1', filledQuantity: '3', leavesQuantity: '7', averagePrice: '187.5' })
  page.server.events.emit('order_replace_denied', { orderId: 'order-1', changes: {}, denial: { code: 'PRICE_COLLAR_EXCEEDED', message: 'Too far' } })
  await vi.waitFor(() => { expect(textOf(find(page.element, '.rows .row'))).toContain('3 @ 187.50') })
  await send(page, '186.25')
  await vi.waitFor(() => { expect(patches(page)).toEqual(['"v3"']) })
})

test('an order that has changed on the server is not amended: the person is told, and sees it as it is', async () => {
  const page = await amending()
  const before = page.server.intercept
  page.server.intercept = (request) => {
    if (request.method !== 'PATCH' || request.headers.get('If-Match') === '"v3"') return before(request)
    page.server.change('order-1', { limitPrice: '190' })
    return problem(412, 'VERSION_CONFLICT', 'read it again')
  }
  await send(page, '186.25')
  await vi.waitFor(() => { expect(fault(page)).toContain('has changed meanwhile') })
  await vi.waitFor(() => { expect(textOf(find(page.element, '.rows .row'))).toContain('190.00') })
  await send(page, '186.25')
  await vi.waitFor(() => { expect(patches(page)).toEqual(['"v2"', '"v3"']) })
})

test('terms that somebody else changed under the open form are shown before anything is sent', async () => {
  const page = await amending()
  page.server.events.emit('order_replaced', { orderId: 'order-1', clientOrderId: 'c', brokerOrderId: 'b', changes: { quantity: '99' } })
  await vi.waitFor(() => { expect(find<HTMLInputElement>(page.element, '#amend-quantity').value).toBe('99') })
  await send(page, '186.25')
  await vi.waitFor(() => { expect(fault(page)).toContain('has changed meanwhile') })
  expect(patches(page)).toEqual([])
  await send(page, '186.25')
  await vi.waitFor(() => { expect(patches(page)).toEqual(['"v3"']) })
})

test('new terms that the guards refuse are shown as a refusal of a live order', async () => {
  const page = await amending()
  page.server.events.emit('order_replace_denied', { orderId: 'order-1', changes: { limitPrice: '999' }, denial: { code: 'PRICE_COLLAR_EXCEEDED', message: 'The price is too far from the market', limit: '5', observed: '432' } })
  await vi.waitFor(() => { expect(textOf(find(page.element, '.rows .row'))).toContain('The price is too far from the market: 432 of 5') })
  expect(textOf(find(page.element, '.rows .row'))).toContain('Working')
  const filter = find<HTMLSelectElement>(page.element, '.filter')
  filter.value = 'problems'
  filter.dispatchEvent(new Event('change'))
  await vi.waitFor(() => { expect(textOf(find(page.element, '.header'))).toContain('1 of 1 shown') })
})

test('what guards say is said in the language of the page, and as they said it where the dictionary has no words', async () => {
  await import('../src/locales/de.ts')
  const page = await amending()
  page.element.locale = 'de'
  page.server.events.emit('order_replace_denied', { orderId: 'order-1', changes: {}, denial: { code: 'PRICE_COLLAR_EXCEEDED', message: 'Too far' } })
  await vi.waitFor(() => { expect(textOf(find(page.element, '.rows .row'))).toContain('Der Preis liegt zu weit vom Markt') })
  page.server.events.emit('order_replace_denied', { orderId: 'order-1', changes: {}, denial: { code: 'OF_THE_HOST', message: 'Ask Bob' } })
  await vi.waitFor(() => { expect(textOf(find(page.element, '.rows .row'))).toContain('Ask Bob') })
})
