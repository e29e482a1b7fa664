// The desk on brokers other than the simulated one.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { SMALL_ORDER } from './support/open-desk.ts'
import { type Demo, launchDemo, startDemo } from './support/start-demo.ts'

interface Order {
  readonly id: string
  readonly status: string
}

/** Places a small order and waits until it has filled. */
async function trade({ address, token }: Demo): Promise<Order> {
  const orders = `${address}/api/v1/execution/order`
  const Authorization = `Bearer ${token}`
  const placed = await fetch(orders, {
    method: 'POST', headers: { Authorization, 'Content-Type': 'application/json', 'Idempotency-Key': 'small' }, body: JSON.stringify(SMALL_ORDER),
  })
  const order = (await placed.json()) as Order
  expect(placed.status, JSON.stringify(order)).toBe(201)
  const look = async (): Promise<unknown> => (await fetch(`${orders}/${order.id}`, { headers: { Authorization } })).json()
  await expect.poll(look).toMatchObject({ status: 'filled', filledQuantity: '1' })
  return order
}

test('alpaca-fake fills an order, says that it forgets, and starts fresh in a folder of its own', async () => {
  const dataFolder = temporaryFolder()
  const args = ['--broker', 'alpaca-fake', '--no-strategy']
  const before = await startDemo({ dataFolder, args })
  expect(before.output()).toContain('its orders end with it, and each start is fresh')
  const order = await trade(before)
  before.kill('SIGINT')
  expect(await before.ended).toMatchObject({ code: 0, signal: null })
  expect([existsSync(join(dataFolder, 'alpaca-fake', 'token')), existsSync(join(dataFolder, 'orders.db'))]).toEqual([true, false])

  const after = await startDemo({ dataFolder, args })
  expect(after.token).toBe(before.token)
  expect((await trade(after)).id).not.toBe(order.id)
  after.kill('SIGTERM')
  expect(await after.ended).toMatchObject({ code: 0, signal: null })
})

test('fix fills an order over a FIX line, killed and started again', async () => {
  const dataFolder = temporaryFolder()
  const args = ['--broker', 'fix', '--no-strategy']
  const before = await startDemo({ dataFolder, args })
  await trade(before)
  before.kill('SIGKILL')
  await before.ended
  const after = await startDemo({ dataFolder, args })
  await trade(after)
  after.kill('SIGTERM')
  expect(await after.ended).toMatchObject({ code: 0, signal: null })
})

test.each(['alpaca-fake', 'fix'])('the strategy trades on %s', async (name) => {
  const demo = await startDemo({ dataFolder: temporaryFolder(), args: ['--broker', name] })
  const orders = async (): Promise<unknown> => {
    const answer = await fetch(`${demo.address}/api/v1/execution/orders`, { headers: { Authorization: `Bearer ${demo.token}` } })
    return answer.text()
  }
  await expect.poll(orders).toMatch(/"filled"/)
})

test('alpaca-paper asks for its keys in one clear line', async () => {
  const { ended } = launchDemo({ dataFolder: temporaryFolder(), args: ['--broker', 'alpaca-paper'], environment: { ALPACA_KEY_ID: '', ALPACA_SECRET_KEY: '' } })
  expect(await ended).toMatchObject({ code: 1, output: 'Set ALPACA_KEY_ID and ALPACA_SECRET_KEY to the API keys of an Alpaca paper account.\n' })
})
