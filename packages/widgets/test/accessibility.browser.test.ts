import axe from 'axe-core'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { cdp } from 'vitest/browser'
import { allowed, type FakeServer, problem } from './fake-server.ts'
import { cleanUp, find, findAll, open, textOf } from './page.ts'

const draft = { symbol: 'AAPL', side: 'buy', type: 'limit', limitPrice: '187.5', quantity: '10', timeInForce: 'day' } as const
const rejected = { guard: 'max-position', verdict: 'reject', code: 'POSITION_LIMIT_EXCEEDED', message: 'Over the limit', limit: '100', observed: '110' } as const
const challenge = { id: 'c', reasons: [{ code: 'APPROVAL_REQUIRED', message: 'Needs a code' }], digest: 'd', expiresAt: '2027-01-01T00:00:00.000Z', method: 'totp' }

function everyStatus(server: FakeServer): void {
  const changes: object[] = [
    { status: 'new' }, { status: 'filled', filledQuantity: '10', averagePrice: '187.4' }, { status: 'partially_filled', filledQuantity: '4', averagePrice: '1' },
    { status: 'pending_cancel' }, { status: 'canceled' }, { status: 'denied', denial: rejected }, { status: 'rejected', rejection: { code: '1', message: 'no' } },
    { status: 'pending_approval', challenge }, { status: 'unknown' }, { status: 'suspended' }, { status: 'expired' },
  ]
  for (const change of changes) server.change(server.placed({}).id, change)
}

async function assertAccessible(): Promise<void> {
  const { violations } = await axe.run(document.body, { rules: { region: { enabled: false }, 'landmark-one-main': { enabled: false }, 'page-has-heading-one': { enabled: false } } })
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('\n')}`)).toEqual([])
}

async function openModal(prepare: (server: FakeServer) => void) {
  const page = await open('sluice-trade-confirmation-modal', prepare)
  page.element.armingDelay = 0
  page.element.confirm(draft).catch(() => undefined)
  await vi.waitFor(() => { expect(find<HTMLDialogElement>(page.element, 'dialog').open).toBe(true) })
  const send = async (): Promise<void> => {
    await vi.waitFor(() => { expect(find(page.element, '.primary').getAttribute('aria-disabled')).toBe('false') })
    find(page.element, '.primary').click()
  }
  return { ...page, send, shows: (text: string) => vi.waitFor(() => { expect(textOf(page.element)).toContain(text) }) }
}

const themes = {
  light: { scheme: 'light', features: [] },
  dark: { scheme: 'dark', features: [] },
  'forced colours': { scheme: 'light', features: [{ name: 'forced-colors', value: 'active' }] },
} as const

describe.each(Object.entries(themes))('%s', (_name, { scheme, features }) => {
  afterEach(async () => {
    cleanUp()
    document.body.removeAttribute('style')
    await cdp().send('Emulation.setEmulatedMedia', { features: [] })
  })

  const dress = async (): Promise<void> => {
    document.body.style.cssText = `color-scheme: ${scheme}; background: Canvas`
    // What fades in would be judged half way.
    await cdp().send('Emulation.setEmulatedMedia', { features: [...features, { name: 'prefers-reduced-motion', value: 'reduce' }] })
  }

  test('the log with every status, paused, empty, denied and cut has no violation', async () => {
    await dress()
    const { element, server } = await open('sluice-order-execution-status', everyStatus)
    await vi.waitFor(() => { expect(findAll(element, '.rows .row')).toHaveLength(11) })
    await assertAccessible()
    find(element, '[part=pause-button]').click()
    // Kept away: the first try may come at once, and the state would be gone before anyone looks.
    server.intercept = () => problem(503, 'NOT_READY', 'later')
    server.events.cut()
    await vi.waitFor(() => { expect(textOf(element)).toContain('Reconnecting') })
    await assertAccessible()
    cleanUp()
    const empty = await open('sluice-order-execution-status')
    await vi.waitFor(() => { expect(textOf(empty.element)).toContain('No orders yet') })
    await assertAccessible()
    cleanUp()
    const denied = await open('sluice-order-execution-status', (server) => { server.intercept = () => problem(403, 'FORBIDDEN', 'no') })
    await vi.waitFor(() => { expect(textOf(denied.element)).toContain('No access') })
    await assertAccessible()
  })

  test('positions have no violation', async () => {
    await dress()
    const { element } = await open('sluice-position-list', (server) => {
      const position = { account: 'main', broker: 'paper', symbol: 'AAPL', quantity: '120', averagePrice: '184.2', workingBuy: '10', workingSell: '0', mark: '1', unrealisedProfit: '3', realisedProfit: '-1' }
      server.positions = [position, { ...position, broker: 'other', quantity: '-3', unrealisedProfit: '-1' }]
    })
    await vi.waitFor(() => { expect(findAll(element, 'tbody tr')).toHaveLength(2) })
    await assertAccessible()
  })

  test('the kill switch, engaged and with a refused release, has no violation', async () => {
    await dress()
    const { element } = await open('sluice-kill-switch')
    await vi.waitFor(() => { expect(textOf(element)).toContain('Trading is allowed') })
    await assertAccessible()
    find(element, '.engage').click()
    await vi.waitFor(() => { expect(textOf(element)).toContain('Trading is stopped') })
    find(element, '[part=release-button]').click()
    await vi.waitFor(() => { find(element, '#reason') })
    find<HTMLInputElement>(element, '#reason').value = 'r'
    find<HTMLInputElement>(element, '#phrase').value = 'RELEASE'
    find<HTMLFormElement>(element, 'form').requestSubmit()
    await vi.waitFor(() => { expect(textOf(element)).toContain('attempts left') })
    await assertAccessible()
  })

  test('the review, allowed and rejected, has no violation', async () => {
    await dress()
    const allowedModal = await openModal((server) => { server.decisions = [allowed('a'), allowed('max-position', { limit: '100', observed: '92', warning: 90 }), { guard: 'b', verdict: 'challenge', code: 'APPROVAL_REQUIRED', message: 'Needs a code' }] })
    await allowedModal.shows('2 of 3 passed')
    await assertAccessible()
    cleanUp()
    const rejectedModal = await openModal((server) => { server.decisions = [allowed('a'), rejected, { ...rejected, guard: 'c', code: 'OTHER' }] })
    await rejectedModal.shows('Over the limit')
    await assertAccessible()
  })

  test('challenge, outcome and unknown have no violation', async () => {
    await dress()
    const modal = await openModal((server) => { server.becomes = () => ({ status: 'pending_approval', challenge }) })
    await modal.send()
    await modal.shows('Approval code')
    find<HTMLInputElement>(modal.element, '#code').value = '1'
    find(modal.element, '.primary').click()
    await modal.shows('attempts left')
    await assertAccessible()
    cleanUp()
    const lost = await openModal((server) => { server.intercept = ({ path }) => (path === '/order' ? 'lost' : undefined) })
    await lost.send()
    await lost.shows('may have been accepted')
    await assertAccessible()
    cleanUp()
    const refused = await openModal((server) => { server.becomes = () => ({ status: 'denied', denial: rejected }) })
    await refused.send()
    await refused.shows('Over the limit')
    await assertAccessible()
  })
})
