import { afterEach, expect, test, vi } from 'vitest'
import { userEvent } from 'vitest/browser'
import { problem } from '../../test/fake-server.ts'
import { cleanUp, find, findAll, open, textOf } from '../../test/page.ts'

afterEach(cleanUp)

const rows = (element: Element): string[] => findAll(element, '.rows .row').map(textOf)

async function openLog(prepare: Parameters<typeof open>[1]) {
  return open('sluice-order-execution-status', prepare)
}

test('shows the snapshot, the newest order first', async () => {
  const { element } = await openLog((server) => {
    server.placed({})
    server.placed({ symbol: 'TSLA', side: 'sell_short', type: 'market' })
  })
  await vi.waitFor(() => { expect(rows(element)).toHaveLength(2) })
  expect(rows(element)[0]).toMatch(/TSLA Sell short 10 Market Working/)
  expect(rows(element)[1]).toMatch(/AAPL Buy 10 187\.50 Working/)
  expect(find(element, '.connection').textContent).toContain('Live')
})

test('rows follow the events', async () => {
  const { element, server } = await openLog((server) => { server.placed({}) })
  await vi.waitFor(() => { expect(rows(element)[0]).toContain('Working') })
  const expectRow = (pattern: RegExp): Promise<void> => vi.waitFor(() => { expect(rows(element)[0]).toMatch(pattern) })
  server.events.emit('order_partially_filled', { orderId: 'order-1', filledQuantity: '4', leavesQuantity: '6', averagePrice: '187.48' })
  await expectRow(/Part filled 4 @ 187\.48/)
  server.events.emit('order_pending_cancel', { orderId: 'order-1', clientOrderId: 'c', actor: 'alice' })
  await expectRow(/Canceling/)
  server.events.emit('order_cancel_refused', { orderId: 'order-1', code: 'TOO_LATE', message: 'too late' })
  await expectRow(/Part filled/)
  server.events.emit('order_filled', { orderId: 'order-1', filledQuantity: '10', leavesQuantity: '0', averagePrice: '187.4' })
  await expectRow(/Filled 10 @ 187\.40$/)
})

test('a new order arrives by its intent alone', async () => {
  const { element, server } = await openLog(() => undefined)
  await vi.waitFor(() => { expect(textOf(element)).toContain('No orders yet') })
  const terms = { account: 'main', symbol: 'NVDA', side: 'buy', type: 'limit', quantity: '5', limitPrice: '118.2', timeInForce: 'day', extendedHours: false }
  const intent = { terms, digest: 'd', idempotencyKey: 'k', actor: 'bot', broker: 'paper', reservation: { quantity: '5', price: '118.2' } }
  server.events.emit('order_denied', { orderId: 'order-9', intent, denial: { code: 'KILL_SWITCH', message: 'Trading is stopped' } })
  await vi.waitFor(() => { expect(rows(element)[0]).toMatch(/NVDA Buy 5 118\.20 Denied Trading is stopped/) })
})

test('after a cut it resumes where it was: nothing is lost, nothing comes twice', async () => {
  const { element, server } = await openLog((server) => { server.placed({}) })
  await vi.waitFor(() => { expect(rows(element)).toHaveLength(1) })
  server.events.emit('order_partially_filled', { orderId: 'order-1', filledQuantity: '4', leavesQuantity: '6', averagePrice: '187' })
  // Kept away until the state was seen: the first try may come at once.
  server.intercept = () => new Response(null, { status: 503 })
  server.events.cut()
  await vi.waitFor(() => { expect(find(element, '.connection').textContent).toContain('Reconnecting') })
  server.intercept = () => undefined
  expect(textOf(find(element, '[part=notice]'))).toContain('What you see was true at')
  server.events.emit('order_filled', { orderId: 'order-1', filledQuantity: '10', leavesQuantity: '0', averagePrice: '187.4' })
  await vi.waitFor(() => { expect(rows(element)[0]).toMatch(/Filled 10 @ 187\.40/) })
  expect(find(element, '.connection').textContent).toContain('Live')
  const resumed = server.requests.filter(({ path }) => path === '/events').at(-1)
  expect(resumed?.headers.get('Last-Event-ID')).toBe('main:1,*:0')
  expect(rows(element)).toHaveLength(1)
})

test('a server that lost its place sends a snapshot, and the log starts again from it', async () => {
  const { element, server } = await openLog((server) => { server.placed({}) })
  await vi.waitFor(() => { expect(rows(element)).toHaveLength(1) })
  server.orders.clear()
  server.placed({ symbol: 'MSFT' })
  server.events.reset({ orders: [...server.orders.values()], positions: [] })
  await vi.waitFor(() => { expect(rows(element)).toHaveLength(1); expect(rows(element)[0]).toContain('MSFT') })
})

test('several widgets share one connection', async () => {
  const { provider, server } = await openLog(() => undefined)
  provider.append(document.createElement('sluice-order-execution-status'), document.createElement('sluice-position-list'), document.createElement('sluice-kill-switch'))
  await vi.waitFor(() => { expect(findAll(provider.lastElementChild!, '.done').length).toBeGreaterThan(0) })
  expect(server.events.readers).toBe(1)
  provider.replaceChildren()
  await vi.waitFor(() => { expect(server.events.readers).toBe(0) })
})

test('cancels an open order, after asking the host', async () => {
  const { element, server } = await openLog((server) => { server.placed({}) })
  await vi.waitFor(() => { expect(rows(element)).toHaveLength(1) })
  const asked: string[] = []
  const refuse = (event: GlobalEventHandlersEventMap['sluice-cancel-request']): void => { asked.push(event.orderId); event.preventDefault() }
  document.addEventListener('sluice-cancel-request', refuse, { once: true })
  await userEvent.click(find(element, '.cancel'))
  expect(asked).toEqual(['order-1'])
  expect(server.requests.some(({ method }) => method === 'DELETE')).toBe(false)
  await userEvent.click(find(element, '.cancel'))
  await vi.waitFor(() => { expect(rows(element)[0]).toContain('Canceled') })
  expect(findAll(element, '.cancel')).toEqual([])
})

test('a cancel that the server did not confirm is said aloud', async () => {
  const { element } = await openLog((server) => {
    server.placed({})
    server.intercept = ({ method }) => (method === 'DELETE' ? 'lost' : undefined)
  })
  await vi.waitFor(() => { expect(rows(element)).toHaveLength(1) })
  await userEvent.click(find(element, '.cancel'))
  await vi.waitFor(() => { expect(find(element, '[role=alert]').textContent).toMatch(/not\s+confirmed the cancel of AAPL/) })
  expect(find(element, '.cancel').getAttribute('aria-disabled')).toBe('false')
})

test('a pause freezes the view, not what is known', async () => {
  const { element, server } = await openLog((server) => { server.placed({}) })
  await vi.waitFor(() => { expect(rows(element)).toHaveLength(1) })
  await userEvent.click(find(element, '[part=pause-button]'))
  server.events.emit('order_filled', { orderId: 'order-1', filledQuantity: '10', leavesQuantity: '0', averagePrice: '187.4' })
  await vi.waitFor(() => { expect(textOf(element)).toContain('Paused, 1 changes since') })
  expect(rows(element)[0]).toContain('Working')
  await userEvent.click(find(element, '[part=pause-button]'))
  await vi.waitFor(() => { expect(rows(element)[0]).toContain('Filled') })
})

test('ten thousand orders render as a window', async () => {
  const { element } = await openLog((server) => {
    for (let index = 0; index < 10_000; index += 1) server.placed({ symbol: `S${index}` })
  })
  await vi.waitFor(() => { expect(rows(element).length).toBeGreaterThan(5) })
  expect(rows(element).length).toBeLessThan(40)
  expect(find(element, '[role=table]').getAttribute('aria-rowcount')).toBe('10001')
  find(element, '.scroller').scrollTop = 5000 * 32
  await vi.waitFor(() => { expect(rows(element).join()).toContain('S4999') })
  const first = findAll(element, '.rows .row')[0]!
  expect(Number(first.getAttribute('aria-rowindex'))).toBeGreaterThan(4900)
})

test('rows under the pointer stand still while new orders come in', async () => {
  const { element, server } = await openLog((server) => { server.placed({ symbol: 'OLD' }) })
  await vi.waitFor(() => { expect(rows(element)).toHaveLength(1) })
  const scroller = find(element, '.scroller')
  scroller.dispatchEvent(new PointerEvent('pointerenter'))
  server.events.emit('order_denied', { orderId: 'new', intent: { terms: { account: 'main', symbol: 'NEW', side: 'buy', type: 'market', quantity: '1', timeInForce: 'day', extendedHours: false }, digest: '', idempotencyKey: 'n', actor: '', broker: 'paper', reservation: { quantity: '1', price: '1' } }, denial: { code: 'X', message: 'x' } })
  await vi.waitFor(() => { expect(find(element, '.newer').textContent).toContain('1 new') })
  expect(rows(element).map((row) => row.includes('OLD'))).toEqual([true])
  scroller.dispatchEvent(new PointerEvent('pointerleave'))
  await vi.waitFor(() => { expect(rows(element)[0]).toContain('NEW') })
})

test('speaks at most once in two seconds', async () => {
  const { element, server } = await openLog((server) => { for (let index = 0; index < 20; index += 1) server.placed({}) })
  await vi.waitFor(() => { expect(rows(element).length).toBeGreaterThan(5) })
  const said: { at: number; text: string }[] = []
  const status = find(element, '[role=status]')
  new MutationObserver(() => { said.push({ at: performance.now(), text: status.textContent ?? '' }) }).observe(status, { childList: true, characterData: true, subtree: true })
  for (let index = 1; index <= 20; index += 1) {
    server.events.emit('order_filled', { orderId: `order-${index}`, filledQuantity: '10', leavesQuantity: '0', averagePrice: '1' })
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  await vi.waitFor(() => { expect(said.length).toBeGreaterThan(0) })
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(said).toHaveLength(1)
  expect(said[0]?.text).toContain('20 filled')
}, 8000)

test('says when the server does not let the person in, and comes back with other headers', async () => {
  let open = false
  const { element, provider } = await openLog((server) => {
    server.placed({})
    server.intercept = () => (open ? undefined : problem(401, 'UNAUTHENTICATED', 'Sign in.'))
  })
  await vi.waitFor(() => { expect(textOf(element)).toContain('No access') })
  open = true
  provider.getHeaders = () => ({ Authorization: 'Bearer zqcanary-new' })
  await vi.waitFor(() => { expect(rows(element)).toHaveLength(1) })
})

test('without an endpoint it says what is missing', async () => {
  const element = document.createElement('sluice-order-execution-status')
  document.body.append(element)
  await element.updateComplete
  expect(textOf(element)).toContain('Put this widget inside a provider')
})

test('an execution that was busted is asked for whole', async () => {
  const { element, server } = await openLog((server) => {
    server.placed({})
    server.change('order-1', { status: 'filled', filledQuantity: '10', averagePrice: '187.4' })
  })
  await vi.waitFor(() => { expect(rows(element)[0]).toContain('Filled') })
  server.change('order-1', { status: 'new', filledQuantity: '0' })
  server.events.emit('execution_busted', { orderId: 'order-1', execution: {} })
  await vi.waitFor(() => { expect(rows(element)[0]).toContain('Working') })
})

const history = (id: string): object[] => [
  { type: 'order_pending_new', data: { orderId: id, evaluation: { decisions: [{ guard: 'max-position', verdict: 'allow', limit: '100', observed: '92' }, { guard: 'kill-switch', verdict: 'allow' }] } } },
  { type: 'order_partially_filled', data: { orderId: id, execution: { executionId: 'x1', lastQuantity: '4', lastPrice: '187.48', time: '2026-11-23T14:30:01.000Z' } } },
]

test('a row opens its details: terms, what each guard saw, every fill', async () => {
  const { element } = await openLog((server) => {
    server.placed({ strategy: 'momentum' })
    server.intercept = ({ path }) => (path === '/order/order-1/events' ? new Response(JSON.stringify(history('order-1')), { headers: { 'Content-Type': 'application/json' } }) : undefined)
  })
  await vi.waitFor(() => { expect(rows(element)).toHaveLength(1) })
  await userEvent.click(find(element, '[part=details-button]'))
  await vi.waitFor(() => { expect(textOf(find(element, '.details'))).toContain('92 of 100') })
  const text = textOf(find(element, '.details'))
  expect(text).toContain('Max position')
  expect(text).toContain('4 @ 187.48')
  expect(text).toContain('momentum')
  await userEvent.click(find(element, '[part=close-details-button]'))
  await vi.waitFor(() => { expect(findAll(element, '.details')).toEqual([]) })
  expect(element.shadowRoot?.activeElement?.getAttribute('data-order')).toBe('order-1')
})

test('an order is amended once, after asking the host; a refusal keeps the form and says why', async () => {
  const { element, server } = await openLog((server) => { server.placed({}) })
  await vi.waitFor(() => { expect(rows(element)).toHaveLength(1) })
  server.intercept = ({ method, body }) => {
    if (method !== 'PATCH') return undefined
    if (body['limitPrice'] === '999') return problem(422, 'REPLACE_DENIED', 'Too far from the market')
    return new Response(JSON.stringify(server.change('order-1', body)), { headers: { 'Content-Type': 'application/json' } })
  }
  await userEvent.click(find(element, '[part=details-button]'))
  await vi.waitFor(() => { find(element, '[part=amend-button]') })
  await userEvent.click(find(element, '[part=amend-button]'))
  const send = async (price: string): Promise<void> => {
    await userEvent.fill(find(element, '#amend-limitPrice'), price)
    await userEvent.keyboard('{Enter}')
  }
  await send('abc')
  await vi.waitFor(() => { expect(textOf(find(element, '#amend-fault'))).toContain('positive number') })
  await send('999')
  await vi.waitFor(() => { expect(textOf(find(element, '#amend-fault'))).toContain('Too far from the market') })
  await send('186.25')
  await vi.waitFor(() => { expect(rows(element)[0]).toContain('186.25') })
  expect(findAll(element, '.amend')).toEqual([])
  expect(server.requests.filter(({ method }) => method === 'PATCH').map(({ body }) => body)).toEqual([{ limitPrice: '999' }, { limitPrice: '186.25' }])
})

test('searches, filters, sorts and exports what is shown', async () => {
  const { element } = await openLog((server) => {
    server.placed({ symbol: 'AAPL', quantity: '9' })
    server.placed({ symbol: 'MSFT', quantity: '10' })
    server.placed({ symbol: 'TSLA', quantity: '2' })
    server.change('order-2', { status: 'filled', filledQuantity: '10', averagePrice: '1' })
  })
  await vi.waitFor(() => { expect(rows(element)).toHaveLength(3) })
  const symbols = (): string[] => findAll(element, '.rows .cell.symbol').map(textOf)
  await userEvent.click(find(element, '[data-column=quantity]'))
  await vi.waitFor(() => { expect(symbols()).toEqual(['TSLA', 'AAPL', 'MSFT']) })
  expect(find(element, '[role=columnheader].quantity').getAttribute('aria-sort')).toBe('ascending')
  await userEvent.selectOptions(find(element, '.filter'), 'open')
  await vi.waitFor(() => { expect(symbols()).toEqual(['TSLA', 'AAPL']) })
  await userEvent.fill(find(element, '.search'), 'aap')
  await vi.waitFor(() => { expect(symbols()).toEqual(['AAPL']) })
  let csv = ''
  element.addEventListener('sluice-export', (event) => { csv = event.csv; event.preventDefault() }, { once: true })
  await userEvent.click(find(element, '[part=export-button]'))
  expect(csv.split('\r\n').slice(0, 2).join('|')).toMatch(/^id,time,symbol,side,quantity,price,status,filled\|order-1,2026-.*Z,AAPL,buy,9,187\.5,new,0$/)
  await userEvent.fill(find(element, '.search'), 'nobody')
  await vi.waitFor(() => { expect(textOf(element)).toContain('No order matches') })
})

test('the host chooses the columns, its own among them', async () => {
  const { element } = await openLog((server) => { server.placed({}) })
  element.columns = ['symbol', 'status', { name: 'note', label: 'Note', text: (row) => `<b>${row.id}</b>` }]
  await vi.waitFor(() => { expect(rows(element)[0]).toBe('AAPL Working <b>order-1</b>') })
  element.setAttribute('columns', 'id side')
  await vi.waitFor(() => { expect(rows(element)[0]).toBe('order-1 Buy') })
})

test('by keyboard: three presses cancel, and the rows are walked with arrows', async () => {
  const { element, server } = await openLog((server) => { for (let index = 0; index < 60; index += 1) server.placed({ symbol: `S${index}` }) })
  await vi.waitFor(() => { expect(rows(element).length).toBeGreaterThan(5) })
  find(element, '.scroller').focus()
  await userEvent.keyboard('{ArrowDown}{ArrowDown}')
  await vi.waitFor(() => { expect(element.shadowRoot?.activeElement?.getAttribute('data-order')).toBe('order-59') })
  await userEvent.keyboard('{PageDown}{PageDown}{PageDown}')
  await vi.waitFor(() => { expect(element.shadowRoot?.activeElement?.getAttribute('data-order')).toBe('order-29') })
  await userEvent.keyboard('{Delete}')
  await vi.waitFor(() => { expect(server.orders.get('order-29')?.status).toBe('canceled') })
})
