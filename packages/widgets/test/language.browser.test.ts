import { afterEach, expect, test, vi } from 'vitest'
import { addLookUp } from '../src/language/language.ts'
import { cleanUp, find, open, textOf } from './page.ts'

afterEach(() => {
  cleanUp()
  document.documentElement.removeAttribute('lang')
})

const denied = { status: 'denied', denial: { code: 'POSITION_LIMIT_EXCEEDED', message: 'The position would pass its limit', guard: 'max-position' } } as const

test('a log speaks its language at once; the words for what guards say come when they are needed, and are shown by themselves', async () => {
  await import('../src/locales/de.ts')
  document.documentElement.lang = 'de'
  const { element } = await open('sluice-order-execution-status', (server) => { server.becomes = () => denied; server.placed({}) })
  await vi.waitFor(() => { expect(textOf(find(element, '.rows .row'))).toContain('Abgelehnt') })
  expect(textOf(element)).not.toContain('Paused')
  await vi.waitFor(() => { expect(textOf(find(element, '.rows .row'))).toContain('Die Position würde zu groß') })
})

test('words that cannot be fetched leave the English ones, are not asked for in every frame, and nothing else fails', async () => {
  const more = vi.fn<() => Promise<never>>(() => Promise.reject(new Error('offline')))
  addLookUp('tlh', (text) => (text === 'Orders' ? 'ra’mey' : undefined), more)
  document.documentElement.lang = 'tlh'
  const { element, server } = await open('sluice-order-execution-status', (server) => { server.becomes = () => denied; server.placed({}) })
  await vi.waitFor(() => { expect(textOf(find(element, '.rows .row'))).toContain('The position would pass its limit') })
  expect(textOf(element)).toContain('ra’mey')
  for (let index = 0; index < 5; index += 1) server.events.emit('order_accepted', { orderId: 'order-1', clientOrderId: 'c', brokerOrderId: 'b' })
  await element.updateComplete
  expect(more).toHaveBeenCalledTimes(1)
})

test('a page that changes its language, and a provider that has one, change that of the widgets inside', async () => {
  await Promise.all([import('../src/locales/de.ts'), import('../src/locales/ar.ts')])
  const { provider, element } = await open('sluice-order-ticket')
  const title = (): string => textOf(find(element, 'h2'))
  expect(title()).toContain('New order')
  document.documentElement.lang = 'de'
  await vi.waitFor(() => { expect(title()).toContain('Neuer Auftrag') })
  provider.locale = 'ar'
  await vi.waitFor(() => { expect(title()).toContain('أمر جديد') })
  expect([getComputedStyle(element).direction, provider.getAttribute('locale')]).toEqual(['rtl', 'ar'])
  provider.locale = 'en'
  await vi.waitFor(() => { expect(title()).toContain('New order') })
  expect(getComputedStyle(element).direction).toBe('ltr')
})
