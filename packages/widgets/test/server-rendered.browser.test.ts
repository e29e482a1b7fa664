import { afterEach, expect, test, vi } from 'vitest'
import { SluiceConnectionStatus, SluiceOrderExecutionStatus, SluiceOrderTicket, SluiceProvider, SluiceRiskLimits, SluiceTradeConfirmationModal } from '../src/index.ts'
import { createFakeServer } from './fake-server.ts'

// Nothing that defines the elements may be imported here: that comes late.
const define = async (): Promise<unknown> => import('../src/define.ts')
const findAll = (element: Element, selector: string): Element[] => [...element.shadowRoot!.querySelectorAll(selector)]
const wordsOf = (element: Element): string => findAll(element, '.empty, .notice, .connection').map(({ textContent }) => textContent.replaceAll(/\s+/g, ' ').trim()).join(' | ')

afterEach(() => {
  document.body.replaceChildren()
})

test('elements that were in the page before their definitions take what was written and set before, and show no state that was never there', async () => {
  expect(customElements.get('sluice-order-ticket')).toBeUndefined()
  const server = createFakeServer()
  server.placed({ symbol: 'NVDA' })
  const failures: unknown[] = []
  const heard = (event: ErrorEvent | PromiseRejectionEvent): void => { failures.push(event) }
  addEventListener('error', heard)
  addEventListener('unhandledrejection', heard)
  vi.spyOn(globalThis, 'fetch').mockImplementation(server.fetch)
  document.body.innerHTML = `<form id="form"><sluice-provider endpoint="/api/v1/execution" account="main" density="compact" dir="ltr">
      <sluice-order-execution-status columns="symbol status" paused time-zone="UTC"><b slot="heading">My orders</b></sluice-order-execution-status>
      <sluice-order-ticket name="order" symbol="aapl" side="sell" disabled></sluice-order-ticket>
      <sluice-trade-confirmation-modal arming-delay="7" soft-limit="900"></sluice-trade-confirmation-modal>
      <sluice-risk-limits></sluice-risk-limits><sluice-connection-status></sluice-connection-status>
    </sluice-provider></form>`
  const [provider, log, ticket, modal] = ['provider', 'order-execution-status', 'order-ticket', 'trade-confirmation-modal'].map((name) => document.querySelector(`sluice-${name}`)!) as
    [SluiceProvider, SluiceOrderExecutionStatus, SluiceOrderTicket, SluiceTradeConfirmationModal]
  // A framework sets properties when it sees the tag, which may be long before the definition.
  const asked: string[] = []
  provider.getHeaders = () => { asked.push('headers'); return { Authorization: 'Bearer zqcanary-token' } }
  log.locale = 'fr'
  ticket.value = { quantity: '12', type: 'market' }
  log.paused = false
  const words: string[] = []
  const watch = new MutationObserver(() => { words.push(wordsOf(log)) })
  await define()
  watch.observe(log.shadowRoot!, { childList: true, subtree: true, characterData: true })
  await Promise.all([log, ticket, modal].map((element) => element.updateComplete))
  expect([provider, log, ticket, modal].map((element) => element.constructor.name)).toEqual([SluiceProvider, SluiceOrderExecutionStatus, SluiceOrderTicket, SluiceTradeConfirmationModal].map(({ name }) => name))
  await vi.waitFor(() => { expect(findAll(log, '.rows .row').map(({ textContent }) => textContent)).toEqual([expect.stringContaining('NVDA')]) })
  watch.disconnect()
  expect(findAll(log, '[role=columnheader]')).toHaveLength(3)
  expect([log.timeZone, log.paused, log.locale, log.hasAttribute('paused')]).toEqual(['UTC', false, 'fr', false])
  expect([ticket.symbol, ticket.side, ticket.disabled, ticket.name]).toEqual(['aapl', 'sell', true, 'order'])
  expect(ticket.shadowRoot!.querySelector<HTMLInputElement>('#symbol')!.value).toBe('AAPL')
  expect(ticket.value).toEqual({ symbol: 'AAPL', side: 'sell', type: 'market', quantity: '12', timeInForce: 'day' })
  expect([modal.armingDelay, modal.softLimit]).toEqual([7, '900'])
  expect([...document.querySelector('form')!.elements]).toContain(ticket)
  expect(asked.length).toBeGreaterThan(0)
  expect(server.requests.every(({ headers }) => headers.get('Authorization') === 'Bearer zqcanary-token')).toBe(true)
  // Never disconnected, never empty and never refused on the way: loading, then the orders.
  expect(words.filter((text) => /Not connected|No orders yet|No access|lost/.test(text))).toEqual([])
  expect(failures).toEqual([])
  expect([SluiceRiskLimits, SluiceConnectionStatus].map(({ name }) => name)).toHaveLength(2)
})

test('an element that a server rendered with a declarative shadow tree is rendered anew into it, once', async () => {
  await define()
  const holder = document.createElement('div')
  holder.setHTMLUnsafe('<sluice-connection-status><template shadowrootmode="open"><p id="early">Connecting</p></template></sluice-connection-status>')
  const early = holder.querySelector('sluice-connection-status')!
  expect(early.shadowRoot!.querySelector('#early')).not.toBeNull()
  document.body.append(holder)
  await early.updateComplete
  expect([...early.shadowRoot!.querySelectorAll('.line')]).toHaveLength(1)
  expect(early.shadowRoot!.querySelectorAll('#early')).toHaveLength(0)
})

test('what a person entered into a ticket that a server rendered, before there was anything behind it, counts', async () => {
  await define()
  const holder = document.createElement('div')
  holder.setHTMLUnsafe(`<sluice-order-ticket symbol="AAPL"><template shadowrootmode="open"><form><input name="symbol" value="AAPL" /><input name="amount" /><input type="radio" name="side" value="buy" checked /><input type="radio" name="side" value="sell" />
    <select name="type"><option selected>limit</option><option>market</option></select><input type="checkbox" name="extendedHours" /></form></template></sluice-order-ticket>`)
  const ticket = holder.querySelector('sluice-order-ticket')!
  const early = ticket.shadowRoot!
  early.querySelector<HTMLInputElement>('[name=symbol]')!.value = ' msft '
  early.querySelector<HTMLInputElement>('[name=amount]')!.value = '7'
  early.querySelector<HTMLInputElement>('[value=sell]')!.click()
  early.querySelector<HTMLSelectElement>('[name=type]')!.value = 'market'
  document.body.append(holder)
  while (!(await ticket.updateComplete));
  expect(ticket.value).toEqual({ symbol: 'MSFT', side: 'sell', type: 'market', quantity: '7', timeInForce: 'day' })
  expect([...early.querySelectorAll<HTMLInputElement>('#symbol, #amount, #type, [name=side]:checked')].map(({ value }) => value)).toEqual(['sell', 'MSFT', 'market', '7'])
  expect(early.querySelectorAll('form')).toHaveLength(1)
})
