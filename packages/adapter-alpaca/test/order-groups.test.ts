import { createExecutionService, type ExecutionService, memoryJournal, type OrderRequest } from '@sluice/core'
import { afterEach, expect, test, vi } from 'vitest'
import { alpacaBroker } from '../src/index.ts'
import { type FakeAlpaca } from '../src/testing/index.ts'
import { QUICK } from './open-alpaca.ts'
import { startRecordedFake } from './recorded-fake.ts'

vi.setConfig({ testTimeout: 20_000 })

const opened: (() => Promise<void>)[] = []
afterEach(async () => { for (const close of opened.splice(0).toReversed()) await close() })

const open = async (): Promise<{ readonly fake: FakeAlpaca; readonly start: () => Promise<ExecutionService> }> => {
  const fake = await startRecordedFake({ rateLimit: 10_000 })
  opened.push(() => fake.close())
  const journal = { ...memoryJournal(), close: () => Promise.resolve() }
  const { keyId, secretKey, url } = fake
  return {
    fake,
    start: async () => {
      const service = await createExecutionService({ journal, broker: alpacaBroker({ environment: 'paper', keyId, secretKey, url, dataUrl: url, ...QUICK }) })
      opened.push(() => service.close())
      return service
    },
  }
}

const bracket: OrderRequest = {
  symbol: 'AAPL', side: 'buy', type: 'limit', quantity: '10', limitPrice: '180', timeInForce: 'gtc', orderClass: 'bracket', idempotencyKey: 'b',
  takeProfit: { limitPrice: '200' }, stopLoss: { stopPrice: '170' },
}
const shown = async (service: ExecutionService): Promise<Record<string, string>> =>
  Object.fromEntries((await service.listOrders()).map(({ role = 'entry', status, filledQuantity }) => [role, filledQuantity === '0' ? status : `${status} ${filledQuantity}`]))

test('the exits of a bracket are orders of the service: held, then working, and one ends the other', async () => {
  const { fake, start } = await open()
  const service = await start()
  await service.placeOrder(bracket)
  await expect.poll(() => shown(service)).toEqual({ entry: 'new', take_profit: 'suspended', stop_loss: 'suspended' })
  fake.market.setPrice('AAPL', '179')
  await expect.poll(() => shown(service)).toEqual({ entry: 'filled 10', take_profit: 'new', stop_loss: 'new' })
  fake.market.setPrice('AAPL', '201')
  await expect.poll(() => shown(service)).toEqual({ entry: 'filled 10', take_profit: 'filled 10', stop_loss: 'canceled' })
  await expect.poll(async () => (await service.positions()).map(({ quantity }) => quantity)).toEqual(['0'])
  expect(service.killSwitch.status().engaged).toEqual([])
})

test('cancelling an entry that has not traded takes its exits with it', async () => {
  const { start } = await open()
  const service = await start()
  const order = await service.placeOrder(bracket)
  await expect.poll(() => shown(service)).toEqual({ entry: 'new', take_profit: 'suspended', stop_loss: 'suspended' })
  await service.cancelOrder(order.id)
  await expect.poll(() => shown(service)).toEqual({ entry: 'canceled', take_profit: 'canceled', stop_loss: 'canceled' })
})

test('an OCO closes a position once: its order takes profit, its exit stops', async () => {
  const { fake, start } = await open()
  fake.account.setPosition('AAPL', '10', '150')
  const service = await start()
  await service.placeOrder({ symbol: 'AAPL', side: 'sell', type: 'limit', quantity: '10', limitPrice: '200', timeInForce: 'gtc', orderClass: 'oco', takeProfit: { limitPrice: '200' }, stopLoss: { stopPrice: '170' }, idempotencyKey: 'o' })
  await expect.poll(() => shown(service)).toEqual({ entry: 'new', stop_loss: 'new' })
  fake.market.setPrice('AAPL', '169')
  await expect.poll(() => shown(service)).toEqual({ entry: 'canceled', stop_loss: 'filled 10' })
  expect(fake.oracle.position('AAPL')).toBe(0n)
})

test('a lost answer does not lose the exits: the look-up finds the order, and its record names them', async () => {
  const { fake, start } = await open()
  const service = await start()
  fake.faults.add({ kind: 'reset', method: 'POST' })
  await service.placeOrder(bracket)
  await expect.poll(() => shown(service)).toEqual({ entry: 'new', take_profit: 'suspended', stop_loss: 'suspended' })
  fake.market.setPrice('AAPL', '179')
  await expect.poll(() => shown(service)).toEqual({ entry: 'filled 10', take_profit: 'new', stop_loss: 'new' })
})

test('after a restart the exits are the same orders, and what happened meanwhile is found', async () => {
  const { fake, start } = await open()
  const before = await start()
  await before.placeOrder(bracket)
  await expect.poll(() => shown(before)).toEqual({ entry: 'new', take_profit: 'suspended', stop_loss: 'suspended' })
  const ids = (await before.listOrders()).map(({ id }) => id).toSorted()
  await before.close()
  fake.market.setPrice('AAPL', '179')
  await expect.poll(() => fake.oracle.orders().filter(({ status }) => status === 'new').length).toBe(2)
  const after = await start()
  await expect.poll(() => shown(after)).toEqual({ entry: 'filled 10', take_profit: 'new', stop_loss: 'new' })
  expect((await after.listOrders()).map(({ id }) => id).toSorted()).toEqual(ids)
  fake.market.setPrice('AAPL', '169')
  await expect.poll(() => shown(after)).toEqual({ entry: 'filled 10', take_profit: 'canceled', stop_loss: 'filled 10' })
  expect(after.killSwitch.status().engaged).toEqual([])
})
