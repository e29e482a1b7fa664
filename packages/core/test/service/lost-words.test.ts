import { describe, expect, it } from 'vitest'
import type { Journal } from '../../src/journal/journal.ts'
import { memoryJournal } from '../../src/journal/memory-journal.ts'
import { openDesk } from '../support/open-service.ts'
import { executionOf, recordOf } from '../support/scripted-broker.ts'
import { lastingJournal } from '../support/world.ts'

const anomalies = (events: readonly { type: string; data: object }[]) => events.flatMap(({ type, data }) => (type === 'anomaly_detected' && 'code' in data ? [data.code] : []))
const engaged = ({ service }: { service: { killSwitch: { status(): { engaged: readonly { scope: string; level: string }[] } } } }) => service.killSwitch.status().engaged.map(({ scope, level }) => `${scope} ${level}`)

describe('a late fill', () => {
  it('D2: and the stop it calls for are one decision: the stop is in the journal first, so that no crash leaves the fill alone', async () => {
    const written: string[] = []
    const inner = lastingJournal()
    const journal: Journal = { ...inner, append: (lease, batch) => { written.push(...batch.events.map(({ type }) => type)); return inner.append(lease, batch) } }
    const desk = await openDesk({ journal })
    const { sent } = await desk.working()
    await desk.broker.deliver({ kind: 'canceled', clientOrderId: sent.clientOrderId })
    written.length = 0
    await desk.broker.deliver({ kind: 'fill', execution: executionOf(sent, 'late', '4') })
    expect(written).toEqual(['kill_switch_changed', 'order_partially_filled', 'position_changed', 'anomaly_detected'])
  })

  it('D2: that a crash takes from the journal leaves the account stopped', async () => {
    const inner = lastingJournal()
    let dies = false
    const journal: Journal = { ...inner, append: (lease, batch) => (dies && lease.account !== '*' ? new Promise(() => undefined) : inner.append(lease, batch)) }
    const desk = await openDesk({ journal })
    const { sent } = await desk.working()
    await desk.broker.deliver({ kind: 'canceled', clientOrderId: sent.clientOrderId })
    dies = true
    void desk.broker.deliver({ kind: 'fill', execution: executionOf(sent, 'late', '4') })
    await desk.settle()
    const again = await openDesk({ journal: inner })
    expect(engaged(again)).toEqual(['account:main reduce_only'])
  })
})

describe('an order that was taken for never sent', () => {
  it('I2, B6: and that the broker has all the same trades again, holds its exposure, and stops the account', async () => {
    const desk = await openDesk()
    const placed = await desk.place({ idempotencyKey: 'one' })
    const call = desk.lastSubmit()
    call.answer({ kind: 'not_sent', reason: 'socket closed', retryable: true })
    await desk.settle()
    expect(placed.value).toMatchObject({ status: 'denied', denial: { code: 'NOT_SENT' } })
    await desk.broker.deliver({ kind: 'accepted', clientOrderId: call.command.clientOrderId, brokerOrderId: 'b-1' })
    expect(await desk.service.positions()).toMatchObject([{ workingBuy: '10' }])
    expect(anomalies(desk.events)).toEqual(['LATE_ACCEPTANCE'])
    expect(engaged(desk)).toEqual(['account:main reduce_only'])
    await desk.settle()
    // Nobody is left to answer for it, so that the stop takes it off the market.
    expect(desk.broker.cancels.map(({ command }) => command.brokerOrderId)).toEqual(['b-1'])
    expect((await desk.place({ idempotencyKey: 'one' })).value).toMatchObject({ id: placed.value?.id, status: 'pending_cancel' })
    expect(desk.broker.submits).toHaveLength(1)
  })

  it('C1: because it was withdrawn is cancelled when the broker has it all the same', async () => {
    const journal = lastingJournal()
    const desk = await openDesk({ journal })
    desk.broker.writesAtOnce = false
    await desk.place({ side: 'buy' })
    const call = desk.lastSubmit()
    void desk.service.cancelOrder((await desk.service.listOrders())[0]!.id)
    await desk.settle()
    call.write()
    await desk.settle()
    expect(await desk.service.listOrders()).toMatchObject([{ status: 'canceled' }])
    await desk.broker.deliver({ kind: 'accepted', clientOrderId: call.command.clientOrderId, brokerOrderId: 'b-1' })
    await desk.settle()
    expect(desk.broker.cancels.at(-1)?.command.brokerOrderId).toBe('b-1')
    expect(await desk.service.listOrders()).toMatchObject([{ status: 'pending_cancel' }])
  })

  it('I2, D8: is found by a listing as well, once', async () => {
    const desk = await openDesk()
    await desk.place()
    const { command, answer } = desk.lastSubmit()
    answer({ kind: 'not_sent', reason: 'socket closed', retryable: true })
    await desk.settle()
    desk.broker.standing.snapshot = () => desk.broker.snapshotOf({ openOrders: { status: 'present', value: [recordOf(command)] } })
    for (let round = 0; round < 2; round += 1) {
      await desk.broker.deliver({ kind: 'connection', state: 'gap', reason: 'cut' })
      await desk.broker.deliver({ kind: 'connection', state: 'ready' })
      await desk.clock.advance(1000)
    }
    expect(anomalies(desk.events)).toEqual(['LATE_ACCEPTANCE'])
    expect(await desk.service.positions()).toMatchObject([{ workingBuy: '10' }])
  })

  it('I8: but ended by the broker stays ended when an old acceptance is told again', async () => {
    const desk = await openDesk()
    const { sent, order } = await desk.working()
    await desk.broker.deliver({ kind: 'canceled', clientOrderId: sent.clientOrderId })
    await desk.broker.deliver({ kind: 'accepted', clientOrderId: sent.clientOrderId, brokerOrderId: order.brokerOrderId! })
    expect(await desk.statusOf(order.id)).toMatchObject({ status: 'canceled' })
    expect(anomalies(desk.events)).toEqual([])
  })
})

describe('a bust that comes before its fill', () => {
  it.each([0, 1])('I7: reverses the fill in the append that tells it, also after a restart (a snapshot every %i events)', async (snapshotEvery) => {
    const journal = lastingJournal()
    const desk = await openDesk({ journal, snapshotEvery })
    const { sent, order } = await desk.working()
    await desk.broker.deliver({ kind: 'busted', executionId: 'e-1' })
    await desk.broker.deliver({ kind: 'busted', executionId: 'e-1' })
    expect(anomalies(desk.events)).toEqual(['BUST_BEFORE_FILL'])
    await desk.settle()
    // A snapshot at the close is younger than the bust: nothing but it can tell the next process.
    if (snapshotEvery > 0) {
      const closing = desk.service.close()
      await desk.clock.advance(1000)
      await closing
    }
    const next = await openDesk({ journal, snapshotEvery })
    next.broker.standing.lookup = () => ({ kind: 'found', order: recordOf(sent) })
    await next.broker.deliver({ kind: 'fill', execution: executionOf(sent, 'e-1', '4') })
    expect(await next.statusOf(order.id)).toMatchObject({ filledQuantity: '0' })
    expect((await next.service.positions())[0]).toMatchObject({ quantity: '0', workingBuy: '10' })
    await next.broker.deliver({ kind: 'fill', execution: executionOf(sent, 'e-2', '3') })
    await next.broker.deliver({ kind: 'fill', execution: executionOf(sent, 'e-1', '4') })
    expect((await next.service.positions())[0]).toMatchObject({ quantity: '3', workingBuy: '7' })
  })
})

describe('a cancel of an order that is still on its way', () => {
  it('C1: is written down and goes out after a restart, on the first word of the order', async () => {
    const journal = lastingJournal()
    const desk = await openDesk({ journal, capabilities: { cancelByClientOrderId: false } })
    await desk.place()
    const { command } = desk.lastSubmit()
    void desk.service.cancelOrder((await desk.service.listOrders())[0]!.id, { actor: 'ann' })
    await desk.settle()
    expect(desk.broker.cancels).toEqual([])
    expect(desk.story()).toContain('order_pending_cancel')
    const next = await openDesk({ journal, capabilities: { cancelByClientOrderId: false } })
    expect(await next.service.listOrders()).toMatchObject([{ status: 'unknown' }])
    await next.broker.deliver({ kind: 'accepted', clientOrderId: command.clientOrderId, brokerOrderId: 'b-1' })
    await next.settle()
    expect(next.broker.cancels.map((call) => call.command.brokerOrderId)).toEqual(['b-1'])
  })

  it('C1: ends an order that never reached the broker as withdrawn, also after a restart', async () => {
    const journal = lastingJournal()
    const desk = await openDesk({ journal, capabilities: { cancelByClientOrderId: false } })
    await desk.place()
    void desk.service.cancelOrder((await desk.service.listOrders())[0]!.id)
    await desk.settle()
    const next = await openDesk({ journal, capabilities: { cancelByClientOrderId: false, absence: { visibilityLag: 0, historyComplete: true } } })
    next.broker.standing.lookup = () => ({ kind: 'not_found', asOf: next.clock.now() + 60_000 })
    await next.clock.advance(60_000)
    expect(await next.service.listOrders()).toMatchObject([{ status: 'canceled' }])
  })
})

describe('resolveOrder', () => {
  const missing = async (journal: Journal = memoryJournal()) => {
    const desk = await openDesk({ journal })
    const { order, sent } = await desk.working()
    desk.broker.standing.lookup = () => ({ kind: 'not_found', asOf: desk.clock.now() + 1e9 })
    await desk.broker.deliver({ kind: 'connection', state: 'gap', reason: 'cut' })
    await desk.broker.deliver({ kind: 'connection', state: 'ready' })
    await desk.clock.advance(5000)
    return { desk, order, sent }
  }

  it('B7, B8: an accepted order that the broker shows no more is unknown and holds its exposure, until a human says that it is gone', async () => {
    const { desk, order } = await missing()
    expect(await desk.statusOf(order.id)).toMatchObject({ status: 'unknown' })
    expect(await desk.service.positions()).toMatchObject([{ workingBuy: '10' }])
    expect(await desk.service.resolveOrder(order.id, { absent: true, statement: 'the desk says it is gone' })).toMatchObject({ status: 'canceled' })
    expect(await desk.service.positions()).toMatchObject([{ workingBuy: '0' }])
  })

  it('D8: it is open again as soon as the broker shows it', async () => {
    const { desk, order, sent } = await missing()
    desk.broker.standing.lookup = () => ({ kind: 'found', order: recordOf(sent, { createdAt: order.createdAt }) })
    await desk.clock.advance(30_000)
    expect(await desk.statusOf(order.id)).toMatchObject({ status: 'new' })
  })

  it('I3: it is unknown after a restart as well', async () => {
    const journal = lastingJournal()
    const { order } = await missing(journal)
    const next = await openDesk({ journal })
    expect(await next.statusOf(order.id)).toMatchObject({ status: 'unknown' })
  })

  it.each([['in force', { brokerOrderId: 'b-2' }, { status: 'new', quantity: '15', brokerOrderId: 'b-2' }, '15'], ['not applied', { absent: true }, { status: 'new', quantity: '10' }, '10']] as const)('B8: takes the word on a replace of unknown outcome: %s', async (_, word, order, workingBuy) => {
    const desk = await openDesk()
    const { order: { id } } = await desk.working()
    void desk.service.replaceOrder(id, { quantity: '15' }).catch(() => undefined)
    await desk.settle()
    desk.broker.replaces[0]!.answer({ kind: 'ambiguous', reason: 'reset' })
    await desk.settle()
    expect(await desk.statusOf(id)).toMatchObject({ status: 'unknown' })
    expect(await desk.service.resolveOrder(id, { ...word, statement: 'asked' })).toMatchObject(order)
    expect(await desk.service.positions()).toMatchObject([{ workingBuy }])
  })

  it.each([['stands', { brokerOrderId: 'b-1' }, 'new'], ['is gone', { absent: true }, 'canceled']] as const)('B8: takes the word on a cancel of unknown outcome: the order %s', async (_, word, status) => {
    const desk = await openDesk()
    const { order: { id } } = await desk.working()
    void desk.service.cancelOrder(id).catch(() => undefined)
    await desk.settle()
    desk.broker.cancels[0]!.answer({ kind: 'ambiguous', reason: 'reset' })
    await desk.settle()
    expect(await desk.statusOf(id)).toMatchObject({ status: 'unknown' })
    expect(await desk.service.resolveOrder(id, { ...word, statement: 'asked' })).toMatchObject({ status })
  })

  it('B8: leaves an order alone of which nothing is unknown', async () => {
    const desk = await openDesk()
    const { order: { id } } = await desk.working()
    await expect(desk.service.resolveOrder(id, { absent: true, statement: 'I think so' })).rejects.toMatchObject({ code: 'ORDER_FINISHED' })
  })

})
