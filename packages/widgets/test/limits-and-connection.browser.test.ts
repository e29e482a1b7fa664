import type { ClientTiming } from '@sluice/http/client'
import { afterEach, expect, test, vi } from 'vitest'
import { userEvent } from 'vitest/browser'
import { cleanUp, find, findAll, open, textOf } from './page.ts'

afterEach(cleanUp)

/** Nobody tries again by itself. */
const patient: ClientTiming = { random: () => 1, sleep: (_delay, signal) => new Promise((resolve) => { signal?.addEventListener('abort', () => { resolve() }) }) }

const guards = [
  { name: 'max-position', options: {}, version: 1, prevents: 'One symbol that grows too large', uses: [{ account: 'main', limit: 'quantity', symbol: 'AAPL', maximum: '100', used: '92', warning: 90 }] },
  { name: 'daily-loss', options: {}, version: 1, uses: [{ account: 'main', limit: 'loss', maximum: '500', used: '10.5' }], missing: { other: 'No account values yet' } },
  { name: 'kill-switch', options: {}, version: 1, uses: [] },
]

test('each limit shows how much of it is used, as words and as a bar', async () => {
  const { element } = await open('sluice-risk-limits', (server) => {
    server.intercept = ({ path }) => (path === '/guards' ? new Response(JSON.stringify(guards), { headers: { 'Content-Type': 'application/json' } }) : undefined)
  })
  await vi.waitFor(() => { expect(findAll(element, 'li')).toHaveLength(3) })
  const [first, second, third] = findAll(element, 'li').map(textOf)
  expect(first).toMatch(/other.*Not known.*No account values yet/)
  expect(second).toMatch(/Max position AAPL.*92 of 100/)
  expect(third).toMatch(/Daily loss.*10\.5 of 500/)
  const bar = find(element, '[role=meter]')
  expect([bar.getAttribute('aria-valuenow'), bar.getAttribute('aria-valuetext'), bar.getAttribute('aria-label')]).toEqual(['92', '92 of 100', 'Max position AAPL'])
  expect(bar.querySelector('rect')?.getAttribute('width')).toBe('92')
})

test('of many limits the fullest come first, and nobody reads thousandths of hundreds', async () => {
  const use = (symbol: string, used: string, maximum = '2500'): object => ({ account: 'main', limit: 'above', symbol, side: 'sell', broker: 'paper', maximum, used })
  const many = [{ name: 'high-value-approval', options: {}, version: 1, uses: [...Array.from({ length: 12 }, (_, index) => use(`S${index}`, '25')), use('FULL', '2499.999999999'), use('SOME', '4.8195'), use('COIN', '0.000123', '1')] }]
  const { element } = await open('sluice-risk-limits', (server) => {
    server.intercept = ({ path }) => (path === '/guards' ? new Response(JSON.stringify(many), { headers: { 'Content-Type': 'application/json' } }) : undefined)
  })
  await vi.waitFor(() => { expect(findAll(element, 'li')).toHaveLength(6) })
  expect(textOf(findAll(element, 'li')[0])).toMatch(/High value approval FULL · Sell · paper.*2,499\.99 of 2,500/)
  await userEvent.click(find(element, '[part=more-button]'))
  await vi.waitFor(() => { expect(findAll(element, 'li')).toHaveLength(15) })
  expect(findAll(element, 'li').map(textOf).slice(-2)).toEqual([expect.stringMatching(/SOME.*4\.81 of 2,500/), expect.stringMatching(/COIN.*0\.000123 of 1/)])
  expect(textOf(find(element, '[part=more-button]'))).toBe('Show fewer')
})

test('the connection says where it stands, when it tries again, and can be told to', async () => {
  const { element, server } = await open('sluice-connection-status', undefined, patient)
  await vi.waitFor(() => { expect(textOf(element)).toContain('Live') })
  expect(element.matches(':state(live)')).toBe(true)
  server.down = true
  server.events.cut()
  await vi.waitFor(() => { expect(textOf(element)).toContain('Reconnecting · as of') })
  expect(element.matches(':state(live)')).toBe(false)
  server.down = false
  await userEvent.click(find(element, '[part=retry-button]'))
  await vi.waitFor(() => { expect(textOf(element)).toContain('Live') })
  expect(findAll(element, '[part=retry-button]')).toEqual([])
})
