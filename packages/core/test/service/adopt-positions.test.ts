import { expect, it } from 'vitest'
import { makeApprovedOrder, makeContext, makeRequest } from '../../src/testing/index.ts'
import { simulatedBroker } from '../../src/broker/simulated/simulated-broker.ts'
import { plainCodes } from '../support/codes.ts'
import { createWorld, type Running, type StartOptions, type World, withoutExecutions } from '../support/world.ts'

/** A service whose broker account somebody has traded by hand: 7 shares that no order of ours explains. */
async function withStrangePosition(options: StartOptions = {}): Promise<{ readonly world: World; readonly running: Running }> {
  const world = createWorld()
  const first = await world.start({ ...options, wrap: withoutExecutions })
  await world.until(first.service.close())
  const hand = simulatedBroker({ latency: [0, 0], quotes: () => ({ bid: '99.9', ask: '100.1' }), store: world.store })
  await hand.connect(makeContext({ clock: world.clock }))
  await hand.submit(makeApprovedOrder({ clientOrderId: 'hand', terms: { type: 'market', quantity: '7' } }))
  await hand.close()
  return { world, running: await world.start({ ...options, wrap: withoutExecutions }) }
}

const engaged = ({ service }: Running): string[] => service.killSwitch.status().engaged.map(({ scope, level }) => `${scope} ${level}`)

it('D4: adopting takes over what the broker shows, as an adjustment under a name, and ends the reduce_only of the difference', async () => {
  const { world, running } = await withStrangePosition()
  expect(engaged(running)).toEqual(['account:main reduce_only'])
  expect(await world.until(running.service.adoptPositions('main', { statement: 'bought by phone' }, { actor: 'ann' }))).toMatchObject([{ symbol: 'AAPL', quantity: '7', averagePrice: '100.1' }])
  expect(engaged(running)).toEqual([])
  const history = await world.history()
  expect(history.filter(({ type }) => type === 'position_changed')).toMatchObject([{ data: { source: 'adjustment', quantity: '7' } }])
  expect(history.find((event) => event.type === 'anomaly_detected' && event.data.code === 'POSITIONS_ADOPTED')).toMatchObject({ data: { message: expect.stringMatching(/ann: bought by phone.*AAPL: 0 here, 7 there/) as string } })
  expect(await world.until(running.service.placeOrder(makeRequest({ limitPrice: '90' })))).toMatchObject({ status: 'new' })
  await world.until(running.service.close())
  const next = await world.start()
  expect([engaged(next), (await next.service.positions()).map(({ quantity }) => quantity)]).toEqual([[], ['7']])
})

it('D4: needs a code that works once; without it nothing changes', async () => {
  const { world, running } = await withStrangePosition({ approvals: plainCodes() })
  const { service } = running
  await expect(world.until(service.adoptPositions('main', { statement: 's' }))).rejects.toMatchObject({ code: 'APPROVAL_REFUSED' })
  await expect(world.until(service.adoptPositions('main', { statement: 's', code: 'zqcanary-wrong' }))).rejects.toMatchObject({ code: 'APPROVAL_REFUSED' })
  expect([engaged(running), await service.positions()]).toEqual([['account:main reduce_only'], []])
  await world.until(service.adoptPositions('main', { statement: 's', code: 'zqcanary-code-1' }))
  expect([engaged(running), (await service.positions()).map(({ quantity }) => quantity)]).toEqual([[], ['7']])
})

it('leaves engaged what something else engaged', async () => {
  const { world, running } = await withStrangePosition()
  await running.service.killSwitch.engage({ scope: 'account:main', level: 'no_new', reason: 'a person' })
  await world.until(running.service.adoptPositions('main', { statement: 's' }))
  expect(engaged(running)).toEqual(['account:main no_new'])
})

it('names what is wrong with the input, and does not adopt what it cannot read', async () => {
  const { world, running: { service } } = await withStrangePosition()
  await expect(service.adoptPositions('nobody', { statement: 's' })).rejects.toMatchObject({ code: 'ORDER_INVALID', issues: [{ path: ['account'] }] })
  await expect(service.adoptPositions('main', { statement: ' ' })).rejects.toMatchObject({ code: 'ORDER_INVALID', issues: [{ path: ['statement'] }] })
  const blind = createWorld()
  const { service: other } = await blind.start({ wrap: (inner) => ({ ...inner, snapshot: async (since) => ({ ...await inner.snapshot(since), positions: { status: 'unavailable', reason: 'not now' } }) }) })
  await expect(blind.until(other.adoptPositions('main', { statement: 's' }))).rejects.toMatchObject({ code: 'NOT_READY', retryable: true })
  await world.until(service.close())
})
