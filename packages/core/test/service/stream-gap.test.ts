import { describe, expect, it } from 'vitest'
import type { BrokerSnapshot } from '../../src/broker/broker-adapter.ts'
import { accepts, executionOf, recordOf } from '../support/scripted-broker.ts'
import { type Desk, openDesk } from '../support/open-service.ts'

const gap = (desk: Desk) => desk.broker.deliver({ kind: 'connection', state: 'gap', reason: 'socket lost' })
const ready = (desk: Desk) => desk.broker.deliver({ kind: 'connection', state: 'ready' })
const holding = (desk: Desk, quantity: string): BrokerSnapshot => desk.broker.snapshotOf({ positions: { status: 'present', value: [{ symbol: 'AAPL', quantity, averagePrice: '100' }] } })
const typesSince = (desk: Desk, count: number): string[] => desk.events.slice(count).map((event) => (event.type === 'anomaly_detected' ? event.data.code : event.type))
const codeOf = (order: unknown): string | undefined => (order as { denial?: { code: string } } | undefined)?.denial?.code

async function mend(desk: Desk): Promise<void> {
  await ready(desk)
  await desk.clock.advance(2000)
}

describe('while updates are interrupted', () => {
  it('B9: new risk is denied at once, until the books have been compared; cancels go', async () => {
    const desk = await openDesk()
    const { order } = await desk.working()
    await gap(desk)
    expect(desk.alerts).toMatchObject([{ code: 'BROKER_DISCONNECTED' }])
    expect(codeOf((await desk.place({ symbol: 'MSFT' })).value)).toBe('STREAM_NOT_READY')
    const canceling = desk.service.cancelOrder(order.id)
    await desk.clock.advance(60)
    expect(desk.broker.cancels).toHaveLength(1)
    desk.broker.standing.snapshot = undefined
    await ready(desk)
    expect(codeOf((await desk.place({ symbol: 'MSFT' })).value)).toBe('NOT_RECONCILED')
    desk.broker.standing.lookup = () => ({ kind: 'found', order: recordOf({ clientOrderId: order.clientOrderId!, terms: { ...order, extendedHours: false } }, { status: 'canceled' }) })
    desk.broker.snapshots.at(-1)!.answer(desk.broker.snapshotOf())
    await desk.clock.advance(1000)
    expect(await canceling).toMatchObject({ status: 'canceled' })
    const placing = await desk.place({ symbol: 'MSFT' })
    desk.lastSubmit().answer(accepts(desk.lastSubmit().command))
    await desk.settle()
    expect(placing.value).toMatchObject({ status: 'new' })
  })

  it.each([['gap', 'ready'], ['gap', 'connecting', 'ready'], ['closed', 'ready'], ['gap', 'closed', 'connecting', 'ready']] as const)('the books are compared again when they flow: %s %s %s %s', async (...states) => {
    const desk = await openDesk()
    const before = desk.broker.snapshots.length
    for (const state of states) await desk.broker.deliver({ kind: 'connection', state })
    await desk.clock.advance(1000)
    expect(desk.broker.snapshots.length).toBeGreaterThan(before)
    const placing = await desk.place()
    expect(codeOf(placing.value)).toBeUndefined()
    expect(desk.broker.submits).toHaveLength(1)
  })

  it('a comparison that failed is repeated, loudly', async () => {
    const desk = await openDesk()
    await gap(desk)
    desk.broker.standing.snapshot = () => { throw new Error('503') }
    await ready(desk)
    await desk.clock.advance(100)
    expect(desk.alerts.map(({ code }) => code)).toContain('RECOVERY_FAILED')
    expect(codeOf((await desk.place()).value)).toBe('NOT_RECONCILED')
    desk.broker.standing.snapshot = () => desk.broker.snapshotOf()
    await desk.clock.advance(2000)
    expect(codeOf((await desk.place()).value)).toBeUndefined()
  })

  it('D8: a position that cannot be read is never flat: the books stay uncompared and new risk is denied', async () => {
    const desk = await openDesk()
    await gap(desk)
    desk.broker.standing.snapshot = () => holding(desk, 'none')
    await ready(desk)
    await desk.clock.advance(3000)
    expect(desk.alerts.map(({ code }) => code)).toContain('RECOVERY_FAILED')
    expect(codeOf((await desk.place()).value)).toBe('NOT_RECONCILED')
  })

  it('D8: a look-up with a number that cannot be read proves nothing: the order stays as it was', async () => {
    const desk = await openDesk()
    const { order, sent } = await desk.working()
    await gap(desk)
    desk.broker.standing.lookup = () => ({ kind: 'found', order: recordOf(sent, { status: 'filled', filledQuantity: 'all' }) })
    await mend(desk)
    expect(await desk.statusOf(order.id)).toMatchObject({ status: 'new', filledQuantity: '0' })
  })

  it('a gap in the middle of a comparison makes it worthless: the books are compared again', async () => {
    const desk = await openDesk()
    const { order, sent } = await desk.working()
    await gap(desk)
    desk.broker.standing.snapshot = undefined
    await ready(desk)
    await desk.settle()
    const stale = desk.broker.snapshots.at(-1)!
    // The fill is lost in the second gap; the snapshot was taken before it.
    await gap(desk)
    await ready(desk)
    stale.answer(desk.broker.snapshotOf({ openOrders: { status: 'present', value: [recordOf(sent)] } }))
    desk.broker.standing.snapshot = () => holding(desk, '10')
    desk.broker.standing.lookup = () => ({ kind: 'found', order: recordOf(sent, { status: 'filled', filledQuantity: '10', executions: [executionOf(sent, 'x1', '10')] }) })
    await desk.clock.advance(2000)
    expect(await desk.statusOf(order.id)).toMatchObject({ status: 'filled' })
  })

  it('an update of somebody else in the middle of a comparison is not forgotten', async () => {
    const desk = await openDesk()
    await gap(desk)
    desk.broker.standing.snapshot = undefined
    await ready(desk)
    await desk.settle()
    const early = desk.broker.snapshots.at(-1)!
    const foreign = recordOf({ clientOrderId: 'by-hand', terms: { account: 'main', symbol: 'AAPL', side: 'buy', type: 'limit', quantity: '1', limitPrice: '90', timeInForce: 'day', extendedHours: false } })
    await desk.broker.deliver({ kind: 'accepted', clientOrderId: 'by-hand', brokerOrderId: foreign.brokerOrderId })
    desk.broker.standing.snapshot = () => desk.broker.snapshotOf({ openOrders: { status: 'present', value: [foreign] } })
    early.answer(desk.broker.snapshotOf())
    await desk.clock.advance(2000)
    expect(typesSince(desk, 0).filter((type) => type === 'EXTERNAL_ORDER')).toHaveLength(1)
  })
})

describe('an order on its way through a gap', () => {
  it('I2: that is written down but not sent yet is not taken for absent: it is sent once or ends, never both', async () => {
    const desk = await openDesk()
    desk.journal.hold()
    const placing = await desk.place()
    await gap(desk)
    desk.broker.standing.lookup = undefined
    await ready(desk)
    await desk.settle()
    desk.journal.release()
    await desk.settle()
    // What a look-up says of a moment before the write proves nothing about the write.
    for (const { answer } of desk.broker.lookups) answer({ kind: 'not_found', asOf: desk.clock.now() })
    await desk.settle()
    const [submit] = desk.broker.submits
    if (submit !== undefined && submit.permits.includes(true)) submit.answer(accepts(submit.command))
    await desk.clock.advance(2000)
    const [order] = await desk.service.listOrders()
    const wasSent = submit?.permits.includes(true) === true
    expect(order?.status).toBe(wasSent ? 'new' : 'denied')
    expect(placing.value?.status).toBe(order?.status)
  })

  it('I2: that a human has declared absent gets no permit any more, however late its adapter asks', async () => {
    const desk = await openDesk({ submitWithin: 60_000 })
    desk.broker.writesAtOnce = false
    const placing = await desk.place()
    await desk.clock.advance(10_100)
    expect(placing.value).toMatchObject({ status: 'unknown' })
    expect(await desk.service.resolveOrder(placing.value!.id, { absent: true, statement: 'it is in no list' })).toMatchObject({ status: 'denied' })
    expect(desk.lastSubmit().write()).toBe(false)
  })

  it('I3: whose end was lost in the gap is looked up when its answer comes', async () => {
    const desk = await openDesk()
    const placing = await desk.place({ timeInForce: 'ioc' })
    const { command: sent, answer } = desk.lastSubmit()
    await gap(desk)
    await mend(desk)
    desk.broker.standing.lookup = () => ({ kind: 'found', order: recordOf(sent, { status: 'canceled' }) })
    answer(accepts(sent))
    await desk.clock.advance(2000)
    expect(placing.ended).toBe(true)
    expect((await desk.service.listOrders())[0]).toMatchObject({ status: 'canceled' })
  })

  it('A4: a replace that is still on the wire is not taken for refused', async () => {
    const desk = await openDesk()
    const { order, sent } = await desk.working()
    const replacing = desk.service.replaceOrder(order.id, { quantity: '15' })
    await desk.settle()
    await gap(desk)
    desk.broker.standing.snapshot = () => desk.broker.snapshotOf({ openOrders: { status: 'present', value: [recordOf(sent)] } })
    await mend(desk)
    expect(await desk.service.positions()).toMatchObject([{ workingBuy: '15' }])
    const { command, answer } = desk.broker.replaces[0]!
    answer({ kind: 'accepted', brokerOrderId: `at-${command.clientOrderId}` })
    await desk.settle()
    expect(await replacing).toMatchObject({ quantity: '15', status: 'new' })
  })
})

describe('comparing', () => {
  it('D8: twice says nothing new the second time, of unknown and of missing orders too', async () => {
    const desk = await openDesk()
    const { sent } = await desk.working()
    const lost = await desk.place({ symbol: 'MSFT' })
    desk.lastSubmit().answer({ kind: 'ambiguous', reason: 'reset' })
    await desk.settle()
    expect(lost.value?.status).toBe('unknown')
    desk.broker.standing.lookup = (id) => (id === sent.clientOrderId ? { kind: 'not_found', asOf: desk.clock.now() } : { kind: 'indeterminate', reason: 'no' })
    const before = desk.events.length
    await gap(desk)
    await mend(desk)
    expect(typesSince(desk, before)).toEqual(['ORDER_MISSING', 'order_unknown'])
    await gap(desk)
    await mend(desk)
    expect(typesSince(desk, before)).toEqual(['ORDER_MISSING', 'order_unknown'])
  })

  it('D8: a look-up that failed is never "missing"; it is asked again', async () => {
    const desk = await openDesk()
    const { order, sent } = await desk.working()
    const before = desk.events.length
    await gap(desk)
    await mend(desk)
    expect(typesSince(desk, before)).toEqual([])
    desk.broker.standing.lookup = () => ({ kind: 'found', order: recordOf(sent, { status: 'expired' }) })
    await desk.clock.advance(5000)
    expect(await desk.statusOf(order.id)).toMatchObject({ status: 'expired' })
  })

  it('D4: a difference counts when a second look at quiet books shows it again, not before', async () => {
    const desk = await openDesk()
    await gap(desk)
    let looks = 0
    desk.broker.standing.snapshot = () => { looks += 1; return looks === 1 ? holding(desk, '10') : desk.broker.snapshotOf() }
    await mend(desk)
    expect(desk.service.killSwitch.status().engaged).toEqual([])
    await gap(desk)
    desk.broker.standing.snapshot = () => holding(desk, '10')
    await mend(desk)
    expect(desk.service.killSwitch.status().engaged).toMatchObject([{ scope: 'account:main', level: 'reduce_only', actor: 'reconciliation' }])
    expect(typesSince(desk, 0).filter((type) => type === 'POSITION_MISMATCH')).toHaveLength(1)
    await gap(desk)
    await mend(desk)
    expect(typesSince(desk, 0).filter((type) => type === 'POSITION_MISMATCH')).toHaveLength(1)
  })

  it('D4: books that do not come to rest prove nothing: new risk waits', async () => {
    const desk = await openDesk()
    await gap(desk)
    desk.broker.standing.snapshot = () => {
      void desk.broker.deliver({ kind: 'account_values', values: { equity: '1', cash: '1', buyingPower: '1', currency: 'USD', time: '2026-01-05T14:30:00Z' } })
      return holding(desk, '10')
    }
    await ready(desk)
    await desk.clock.advance(30_000)
    expect(desk.service.killSwitch.status().engaged).toEqual([])
    expect(codeOf((await desk.place()).value)).toBe('NOT_RECONCILED')
  })

  it('C2: a fill that comes before the comparison does not move the cursor past those that were lost', async () => {
    const desk = await openDesk()
    const { sent } = await desk.working()
    await desk.broker.deliver({ kind: 'fill', execution: executionOf(sent, 'x1', '2'), cursor: '1' })
    await gap(desk)
    desk.broker.standing.snapshot = undefined
    await ready(desk)
    await desk.broker.deliver({ kind: 'fill', execution: executionOf(sent, 'x3', '2'), cursor: '3' })
    desk.broker.snapshots.at(-1)!.fail(new Error('503'))
    await desk.clock.advance(1500)
    expect(desk.broker.snapshots.at(-1)!.command).toBe('1')
  })
})
