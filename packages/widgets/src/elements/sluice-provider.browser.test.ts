import { afterEach, expect, test, vi } from 'vitest'
import { createFakeServer, type FakeServer } from '../../test/fake-server.ts'
import { cleanUp, find, findAll, textOf } from '../../test/page.ts'
import type { SluiceTradeConfirmationModal } from './sluice-trade-confirmation-modal.ts'

afterEach(() => {
  cleanUp()
  vi.unstubAllGlobals()
})

function serve(prepare: (server: FakeServer) => void = () => undefined): FakeServer {
  const server = createFakeServer()
  prepare(server)
  vi.stubGlobal('fetch', server.fetch)
  return server
}

const rows = (element: Element): string[] => findAll(element, '.rows .row').map(textOf)

test('the HTML of the design works as written', async () => {
  const server = serve((server) => { server.placed({ symbol: 'MSFT' }) })
  document.body.innerHTML = `
    <button id="buy">Buy</button>
    <sluice-provider endpoint="/api/v1/execution">
      <sluice-order-execution-status></sluice-order-execution-status>
      <sluice-trade-confirmation-modal id="modal"></sluice-trade-confirmation-modal>
    </sluice-provider>`
  const { buy, modal } = globalThis as unknown as { buy: HTMLButtonElement; modal: SluiceTradeConfirmationModal }
  let result: ReturnType<typeof modal.confirm> | undefined
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- as the design has it
  buy.onclick = () => (result = modal.confirm({ symbol: 'AAPL', side: 'buy', type: 'market', quantity: '10', timeInForce: 'day' }))
  modal.armingDelay = 0
  buy.click()
  await vi.waitFor(() => { expect(find(modal, '.primary').getAttribute('aria-disabled')).toBe('false') })
  find(modal, '.primary').click()
  expect(await result).toMatchObject({ status: 'new', symbol: 'AAPL' })
  const log = document.querySelector('sluice-order-execution-status')!
  await vi.waitFor(() => { expect(rows(log).join()).toMatch(/AAPL.*MSFT/) })
  expect(server.requests.every(({ path }) => path.startsWith('/'))).toBe(true)
})

test('asks for headers each time, even when the function came late', async () => {
  const server = serve()
  document.body.innerHTML = '<sluice-provider endpoint="/api/v1/execution"><sluice-kill-switch></sluice-kill-switch></sluice-provider>'
  const provider = document.querySelector('sluice-provider')!
  let token = 0
  provider.getHeaders = async () => ({ Authorization: `Bearer ${(token += 1)}` })
  await vi.waitFor(() => { expect(server.requests.some(({ headers }) => headers.has('Authorization'))).toBe(true) })
  find(provider.firstElementChild!, '.engage').click()
  await vi.waitFor(() => { expect(server.posts('/kill-switch')).toHaveLength(1) })
  expect(Number(server.posts('/kill-switch')[0]?.headers.get('Authorization')?.slice(7))).toBeGreaterThan(1)
})

test('a widget outside a provider serves itself', async () => {
  serve((server) => { server.placed({}) })
  document.body.innerHTML = '<sluice-order-execution-status endpoint="/api/v1/execution"></sluice-order-execution-status>'
  await vi.waitFor(() => { expect(rows(document.body.firstElementChild!)).toHaveLength(1) })
})

test('another endpoint is another store for every widget inside', async () => {
  const server = serve((server) => { server.placed({}) })
  document.body.innerHTML = '<sluice-provider endpoint="/api/v1/execution"><sluice-order-execution-status></sluice-order-execution-status></sluice-provider>'
  const provider = document.querySelector('sluice-provider')!
  const log = provider.firstElementChild!
  await vi.waitFor(() => { expect(rows(log)).toHaveLength(1) })
  server.orders.clear()
  provider.setAttribute('endpoint', '/api/v1/execution/')
  await vi.waitFor(() => { expect(textOf(log)).toContain('No orders yet') })
  await vi.waitFor(() => { expect(server.events.readers).toBe(1) })
})

test('a widget that was there before its provider finds it', async () => {
  serve((server) => { server.placed({}) })
  const log = document.createElement('sluice-order-execution-status')
  const provider = document.createElement('sluice-provider')
  provider.append(log)
  provider.endpoint = '/api/v1/execution'
  document.body.append(provider)
  await vi.waitFor(() => { expect(rows(log)).toHaveLength(1) })
})

test('what is said right after an element was attached counts too', async () => {
  serve((server) => { server.placed({}) })
  const [provider, inside, alone] = [document.createElement('sluice-provider'), document.createElement('sluice-order-execution-status'), document.createElement('sluice-order-execution-status')]
  provider.append(inside)
  document.body.append(provider, alone)
  provider.endpoint = '/api/v1/execution'
  alone.endpoint = '/api/v1/execution'
  await vi.waitFor(() => { expect(rows(inside)).toHaveLength(1) })
  await vi.waitFor(() => { expect(rows(alone)).toHaveLength(1) })
})

test('a modal without an endpoint says so', async () => {
  const modal = document.createElement('sluice-trade-confirmation-modal')
  document.body.append(modal)
  await expect(modal.confirm({ symbol: 'A', side: 'buy', type: 'market', quantity: '1', timeInForce: 'day' })).rejects.toThrow(/No endpoint/)
})
