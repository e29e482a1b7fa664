import { describe, expect, it } from 'vitest'
import type { BrokerAdapter, BrokerOrder, BrokerSnapshot } from '../../src/broker/broker-adapter.ts'
import type { StoredEvent } from '../../src/order/event.ts'
import { makeRequest } from '../../src/testing/index.ts'
import { flakyStream } from '../support/flaky-stream.ts'
import { type Desk, openDesk } from '../support/open-service.ts'
import { executionOf, recordOf } from '../support/scripted-broker.ts'
import { createWorld } from '../support/world.ts'

const anomalies = (events: readonly StoredEvent[]): string[] => events.flatMap((event) => (event.type === 'anomaly_detected' ? [event.data.code] : []))
const working = async ({ service }: Desk) => (await service.positions()).map(({ quantity, workingBuy, workingSell }) => ({ quantity, workingBuy, workingSell }))
const listing = (desk: Desk, ...orders: readonly BrokerOrder[]): BrokerSnapshot => desk.broker.snapshotOf({ openOrders: { status: 'present', value: orders } })
const noPositions = { status: 'unavailable', reason: 'not told' } as const

/** Updates were lost, and flow again. */
async function interrupt(desk: Desk): Promise<void> {
  await desk.broker.deliver({ kind: 'connection', state: 'gap', reason: 'cut' })
  await desk.broker.deliver({ kind: 'connection', state: 'ready' })
  await desk.clock.advance(2000)
}

describe('an order that is listed without a client id while one of ours is of unknown outcome', () => {
  /** One of ours is unknown, and the broker lists something that may be it. */
  async function listedNameless(theirs: Partial<BrokerOrder> = {}) {
    const desk = await openDesk()
    await desk.place()
    const { command } = desk.lastSubmit()
    desk.lastSubmit().answer({ kind: 'ambiguous', reason: 'reset' })
    await desk.settle()
    desk.broker.standing.snapshot = () => listing(desk, recordOf(command, { clientOrderId: undefined, ...theirs }))
    await interrupt(desk)
    return { desk, command }
  }

  it('B4: counts beside ours, and becomes ours when the look-up shows that it is', async () => {
    const { desk, command } = await listedNameless()
    const { brokerOrderId } = recordOf(command)
    expect(await desk.service.listOrders()).toMatchObject([{ source: 'external', status: 'new' }, { id: command.orderId, status: 'unknown' }])
    expect(await working(desk)).toEqual([{ quantity: '0', workingBuy: '20', workingSell: '0' }])
    desk.broker.standing.lookup = () => ({ kind: 'found', order: recordOf(command) })
    await desk.clock.advance(40_000)
    expect(await desk.service.listOrders({ open: true })).toMatchObject([{ id: command.orderId, status: 'new', brokerOrderId }])
    expect([await working(desk), anomalies(desk.events)]).toEqual([[{ quantity: '0', workingBuy: '10', workingSell: '0' }], ['EXTERNAL_ORDER', 'EXTERNAL_ORDER_IS_OURS']])
    // From here on the broker's id alone names it.
    await interrupt(desk)
    await desk.broker.deliver({ kind: 'canceled', brokerOrderId })
    expect([await desk.statusOf(command.orderId), anomalies(desk.events).length]).toMatchObject([{ status: 'canceled' }, 2])
  })

  it('D2: one that has traded stays where its trades were booked; ours stays unknown, for a human', async () => {
    const { desk, command } = await listedNameless({ status: 'partially_filled', filledQuantity: '4', averagePrice: '100' })
    desk.broker.standing.lookup = () => ({ kind: 'found', order: recordOf(command, { status: 'partially_filled', filledQuantity: '4', averagePrice: '100' }) })
    await desk.clock.advance(40_000)
    expect(await desk.service.listOrders()).toMatchObject([{ source: 'external', filledQuantity: '4' }, { id: command.orderId, status: 'unknown', filledQuantity: '0' }])
  })
})

describe('an order that the broker calls filled with less than was ordered', () => {
  it('D8: has ended, aloud, and holds nothing any more', async () => {
    const desk = await openDesk()
    const { order, sent } = await desk.working()
    desk.broker.standing.lookup = () => ({ kind: 'found', order: recordOf(sent, { status: 'filled', filledQuantity: '9', averagePrice: '100' }) })
    desk.broker.standing.snapshot = () => desk.broker.snapshotOf({ positions: noPositions })
    await interrupt(desk)
    expect(await desk.statusOf(order.id)).toMatchObject({ status: 'canceled', filledQuantity: '9', leavesQuantity: '0' })
    expect([await working(desk), anomalies(desk.events)]).toEqual([[{ quantity: '9', workingBuy: '0', workingSell: '0' }], ['FILLED_SHORT']])
    // The trade that was missing after all is a late one.
    await desk.broker.deliver({ kind: 'fill', execution: executionOf(sent, 'e1', '10') })
    await desk.settle()
    expect(await desk.statusOf(order.id)).toMatchObject({ status: 'filled', filledQuantity: '10' })
    expect(anomalies(desk.events)).toEqual(['FILLED_SHORT', 'LATE_FILL'])
  })

  it('waits for the answer of a change that may explain it', async () => {
    const desk = await openDesk()
    const { order, sent } = await desk.working()
    desk.service.replaceOrder(order.id, { quantity: '9' }).catch(() => undefined)
    await desk.settle()
    desk.broker.standing.lookup = () => ({ kind: 'found', order: recordOf(sent, { quantity: undefined, status: 'filled', filledQuantity: '9', averagePrice: '100' }) })
    desk.broker.standing.snapshot = () => desk.broker.snapshotOf({ positions: noPositions })
    await interrupt(desk)
    expect(await desk.statusOf(order.id)).toMatchObject({ status: 'pending_replace', filledQuantity: '9' })
    const { clientOrderId } = desk.broker.replaces[0]?.command ?? { clientOrderId: '' }
    desk.broker.replaces[0]?.answer({ kind: 'accepted', brokerOrderId: `at-${clientOrderId}` })
    await desk.settle()
    expect(await desk.statusOf(order.id)).toMatchObject({ status: 'filled', filledQuantity: '9' })
    expect(anomalies(desk.events)).toEqual([])
  })
})

describe('after a gap, at a broker that cannot list its open orders for a while', () => {
  it('D3: new risk is denied until it can: an order of others may be among them', async () => {
    const desk = await openDesk()
    const { sent } = await desk.working()
    const theirs = recordOf(sent, { clientOrderId: undefined, brokerOrderId: 'x-1', quantity: '3' })
    let isListed = false
    desk.broker.standing.lookup = () => ({ kind: 'found', order: recordOf(sent) })
    desk.broker.standing.snapshot = () => (isListed ? listing(desk, recordOf(sent), theirs) : desk.broker.snapshotOf({ openOrders: { status: 'unavailable', reason: '503' } }))
    await interrupt(desk)
    expect((await desk.place({ symbol: 'MSFT' })).value).toMatchObject({ status: 'denied', denial: { code: 'NOT_RECONCILED' } })
    await desk.clock.advance(10_000)
    expect(desk.alerts.map(({ code }) => code)).toContain('RECOVERY_FAILED')
    isListed = true
    await desk.clock.advance(30_000)
    expect(await desk.service.listOrders({ source: 'external' })).toMatchObject([{ id: 'external:main:x-1', quantity: '3' }])
    expect((await desk.place({ symbol: 'MSFT' })).value).toBeUndefined()
  })

  it('one that never lists them is compared by look-ups alone', async () => {
    const world = createWorld()
    const stream = flakyStream()
    const unlisted = (inner: BrokerAdapter): BrokerAdapter => ({ ...inner, snapshot: async (since) => ({ ...await inner.snapshot(since), openOrders: { status: 'unavailable', reason: 'it has no list' } }) })
    const { service } = await world.start({ wrap: (inner) => stream.wrap(unlisted(inner)) })
    await stream.cut()
    await stream.mend()
    await world.clock.advance(2000)
    expect(await world.until(service.placeOrder(makeRequest({ limitPrice: '90' })))).toMatchObject({ status: 'new' })
  })
})

describe('positions that differ while an order in them is of unknown outcome', () => {
  it('D4: cannot be taken over before the order is resolved: its trades would count twice', async () => {
    const desk = await openDesk({ submitTimeout: 1000 })
    await desk.place()
    const { command } = desk.lastSubmit()
    desk.lastSubmit().answer({ kind: 'ambiguous', reason: 'reset' })
    desk.broker.standing.snapshot = () => desk.broker.snapshotOf({ positions: { status: 'present', value: [{ symbol: 'AAPL', quantity: '10', averagePrice: '100' }] } })
    await interrupt(desk)
    await desk.clock.advance(20_000)
    expect(anomalies(desk.events)).toContain('POSITION_MISMATCH')
    const drive = async <Value>(promise: Promise<Value>): Promise<Value> => { promise.catch(() => undefined); await desk.clock.advance(2000); return promise }
    await expect(drive(desk.service.adoptPositions('main', { statement: 'read there' }))).rejects.toMatchObject({ code: 'NOT_READY', message: expect.stringContaining(command.orderId) as string })
    await drive(desk.service.resolveOrder(command.orderId, { absent: true, statement: 'not in their books' }))
    await drive(desk.service.adoptPositions('main', { statement: 'read there' }))
    expect(await working(desk)).toEqual([{ quantity: '10', workingBuy: '0', workingSell: '0' }])
  })
})

describe('an order that was taken for never sent and has traded in a gap', () => {
  it('B7: is open again by its listed trade, holds what it may still trade, and stops the account', async () => {
    const desk = await openDesk()
    const placed = await desk.place()
    const { command } = desk.lastSubmit()
    desk.lastSubmit().answer({ kind: 'not_sent', reason: 'no line', retryable: true })
    await desk.settle()
    expect(placed.value).toMatchObject({ status: 'denied', denial: { code: 'NOT_SENT' } })
    desk.broker.standing.lookup = () => ({ kind: 'found', order: recordOf(command, { status: 'partially_filled', filledQuantity: '4', averagePrice: '100' }) })
    desk.broker.standing.snapshot = () => desk.broker.snapshotOf({ openOrders: { status: 'unavailable', reason: '503' }, positions: noPositions, executions: { status: 'present', value: [executionOf(command, 'e1', '4')] } })
    await interrupt(desk)
    expect(await desk.statusOf(command.orderId)).toMatchObject({ status: 'pending_cancel', filledQuantity: '4', leavesQuantity: '6' })
    expect(await working(desk)).toEqual([{ quantity: '4', workingBuy: '6', workingSell: '0' }])
    expect([anomalies(desk.events), desk.service.killSwitch.status().engaged.map(({ level }) => level)]).toEqual([['LATE_ACCEPTANCE', 'LATE_FILL'], ['reduce_only']])
  })
})

describe('an OCO whose exits trade in part', () => {
  it('D6: counts the larger exit at every moment, and ends with the position closed once', async () => {
    const desk = await openDesk({ capabilities: { orderClasses: ['oco'] } })
    desk.broker.standing.snapshot = () => desk.broker.snapshotOf({ positions: noPositions })
    const { order, sent } = await desk.working({ side: 'sell', orderClass: 'oco', limitPrice: '110', takeProfit: { limitPrice: '110' }, stopLoss: { stopPrice: '95' } })
    const parentBrokerOrderId = order.brokerOrderId ?? ''
    const stop = recordOf(sent, { clientOrderId: 'stop-1', brokerOrderId: 's-1', type: 'stop', limitPrice: undefined, stopPrice: '95', leg: { parentBrokerOrderId, role: 'stop_loss' } })
    await desk.broker.deliver({ kind: 'leg', order: stop })
    const sell = (quantity: string, executionId: string, names: Partial<BrokerOrder> = {}) =>
      desk.broker.deliver({ kind: 'fill', execution: { ...executionOf(sent, executionId, quantity), ...(names.brokerOrderId !== undefined && { brokerOrderId: names.brokerOrderId, clientOrderId: names.clientOrderId }) } })
    const held = async () => (await working(desk))[0]
    expect(await held()).toEqual({ quantity: '0', workingBuy: '0', workingSell: '10' })
    await sell('3', 'e1')
    // Until the broker has made the other exit smaller it may trade whole.
    expect(await held()).toEqual({ quantity: '-3', workingBuy: '0', workingSell: '10' })
    await desk.broker.deliver({ kind: 'replaced', originalClientOrderId: 'stop-1', clientOrderId: 'stop-2', brokerOrderId: 's-2', changes: { quantity: '7' } })
    expect(await held()).toEqual({ quantity: '-3', workingBuy: '0', workingSell: '7' })
    await sell('2', 'e2', { clientOrderId: 'stop-2', brokerOrderId: 's-2' })
    expect(await held()).toEqual({ quantity: '-5', workingBuy: '0', workingSell: '7' })
    await desk.broker.deliver({ kind: 'replaced', originalClientOrderId: sent.clientOrderId, clientOrderId: 'profit-2', brokerOrderId: 'p-2', changes: { quantity: '8' } })
    expect(await held()).toEqual({ quantity: '-5', workingBuy: '0', workingSell: '5' })
    await sell('5', 'e3', { clientOrderId: 'profit-2', brokerOrderId: 'p-2' })
    await desk.broker.deliver({ kind: 'canceled', clientOrderId: 'stop-2', brokerOrderId: 's-2' })
    await desk.settle()
    expect((await desk.service.listOrders()).map(({ role = 'order', status, filledQuantity }) => `${role} ${status} ${filledQuantity}`)).toEqual(['stop_loss canceled 2', 'order filled 8'])
    expect([await held(), anomalies(desk.events)]).toEqual([{ quantity: '-10', workingBuy: '0', workingSell: '0' }, []])
  })
})
