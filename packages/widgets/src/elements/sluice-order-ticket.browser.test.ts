import { afterEach, expect, test, vi } from 'vitest'
import { userEvent } from 'vitest/browser'
import { cleanUp, find, findAll, open, textOf } from '../../test/page.ts'

afterEach(cleanUp)

test('an order is entered by keyboard and handed to the confirmation', async () => {
  const { element, provider, server } = await open('sluice-order-ticket')
  const modal = document.createElement('sluice-trade-confirmation-modal')
  modal.armingDelay = 20
  provider.append(modal)
  await userEvent.fill(find(element, '#symbol'), 'aapl')
  await userEvent.fill(find(element, '#amount'), '10')
  await userEvent.fill(find(element, '#limitPrice'), '187.5')
  expect(element.value).toEqual({ symbol: 'AAPL', side: 'buy', type: 'limit', quantity: '10', limitPrice: '187.5', timeInForce: 'day' })
  await userEvent.keyboard('{Enter}')
  await vi.waitFor(() => { expect(find(modal, '.primary').getAttribute('aria-disabled')).toBe('false') })
  await userEvent.click(find(modal, '.primary'))
  await vi.waitFor(() => { expect(server.posts('/order').map(({ body }) => body)).toEqual([{ symbol: 'AAPL', side: 'buy', type: 'limit', quantity: '10', limitPrice: '187.5', timeInForce: 'day', account: 'main' }]) })
})

test('what the service would refuse goes no further, and each field says why', async () => {
  const { element } = await open('sluice-order-ticket')
  const asked: unknown[] = []
  element.addEventListener('sluice-order-request', (event) => { asked.push(event.request); event.preventDefault() })
  await userEvent.click(find(element, '[part=submit-button]'))
  expect(asked).toEqual([])
  expect(textOf(find(element, '#symbol-fault'))).toContain('AAPL')
  await vi.waitFor(() => { expect(element.shadowRoot?.activeElement?.id).toBe('symbol') })
  for (const amount of ['0', '-5', '1e3', '1,000', '01', '.5', '1234567890123']) {
    await userEvent.fill(find(element, '#amount'), amount)
    expect(element.value, amount).toBeUndefined()
  }
  expect(element.checkValidity()).toBe(false)
})

test('a type shows its own fields only, and sends no others', async () => {
  const { element } = await open('sluice-order-ticket')
  element.symbol = 'btc/usd'
  await userEvent.fill(find(element, '#amount'), '1')
  await userEvent.fill(find(element, '#limitPrice'), '5')
  const shown = async (type: string): Promise<string[]> => {
    await userEvent.selectOptions(find(element, '#type'), type)
    await element.updateComplete
    return findAll(element, 'input.number').map(({ id }) => id)
  }
  expect(await shown('trailing_stop')).toEqual(['amount', 'trail'])
  await userEvent.fill(find(element, '#trail'), '1.5')
  await userEvent.selectOptions(find(element, '#unit'), 'notional')
  await userEvent.click(find(element, '[name=extendedHours]'))
  await element.updateComplete
  expect(element.value).toEqual({ symbol: 'BTC/USD', side: 'buy', type: 'trailing_stop', notional: '1', trailPercent: '1.5', timeInForce: 'day', extendedHours: true })
  expect(await shown('stop_limit')).toEqual(['amount', 'stopPrice', 'limitPrice'])
  expect(await shown('market')).toEqual(['amount'])
  await userEvent.selectOptions(find(element, '#timeInForce'), 'gtd')
  await element.updateComplete
  expect(element.value).toBeUndefined()
  await userEvent.fill(find(element, '#expireAt'), '2030-01-02T10:00')
  expect(element.value).toMatchObject({ type: 'market', timeInForce: 'gtd', expireAt: new Date('2030-01-02T10:00').toISOString() })
})

test('takes part in a form: its value, its validity, a reset', async () => {
  const form = document.createElement('form')
  form.innerHTML = '<sluice-order-ticket name="order" symbol="AAPL" side="sell"></sluice-order-ticket>'
  document.body.append(form)
  const element = form.querySelector('sluice-order-ticket')!
  await element.updateComplete
  expect(form.checkValidity()).toBe(false)
  await userEvent.fill(find(element, '#amount'), '3')
  // What a person has chosen once no longer follows its attribute.
  for (const type of ['market', 'limit', 'market']) await userEvent.selectOptions(find(element, '#type'), type)
  await userEvent.click(find(element, '[value=sell_short]'))
  await userEvent.click(find(element, '[name=extendedHours]'))
  await userEvent.click(find(element, '[value=sell]'))
  await userEvent.click(find(element, '[name=extendedHours]'))
  await element.updateComplete
  expect(form.checkValidity()).toBe(true)
  expect(JSON.parse(new FormData(form).get('order') as string)).toEqual({ symbol: 'AAPL', side: 'sell', type: 'market', quantity: '3', timeInForce: 'day' })
  await userEvent.selectOptions(find(element, '#timeInForce'), 'gtc')
  await userEvent.click(find(element, '[value=buy]'))
  await userEvent.click(find(element, '[name=extendedHours]'))
  await element.updateComplete
  form.reset()
  await element.updateComplete
  const shown = ['#type', '#unit', '#timeInForce', '[name=side]:checked'].map((field) => find<HTMLInputElement>(element, field).value)
  expect([...shown, find<HTMLInputElement>(element, '[name=extendedHours]').checked]).toEqual(['limit', 'quantity', 'day', 'sell', false])
  expect(find<HTMLInputElement>(element, '#amount').value).toBe('')
  expect(find<HTMLInputElement>(element, '#symbol').value).toBe('AAPL')
  element.disabled = true
  await element.updateComplete
  expect(find<HTMLInputElement>(element, '#amount').disabled).toBe(true)
})

test('small letters and spaces typed into the middle of a symbol stay where they were typed', async () => {
  const { element } = await open('sluice-order-ticket')
  const symbol = find<HTMLInputElement>(element, '#symbol')
  await userEvent.fill(symbol, 'AAPL')
  symbol.setSelectionRange(0, 0)
  await userEvent.keyboard('br k')
  await element.updateComplete
  expect(symbol.value.toUpperCase()).toBe('BR KAAPL')
  await userEvent.keyboard('{Backspace}{Backspace}.')
  await element.updateComplete
  expect([symbol.value.toUpperCase(), symbol.selectionStart]).toEqual(['BR.AAPL', 3])
  expect(getComputedStyle(symbol).textTransform).toBe('uppercase')
  await userEvent.fill(find(element, '#amount'), '1')
  await userEvent.fill(find(element, '#limitPrice'), '1')
  expect([symbol.value, element.value?.symbol]).toEqual(['BR.AAPL', 'BR.AAPL'])
})

test('an order is filled in, for a person to look at and to change', async () => {
  const { element } = await open('sluice-order-ticket')
  const asked: unknown[] = []
  element.addEventListener('sluice-order-request', (event) => { asked.push(event.request); event.preventDefault() })
  await userEvent.fill(find(element, '#amount'), '3')
  element.value = { symbol: 'nvda', side: 'sell', type: 'trailing_stop', notional: '2500', trailAmount: '1.5', timeInForce: 'gtc' }
  await element.updateComplete
  const shown = ['#symbol', '[name=side]:checked', '#type', '#amount', '#unit', '#trail', '#trailUnit', '#timeInForce'].map((field) => find<HTMLInputElement>(element, field).value)
  expect(shown).toEqual(['NVDA', 'sell', 'trailing_stop', '2500', 'notional', '1.5', 'amount', 'gtc'])
  await userEvent.selectOptions(find(element, '#type'), 'market')
  await userEvent.click(find(element, '[part=submit-button]'))
  expect(asked).toEqual([{ symbol: 'NVDA', side: 'sell', type: 'market', notional: '2500', timeInForce: 'gtc' }])
  element.value = undefined
  await element.updateComplete
  expect([find<HTMLInputElement>(element, '#symbol').value, findAll(element, '.fault').map(textOf).join(''), element.value]).toEqual(['', '', undefined])
})
