import { describe, expect, it } from 'vitest'
import { dailyNotional } from '../../src/guards/daily-notional.ts'
import { highValueApproval } from '../../src/guards/high-value-approval.ts'
import { messageRate } from '../../src/guards/message-rate.ts'
import { valueWindow } from '../../src/guards/value-window.ts'
import { createLedger } from '../../src/risk/ledger.ts'
import { makeRequest } from '../../src/testing/index.ts'
import { plainCodes } from '../support/codes.ts'
import { openDesk } from '../support/open-service.ts'
import { executionOf, recordOf } from '../support/scripted-broker.ts'
import { createWorld } from '../support/world.ts'

describe('B3: the guards that run again before the write', () => {
  it.each([
    ['messageRate', messageRate({ perSecond: 1 })],
    ['valueWindow', valueWindow({ value: '2000' })],
    ['dailyNotional', dailyNotional({ value: '2000' })],
  ] as const)('%s does not count the order a second time', async (_, guard) => {
    const desk = await openDesk({ guards: [guard] })
    desk.broker.writesAtOnce = false
    desk.broker.standing.submit = ({ clientOrderId }) => ({ kind: 'accepted', brokerOrderId: `at-${clientOrderId}` })
    const placed = await desk.place({ limitPrice: '187.5', quantity: '10' })
    // Elsewhere, so that only the epoch has changed.
    await desk.service.killSwitch.engage({ scope: 'symbol:TSLA', reason: 'test' })
    expect(desk.lastSubmit().write()).toBe(true)
    await desk.settle()
    expect(placed.value).toMatchObject({ status: 'new' })
  })

  it.each([
    ['messageRate', messageRate({ perSecond: 1, burst: 2 })],
    ['valueWindow', valueWindow({ value: '2000' })],
    ['dailyNotional', dailyNotional({ value: '2000' })],
  ] as const)('%s does not count what a replace adds a second time', async (_, guard) => {
    const desk = await openDesk({ guards: [guard] })
    const { order } = await desk.working({ limitPrice: '100', quantity: '10' })
    desk.broker.writesAtOnce = false
    desk.broker.standing.replace = ({ clientOrderId }) => ({ kind: 'accepted', brokerOrderId: `at-${clientOrderId}` })
    const replaced = desk.service.replaceOrder(order.id, { quantity: '19' })
    await desk.settle()
    await desk.service.killSwitch.engage({ scope: 'symbol:TSLA', reason: 'test' })
    expect(desk.broker.replaces.at(-1)?.write()).toBe(true)
    expect(await replaced).toMatchObject({ quantity: '19' })
  })
})

it('E1: an approval holds whatever else was sent meanwhile; only the order\'s own value drifts', async () => {
  const world = createWorld()
  const guards = [highValueApproval({ above: '1000', approvals: plainCodes() })]
  const { service } = await world.start({ guards })
  const place = (quantity: string) => world.until(service.placeOrder(makeRequest({ limitPrice: '90', quantity })))
  const challenged = await place('11')
  expect(challenged).toMatchObject({ status: 'pending_approval', challenge: { reasons: [{ code: 'APPROVAL_REQUIRED' }] } })
  for (const quantity of ['4', '3']) expect(await place(quantity)).toMatchObject({ status: 'new' })
  expect(await world.until(service.approveOrder(challenged.id, { code: 'zqcanary-code-1' }))).toMatchObject({ status: 'new' })
})

describe('the comparison while the service runs', () => {
  it('leaves an order that has just changed to its updates', async () => {
    const desk = await openDesk({ reconcileEvery: 2000 })
    const { order } = await desk.working()
    const asked: string[] = []
    desk.broker.standing.lookup = (clientOrderId) => { asked.push(clientOrderId); return { kind: 'indeterminate', reason: 'not asked' } }
    await desk.clock.advance(4500)
    expect(asked).toEqual([])
    await desk.clock.advance(2000)
    expect(asked.length).toBeGreaterThan(0)
    expect(await desk.statusOf(order.id)).toMatchObject({ status: 'new' })
  })

  it('asks for no more than 25 orders at once, for the others next time', async () => {
    const desk = await openDesk({ reconcileEvery: 10_000 })
    for (let index = 0; index < 60; index += 1) await desk.working({ idempotencyKey: `k${index}`, quantity: '1' })
    const records = new Map(desk.broker.submits.map(({ command }) => [command.clientOrderId, recordOf(command)]))
    const asked: string[] = []
    desk.broker.standing.lookup = (clientOrderId) => {
      asked.push(clientOrderId)
      const order = records.get(clientOrderId)
      return order === undefined ? { kind: 'indeterminate', reason: 'unknown' } : { kind: 'found', order }
    }
    const seen = new Set<string>()
    for (let review = 0; review < 3; review += 1) {
      const before = asked.length
      await desk.clock.advance(10_000)
      expect(asked.length - before).toBe(25)
      for (const id of asked) seen.add(id)
    }
    expect(seen.size).toBe(60)
  })
})

it('I8: a bust of a filled order that memory and ledger have forgotten holds what may trade again', async () => {
  const desk = await openDesk({ finishedOrders: 1 })
  const first = await desk.working({ idempotencyKey: 'first' })
  await desk.broker.deliver({ kind: 'fill', execution: executionOf(first.sent, 'e-first', '10') })
  const held = async () => (await desk.service.positions()).map(({ quantity, workingBuy }) => ({ quantity, workingBuy }))
  for (let index = 0; index < 4100; index += 1) {
    const { sent } = await desk.working({ idempotencyKey: `k${index}`, quantity: '1' })
    await desk.broker.deliver({ kind: 'fill', execution: executionOf(sent, `e${index}`, '1') })
  }
  await desk.broker.deliver({ kind: 'busted', executionId: 'e-first' })
  await desk.settle()
  expect(await desk.statusOf(first.order.id)).toMatchObject({ status: 'new', filledQuantity: '0' })
  expect(await held()).toEqual([{ quantity: '4100', workingBuy: '10' }])
  // The event says it all: a fold of the events alone comes to the same.
  const ledger = createLedger()
  for (const event of desk.events) ledger.apply(event)
  expect(ledger.order(first.order.id)).toMatchObject({ filled: 0n, quantity: 10_000_000_000n })
})
