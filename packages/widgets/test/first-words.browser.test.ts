import { afterEach, expect, test, vi } from 'vitest'
import { addLookUp } from '../src/language/language.ts'
import { german } from '../src/locales/de.ts'
import { more } from './gallery/market.ts'
import { cleanUp, find, open } from './page.ts'

afterEach(() => {
  cleanUp()
  document.documentElement.removeAttribute('lang')
})

const others = { 'sluice-trade-confirmation-modal': 'dialog', 'sluice-position-list': 'tbody tr', 'sluice-kill-switch': '.state .done', 'sluice-risk-limits': '.bar', 'sluice-order-ticket': '#symbol', 'sluice-connection-status': '.done' }

/** What guards are called comes later; one of the gallery's limits cannot be read. */
const later = ['Max position', 'Daily loss', 'Gross exposure', 'Daily notional', 'Buying power', 'Not known']

test('while all goes its way, every widget finds its words in the part that is loaded first', async () => {
  const missing = new Set<string>()
  addLookUp('gsw', (text) => {
    if (german[text] === undefined) missing.add(text)
    return german[text]
  })
  document.documentElement.lang = 'gsw'
  const { provider, element } = await open('sluice-order-execution-status', (server) => {
    more(server)
    for (const status of ['new', 'partially_filled', 'filled', 'canceled', 'rejected', 'expired', 'pending_new', 'pending_cancel'] as const) server.placed({ status })
  })
  const shown = Object.entries(others).map(([tag, selector]) => ({ widget: document.createElement(tag), selector }))
  provider.append(...shown.map(({ widget }) => widget))
  await vi.waitFor(() => {
    for (const { widget, selector } of [{ widget: element, selector: '.rows .row' }, ...shown]) find(widget, selector)
  })
  expect([...missing].toSorted()).toEqual(later.toSorted())
})
