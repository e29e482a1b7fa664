import { afterEach, expect, test, vi } from 'vitest'
import { cleanUp, find, findAll, open, textOf } from './page.ts'

const hostile = '<img src=x onerror="globalThis.broken = true"><script>globalThis.broken = true</script>'

afterEach(cleanUp)

/** Every element in the page, shadow trees included. */
function elements(root: Document | ShadowRoot | Element): Element[] {
  return [...root.querySelectorAll('*')].flatMap((element) => [element, ...(element.shadowRoot === null ? [] : elements(element.shadowRoot))])
}

function assertHarmless(): void {
  const created = elements(document.body).filter(({ localName }) => localName === 'img' || localName === 'script')
  expect(created).toEqual([])
  expect('broken' in globalThis).toBe(false)
}

const reason = { guard: hostile, code: hostile, message: hostile, limit: hostile, observed: hostile }

test('hostile text in an order makes no element in the log', async () => {
  const { element } = await open('sluice-order-execution-status', (server) => {
    server.change(server.placed({ symbol: hostile, quantity: hostile, limitPrice: hostile }).id, { status: 'denied', denial: reason, createdAt: hostile })
    server.change(server.placed({}).id, { status: 'partially_filled', filledQuantity: `1${hostile}`, averagePrice: hostile })
  })
  await vi.waitFor(() => { expect(findAll(element, '.rows .row')).toHaveLength(2) })
  expect(textOf(element)).toContain(hostile)
  assertHarmless()
})

test('hostile text in positions and the kill switch makes no element', async () => {
  const { provider, server, element } = await open('sluice-position-list', (server) => {
    server.positions = [{ account: hostile, broker: hostile, symbol: hostile, quantity: '1', averagePrice: hostile, workingBuy: '1', workingSell: '1', mark: hostile, unrealisedProfit: `1${hostile}`, realisedProfit: hostile }]
    server.kill = { epoch: 1, engaged: [{ scope: `symbol:${hostile}`, level: 'cancel_all', reason: hostile, actor: hostile, since: hostile, epoch: 1 }] }
  })
  const kill = document.createElement('sluice-kill-switch')
  provider.append(kill)
  await vi.waitFor(() => { expect(textOf(kill)).toContain(hostile) })
  await vi.waitFor(() => { expect(textOf(element)).toContain(hostile) })
  expect(server.kill.epoch).toBe(1)
  assertHarmless()
})

test('hostile text in every phase of the modal makes no element', async () => {
  const { element, server } = await open('sluice-trade-confirmation-modal', (server) => {
    server.decisions = [{ ...reason, verdict: 'challenge' }, { ...reason, verdict: 'allow' }]
    server.becomes = () => ({ status: 'pending_approval', challenge: { id: 'c', reasons: [reason], digest: 'd', expiresAt: hostile, method: hostile } })
    server.code = '1'
  })
  element.armingDelay = 0
  const result = element.confirm({ symbol: hostile, side: 'buy', type: 'limit', limitPrice: hostile, quantity: hostile, timeInForce: 'gtd', expireAt: hostile, strategy: hostile, account: hostile })
  await vi.waitFor(() => { expect(find(element, '.primary').getAttribute('aria-disabled')).toBe('false') })
  assertHarmless()
  find(element, '.primary').click()
  await vi.waitFor(() => { find(element, '#code') })
  assertHarmless()
  const [order] = [...server.orders.values()]
  server.change(order!.id, { status: 'denied', denial: reason })
  find<HTMLInputElement>(element, '#code').value = '1'
  find(element, '.primary').click()
  expect(await result).toMatchObject({ status: 'denied' })
  await vi.waitFor(() => { expect(textOf(element)).toContain('The guards have denied') })
  assertHarmless()
})
