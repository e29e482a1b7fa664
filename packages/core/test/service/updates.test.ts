import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BrokerUpdate } from '../../src/broker/broker-adapter.ts'
import { formatDecimal, parseDecimal } from '../../src/order/decimal.ts'
import type { EventOf, StoredEvent } from '../../src/order/event.ts'
import { type Desk, openDesk, watched } from '../support/open-service.ts'
import { accepts, executionOf, recordOf } from '../support/scripted-broker.ts'

const positionsOf = (events: readonly StoredEvent[]): EventOf<'position_changed'>['data'][] =>
  events.flatMap((event) => (event.type === 'position_changed' ? [event.data] : []))

const anomaliesOf = (events: readonly StoredEvent[]): string[] => events.flatMap((event) => (event.type === 'anomaly_detected' ? [event.data.code] : []))

/** An order of ten that the broker works on. */
async function openWorking(): Promise<Desk & Awaited<ReturnType<Desk['working']>>> {
  const desk = await openDesk()
  return { ...desk, ...await desk.working() }
}

describe('each fact counts once', () => {
  it('C2, I7: every update delivered again changes nothing and records nothing', async () => {
    const { broker, sent, order, events, statusOf, service, journal, settle } = await openWorking()
    const named = { clientOrderId: sent.clientOrderId, brokerOrderId: order.brokerOrderId! }
    const corrected = executionOf(sent, 'e1', '4', { lastPrice: '101' })
    const updates: BrokerUpdate[] = [
      { kind: 'accepted', ...named }, { kind: 'fill', execution: executionOf(sent, 'e1', '3') }, { kind: 'corrected', executionId: 'e1', execution: corrected },
      { kind: 'fill', execution: executionOf(sent, 'e2', '1') }, { kind: 'busted', executionId: 'e2' }, { kind: 'suspended', ...named }, { kind: 'resumed', ...named },
      { kind: 'canceled', ...named },
    ]
    for (const [index, update] of updates.entries()) {
      await broker.deliver(update)
      const [before, state, positions] = [journal.appends.length, await statusOf(order.id), await service.positions()]
      // What an update undoes does not come back when it is said again.
      for (const earlier of updates.slice(0, index + 1)) if (earlier.kind !== 'suspended' && earlier.kind !== 'resumed' && earlier.kind !== 'corrected') await broker.deliver(earlier)
      await broker.deliver(update)
      await settle()
      expect([update.kind, journal.appends.length]).toEqual([update.kind, before])
      expect([await statusOf(order.id), await service.positions()]).toEqual([state, positions])
    }
    expect(await statusOf(order.id)).toMatchObject({ status: 'canceled', filledQuantity: '4', averagePrice: '101' })
    expect(anomaliesOf(events)).toEqual([])
  })

  it('D1: the same execution id of another order is no news; fills of one order add up', async () => {
    const { broker, sent, order, statusOf } = await openWorking()
    for (const [id, quantity] of [['e1', '2'], ['e2', '3'], ['e1', '2']] as const) await broker.deliver({ kind: 'fill', execution: executionOf(sent, id, quantity) })
    expect(await statusOf(order.id)).toMatchObject({ status: 'partially_filled', filledQuantity: '5', leavesQuantity: '5' })
  })

  it.each([['many', '100'], ['', '100'], ['0', '100'], ['-4', '100'], ['4', 'market']])(
    'D5: a fill of %j at %j is not taken in nor acknowledged, its id is not used up, and new risk waits for a comparison',
    async (lastQuantity, lastPrice) => {
      const { broker, sent, order, statusOf, service } = await openWorking()
      await expect(broker.deliver({ kind: 'fill', execution: executionOf(sent, 'e1', lastQuantity, { lastPrice }) })).rejects.toThrow()
      expect(await statusOf(order.id)).toMatchObject({ status: 'new', filledQuantity: '0' })
      const { decisions } = await service.preflight({ symbol: 'AAPL', side: 'buy', type: 'limit', quantity: '1', limitPrice: '100', timeInForce: 'day' })
      expect(decisions.find(({ guard }) => guard === 'reconciled')).toMatchObject({ verdict: 'reject', code: 'NOT_RECONCILED' })
      await broker.deliver({ kind: 'fill', execution: executionOf(sent, 'e1', '4') })
      expect(await statusOf(order.id)).toMatchObject({ status: 'partially_filled', filledQuantity: '4' })
    },
  )

  it('D5: a broker\'s numbers are read tolerantly and recorded canonically, in fills and corrections', async () => {
    const { broker, sent, order, statusOf, service, events, settle } = await openWorking()
    await broker.deliver({ kind: 'fill', execution: executionOf(sent, 'e1', '4.', { lastPrice: '100.50' }) })
    expect(await statusOf(order.id)).toMatchObject({ filledQuantity: '4', averagePrice: '100.5' })
    await broker.deliver({ kind: 'corrected', executionId: 'e1', execution: executionOf(sent, 'e1', '03.00', { lastPrice: '.5' }) })
    expect(await statusOf(order.id)).toMatchObject({ filledQuantity: '3', averagePrice: '0.5' })
    expect(await service.positions()).toMatchObject([{ quantity: '3', averagePrice: '0.5' }])
    await settle()
    const recorded = events.flatMap(({ data }) => ('execution' in data ? [[data.execution.lastQuantity, data.execution.lastPrice]] : []))
    expect(recorded).toEqual([['4', '100.5'], ['3', '0.5']])
  })

  it('I7, I8: in whatever order fills, acknowledgement and end arrive, all fills count, and the end stands', async () => {
    await fc.assert(fc.asyncProperty(fc.shuffledSubarray(['accepted', 'e1', 'e2', 'e3', 'canceled'], { minLength: 5 }), fc.boolean(), async (order, answerFirst) => {
      const desk = await openDesk()
      const { broker, service, settle, statusOf, events } = desk
      await desk.place()
      const { command } = desk.lastSubmit()
      const named = { clientOrderId: command.clientOrderId, brokerOrderId: `at-${command.clientOrderId}` }
      if (answerFirst) desk.lastSubmit().answer(accepts(command))
      await settle()
      for (const name of order) {
        await broker.deliver(name.startsWith('e') ? { kind: 'fill', execution: executionOf(command, name, '3') } : { kind: name as 'accepted', ...named })
      }
      desk.lastSubmit().answer(accepts(command))
      await settle()
      expect(await statusOf(command.orderId)).toMatchObject({ status: 'canceled', filledQuantity: '9', leavesQuantity: '0' })
      expect(await service.positions()).toMatchObject([{ quantity: '9', workingBuy: '0' }])
      const late = order.slice(order.indexOf('canceled')).filter((name) => name.startsWith('e')).length
      expect(anomaliesOf(events)).toEqual(Array.from({ length: late }, () => 'LATE_FILL'))
    }), { numRuns: 60 })
  })
})

describe('positions', () => {
  it('D2: after each fill, bust and correction position_changed says what the ledger has', async () => {
    const fill = fc.record({ side: fc.constantFrom('buy', 'sell'), quantity: fc.integer({ min: 1, max: 9 }), price: fc.integer({ min: 90, max: 110 }), after: fc.constantFrom('nothing', 'bust', 'correct') })
    await fc.assert(fc.asyncProperty(fc.array(fill, { minLength: 1, maxLength: 8 }), async (fills) => {
      const { working, broker, service, events, settle } = await openDesk()
      let held = 0
      const expectStated = async (): Promise<void> => {
        await settle()
        const [position] = await service.positions()
        expect(position?.quantity).toBe(String(held))
        expect(positionsOf(events).at(-1)).toMatchObject({ quantity: position!.quantity, averagePrice: position!.averagePrice, source: 'fill' })
      }
      for (const [index, { side, quantity, price, after }] of fills.entries()) {
        const { sent } = await working({ side: side as 'buy' })
        const sign = side === 'buy' ? 1 : -1
        const execution = executionOf(sent, `e${index}`, String(quantity), { lastPrice: String(price) })
        await broker.deliver({ kind: 'fill', execution })
        held += sign * quantity
        await expectStated()
        if (after === 'nothing') continue
        if (after === 'bust') await broker.deliver({ kind: 'busted', executionId: execution.executionId })
        else await broker.deliver({ kind: 'corrected', executionId: execution.executionId, execution: { ...execution, lastQuantity: String(quantity + 1) } })
        held += after === 'bust' ? -sign * quantity : sign
        await expectStated()
      }
    }), { numRuns: 40 })
  })

  it('I7: a bust restores position and order; a correction restates both', async () => {
    const { broker, sent, order, statusOf, service } = await openWorking()
    await broker.deliver({ kind: 'fill', execution: executionOf(sent, 'e1', '10') })
    expect(await statusOf(order.id)).toMatchObject({ status: 'filled' })
    await broker.deliver({ kind: 'corrected', executionId: 'e1', execution: executionOf(sent, 'e1', '6', { lastPrice: '90' }) })
    expect(await statusOf(order.id)).toMatchObject({ status: 'partially_filled', filledQuantity: '6', averagePrice: '90' })
    expect(await service.positions()).toMatchObject([{ quantity: '6', averagePrice: '90', workingBuy: '4' }])
    await broker.deliver({ kind: 'busted', executionId: 'e1' })
    expect(await statusOf(order.id)).toMatchObject({ status: 'new', filledQuantity: '0' })
    expect(await service.positions()).toMatchObject([{ quantity: '0', workingBuy: '10' }])
  })

  it('D1: a correction that comes before its trade counts in its place', async () => {
    const { broker, sent, order, statusOf } = await openWorking()
    await broker.deliver({ kind: 'corrected', executionId: 'e1', execution: executionOf(sent, 'e1-corrected', '4') })
    await broker.deliver({ kind: 'fill', execution: executionOf(sent, 'e1', '5') })
    expect(await statusOf(order.id)).toMatchObject({ filledQuantity: '4' })
  })
})

describe('inferred executions', () => {
  /** An order whose fills were learned from a cumulative quantity alone. */
  async function openInferred(...cumulative: readonly string[]): Promise<Awaited<ReturnType<typeof openWorking>>> {
    const desk = await openDesk()
    await desk.place()
    const call = desk.lastSubmit()
    call.answer({ kind: 'ambiguous', reason: 'reset' })
    await desk.settle()
    for (const filledQuantity of cumulative) {
      const found = recordOf(call.command, { status: 'partially_filled', filledQuantity, averagePrice: '100' })
      desk.broker.standing.lookup = () => ({ kind: 'found', order: found })
      desk.broker.standing.snapshot = () => desk.broker.snapshotOf({ openOrders: { status: 'present', value: [found] }, positions: { status: 'present', value: [{ symbol: 'AAPL', quantity: filledQuantity, averagePrice: '100' }] } })
      await desk.clock.advance(1000)
      await desk.broker.deliver({ kind: 'connection', state: 'gap' })
      await desk.broker.deliver({ kind: 'connection', state: 'ready' })
      await desk.settle()
    }
    return { ...desk, order: await desk.statusOf(call.command.orderId), sent: call.command }
  }

  it('D2: a cumulative quantity beyond the known fills is a fill, once, with an id that is the same every time', async () => {
    const { order, events, statusOf, settle, broker } = await openInferred('4', '4')
    expect(order).toMatchObject({ status: 'partially_filled', filledQuantity: '4', averagePrice: '100' })
    const fills = events.flatMap((event) => (event.type === 'order_partially_filled' ? [event.data.execution] : []))
    expect(fills).toMatchObject([{ executionId: `inferred:${order.brokerOrderId!}:4`, inferred: true, lastQuantity: '4' }])
    await broker.deliver({ kind: 'connection', state: 'ready' })
    await settle()
    expect((await statusOf(order.id)).filledQuantity).toBe('4')
  })

  it.each([
    [['4'], [['e1', '4']], '4'], [['4'], [['e1', '1'], ['e2', '3']], '4'], [['4'], [['e1', '6']], '6'], [['4', '7'], [['e1', '7']], '7'],
    [['4', '7'], [['e1', '5'], ['e2', '2'], ['e3', '1']], '8'], [['10'], [['e1', '10']], '10'],
  ] as const)('D2: after cumulative %j, real executions %j consume what was inferred before they add: %s', async (cumulative, executions, total) => {
    const { broker, sent, order, statusOf, service, events } = await openInferred(...cumulative)
    for (const [id, quantity] of executions) await broker.deliver({ kind: 'fill', execution: executionOf(sent, id, quantity, { lastPrice: '99' }) })
    expect((await statusOf(order.id)).filledQuantity).toBe(total)
    expect(await service.positions()).toMatchObject([{ quantity: total }])
    expect(anomaliesOf(events)).toEqual([])
    const stated = events.flatMap((event) => (event.type === 'order_partially_filled' || event.type === 'order_filled' ? [event.data] : [])).at(-1)
    expect([stated?.filledQuantity, stated?.averagePrice]).toEqual([total, (await statusOf(order.id)).averagePrice])
  })
})

describe('late fills', () => {
  it('D2: a fill on a finished order is applied, announced, and puts the account in reduce_only', async () => {
    const { broker, sent, order, service, events, statusOf, settle, place } = await openWorking()
    await broker.deliver({ kind: 'canceled', brokerOrderId: order.brokerOrderId! })
    await broker.deliver({ kind: 'fill', execution: executionOf(sent, 'e1', '4') })
    await settle()
    expect(await statusOf(order.id)).toMatchObject({ status: 'canceled', filledQuantity: '4' })
    expect(await service.positions()).toMatchObject([{ quantity: '4' }])
    expect(anomaliesOf(events)).toEqual(['LATE_FILL'])
    expect(service.killSwitch.status().engaged).toMatchObject([{ scope: 'account:main', level: 'reduce_only', actor: 'sluice' }])
    expect((await place()).value).toMatchObject({ status: 'denied', denial: { guard: 'kill-switch' } })
  })

  it('D2: the fill that a terminal report had counted already is not late', async () => {
    const desk = await openDesk()
    const { broker, settle, statusOf, events } = desk
    await desk.place()
    const { command } = desk.lastSubmit()
    broker.standing.lookup = () => ({ kind: 'found', order: recordOf(command, { status: 'canceled', filledQuantity: '4', averagePrice: '100' }) })
    desk.lastSubmit().answer({ kind: 'duplicate' })
    await settle()
    expect(await statusOf(command.orderId)).toMatchObject({ status: 'canceled', filledQuantity: '4' })
    await broker.deliver({ kind: 'fill', execution: executionOf(command, 'e1', '4') })
    await settle()
    expect([(await statusOf(command.orderId)).filledQuantity, anomaliesOf(events)]).toEqual(['4', []])
  })
})

describe('updates of an unknown order', () => {
  it('B4: one that names only a broker id waits for the submits in flight and then finds its order', async () => {
    const desk = await openDesk()
    const { broker, settle, statusOf } = desk
    await desk.place()
    const { command } = desk.lastSubmit()
    const delivered = watched(broker.deliver({ kind: 'fill', execution: executionOf(command, 'e1', '4', { brokerOrderId: 'b1', clientOrderId: undefined }) }))
    await settle()
    expect([delivered.ended, broker.snapshots.length]).toEqual([false, 2])
    desk.lastSubmit().answer({ kind: 'accepted', brokerOrderId: 'b1' })
    await settle()
    expect([delivered.ended, delivered.error]).toEqual([true, undefined])
    expect(await statusOf(command.orderId)).toMatchObject({ status: 'partially_filled', filledQuantity: '4' })
  })

  it('C2: it is not acknowledged when the journal cannot keep it', async () => {
    const desk = await openDesk()
    await desk.place()
    const { command } = desk.lastSubmit()
    const delivered = watched(desk.broker.deliver({ kind: 'fill', execution: executionOf(command, 'e1', '4', { brokerOrderId: 'b1', clientOrderId: undefined }) }))
    desk.journal.fail('before_write')
    desk.lastSubmit().answer({ kind: 'accepted', brokerOrderId: 'b1' })
    await desk.settle()
    expect(delivered.error).toMatchObject({ code: 'JOURNAL_FAILED' })
  })

  it('B4: it waits for the submits of its time only, and for none longer than submitTimeout', async () => {
    const desk = await openDesk()
    const { broker, clock, place } = desk
    await place()
    const stranger = { ...recordOf(desk.lastSubmit().command), clientOrderId: undefined, brokerOrderId: 'theirs' }
    broker.standing.snapshot = () => broker.snapshotOf({ openOrders: { status: 'present', value: [stranger] } })
    const delivered = watched(broker.deliver({ kind: 'canceled', brokerOrderId: 'theirs' }))
    for (let second = 0; second < 10; second += 1) {
      await clock.advance(1000)
      await place()
    }
    expect(delivered.ended).toBe(true)
    // By its listing it may still be any of the orders that were on their way when it was first listed.
    expect(anomaliesOf(desk.events)).toEqual([])
    await clock.advance(12_000)
    expect(anomaliesOf(desk.events)).toEqual(['EXTERNAL_ORDER'])
  })

  it('B4: one that names a client id which is not ours does not wait', async () => {
    const desk = await openDesk()
    await desk.place()
    const delivered = watched(desk.broker.deliver({ kind: 'accepted', clientOrderId: 'theirs', brokerOrderId: 'b9' }))
    await desk.settle()
    expect(delivered.ended).toBe(true)
  })

  it('A3: an order that was not placed here is compared and reported once; with our tag it stops new orders', async () => {
    for (const [clientOrderId, code, levels] of [['theirs', 'EXTERNAL_ORDER', []], ['slc-0123456789abcdefghjkmnpqrs', 'LOST_INTENT', ['no_new']]] as const) {
      const { broker, settle, events, service, working } = await openDesk()
      const { sent } = await working()
      const listed = [recordOf(sent), { ...recordOf(sent), clientOrderId, brokerOrderId: 'b9' }]
      broker.standing.snapshot = () => broker.snapshotOf({ openOrders: { status: 'present', value: listed } })
      for (let turn = 0; turn < 3; turn += 1) {
        await broker.deliver({ kind: 'accepted', clientOrderId, brokerOrderId: 'b9' })
        await settle()
      }
      expect(anomaliesOf(events)).toEqual([code])
      expect(service.killSwitch.status().engaged.map(({ level }) => level)).toEqual(levels)
    }
  })

  it.each([
    ['that is all the position differs by is theirs', '7', ['EXTERNAL_ORDER'], [], '7'],
    ['that leaves a difference puts the account in reduce_only', '8', ['POSITION_MISMATCH'], [{ scope: 'account:main', level: 'reduce_only' }], '0'],
  ] as const)('D4: a trade of somebody else %s', async (_, quantity, codes, engaged, held) => {
    const { broker, clock, events, service, working } = await openDesk()
    const { sent } = await working()
    const positions = [{ symbol: 'AAPL', quantity, averagePrice: '100' }]
    broker.standing.snapshot = () => broker.snapshotOf({ openOrders: { status: 'present', value: [recordOf(sent)] }, positions: { status: 'present', value: positions } })
    await broker.deliver({ kind: 'fill', execution: { ...executionOf(sent, 'x1', '7'), clientOrderId: undefined, brokerOrderId: 'theirs' } })
    await clock.advance(10_000)
    expect(anomaliesOf(events)).toEqual(codes)
    expect(service.killSwitch.status().engaged).toMatchObject(engaged)
    expect(await service.positions()).toMatchObject([{ quantity: held }])
  })
})

it('I8: filledQuantity is the sum of the executions that stand, in every event', async () => {
  const { broker, sent, events, settle } = await openWorking()
  for (const [id, quantity] of [['e1', '1.5'], ['e2', '2.25'], ['e3', '6.25']] as const) await broker.deliver({ kind: 'fill', execution: executionOf(sent, id, quantity) })
  await settle()
  let sum = 0n
  for (const event of events) {
    if (event.type !== 'order_partially_filled' && event.type !== 'order_filled') continue
    sum += parseDecimal(event.data.execution.lastQuantity)
    expect([event.data.filledQuantity, event.data.leavesQuantity]).toEqual([formatDecimal(sum), formatDecimal(parseDecimal('10') - sum)])
  }
  expect(events.filter(({ type }) => type.endsWith('filled')).map(({ type }) => type)).toEqual(['order_partially_filled', 'order_partially_filled', 'order_filled'])
})
