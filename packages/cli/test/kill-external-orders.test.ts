import { createExecutionService, memoryStore, simulatedBroker } from '@sluice/core'
import { sqliteJournal } from '@sluice/core/sqlite'
import { makeApprovedOrder, makeContext } from '@sluice/core/testing'
import { expect, onTestFinished, test, vi } from 'vitest'
import { testFolder } from './support/make-journal.ts'
import { runCli } from './support/run-cli.ts'

// Real processes, on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000 })

const still = { latency: [0, 0], volatility: 0, prices: { AAPL: '187.50' } } as const
const terms = { symbol: 'AAPL', side: 'buy', type: 'limit', limitPrice: '90', quantity: '7', timeInForce: 'day' } as const

/** A service in front of a broker at which somebody placed an order by hand; its own order works beside it. */
async function openDesk() {
  const files = testFolder()
  const store = memoryStore()
  const byHand = simulatedBroker({ ...still, store })
  await byHand.connect(makeContext())
  await byHand.submit(makeApprovedOrder({ clientOrderId: 'by-hand', terms }))
  await byHand.close()
  const broker = simulatedBroker({ ...still, store })
  const path = files.at('orders.db')
  const start = () => createExecutionService({ broker, journal: sqliteJournal(path) })
  const service = await start()
  onTestFinished(async () => { await service.close(); files.remove() })
  const own = await service.placeOrder(terms)
  expect(own.status).toBe('new')
  /** By whose they are. */
  const statuses = () => Object.fromEntries(broker.orders().map(({ clientOrderIds, status }) => [clientOrderIds[0] === 'by-hand' ? 'theirs' : 'ours', status]))
  return { path, service, statuses }
}

test.each([
  ['global', undefined, 'canceled'], ['global', 'leave', 'new'], ['symbol:AAPL', undefined, 'new'], ['symbol:AAPL', 'sweep', 'canceled'],
] as const)('F2: `sluice kill engage` at %s with external orders %s: what was placed by hand is %s, our own is gone', async (scope, choice, theirs) => {
  const { path, service, statuses } = await openDesk()
  const option = choice === undefined ? [] : ['--external-orders', choice]
  expect(await runCli('kill', 'engage', path, '--reason', 'drill', '--scope', scope, ...option)).toMatchObject({ exit: 0, err: '' })
  await expect.poll(() => service.killSwitch.status().engaged).toMatchObject([{ scope, level: 'cancel_all', ...(choice !== undefined && { externalOrders: choice }) }])
  await expect.poll(statuses).toEqual({ ours: 'canceled', theirs })
  if (theirs === 'new') {
    // Two listings later nothing has changed its mind.
    await new Promise((resolve) => { setTimeout(resolve, 1200) })
    expect(statuses()).toEqual({ ours: 'canceled', theirs })
  }
  if (choice !== undefined) expect((await runCli('kill', 'status', path)).out).toContain(`orders of others: ${choice}`)
})

test('a choice that is none is refused, and nothing is written', async () => {
  const { path } = await openDesk()
  expect((await runCli('kill', 'engage', path, '--reason', 'drill', '--external-orders', 'keep')).exit).toBe(2)
  expect((await runCli('kill', 'status', path)).exit).toBe(4)
})
