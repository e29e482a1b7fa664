import { describe, expect, it } from 'vitest'
import type { SubmitOutcome } from '../../src/broker/broker-adapter.ts'
import { maxPosition } from '../../src/guards/max-position.ts'
import { orderValue } from '../../src/guards/order-value.ts'
import { clientOrderIdOf } from '../../src/order/digest.ts'
import type { Order } from '../../src/order/order.ts'
import type { ReplaceRequest } from '../../src/order/request.ts'
import { type Desk, type DeskOptions, openDesk, type Watched, watched } from '../support/open-service.ts'
import { executionOf, recordOf } from '../support/scripted-broker.ts'

type Working = Desk & Awaited<ReturnType<Desk['working']>>

/** A working order of ten at 187.5, and how to change it. */
async function openWorking(options?: DeskOptions): Promise<Working & { replace(changes: ReplaceRequest): Promise<Watched<Order>> }> {
  const desk = await openDesk(options)
  const working = await desk.working({ idempotencyKey: 'k' })
  return {
    ...desk, ...working,
    replace: async (changes) => {
      const result = watched(desk.service.replaceOrder(working.order.id, changes))
      await desk.settle()
      return result
    },
  }
}

const made: SubmitOutcome = { kind: 'accepted', brokerOrderId: 'b2' }
const ambiguous: SubmitOutcome = { kind: 'ambiguous', reason: 'reset' }
const workingBuy = async ({ service }: Pick<Desk, 'service'>): Promise<string | undefined> => (await service.positions())[0]?.workingBuy

describe('a replace', () => {
  it('A4: is durable before it is sent, under the next id of the chain and the last accepted one', async () => {
    const { replace, broker, sent, journal, settle, order } = await openWorking()
    journal.hold()
    const replacing = await replace({ quantity: '12', limitPrice: '188' })
    expect(broker.replaces).toHaveLength(0)
    journal.release()
    await settle()
    const { command } = broker.replaces[0]!
    expect(command).toMatchObject({
      clientOrderId: clientOrderIdOf('slc-', 'main', 'k', 1, broker.capabilities.clientOrderId), originalClientOrderId: sent.clientOrderId,
      brokerOrderId: order.brokerOrderId, changes: { quantity: '12', limitPrice: '188' }, terms: { quantity: '12', limitPrice: '188', symbol: 'AAPL' },
    })
    broker.replaces[0]!.answer(made)
    await settle()
    expect(replacing.value).toMatchObject({ status: 'new', quantity: '12', limitPrice: '188', brokerOrderId: 'b2', clientOrderId: command.clientOrderId, id: order.id })
    const next = await replace({ quantity: '13' })
    expect(broker.replaces[1]!.command).toMatchObject({ originalClientOrderId: command.clientOrderId, brokerOrderId: 'b2' })
    expect(next.ended).toBe(false)
  })

  it('A4: until the answer the larger quantity counts; then the new one, or after a refusal the old one', async () => {
    for (const [quantity, answer, during, after] of [['15', made, '15', '15'], ['4', made, '10', '4'], ['15', { kind: 'refused', code: 'NO', message: 'no' } as const, '15', '10']] as const) {
      const { replace, broker, settle, service } = await openWorking()
      const replacing = await replace({ quantity })
      expect(await workingBuy({ service })).toBe(during)
      broker.replaces[0]!.answer(answer)
      await settle()
      expect([await workingBuy({ service }), replacing.ended]).toEqual([after, true])
    }
  })

  it('A4: guards judge a further replace by what the last one left, not by the first terms', async () => {
    const { replace, broker, settle } = await openWorking({ guards: [maxPosition({ quantity: '20' })] })
    await replace({ quantity: '20' })
    broker.replaces[0]!.answer(made)
    await settle()
    await replace({ quantity: '5' })
    broker.replaces[1]!.answer({ kind: 'accepted', brokerOrderId: 'b3' })
    await settle()
    const third = await replace({ quantity: '20' })
    expect([third.error, broker.replaces.length]).toEqual([undefined, 3])
  })

  it('A4: refused by the broker throws REPLACE_REFUSED and leaves the order as it is', async () => {
    const { replace, broker, settle, statusOf, order, story } = await openWorking()
    const replacing = await replace({ quantity: '12' })
    broker.replaces[0]!.answer({ kind: 'refused', code: 'NO', message: 'no' })
    await settle()
    expect(replacing.error).toMatchObject({ code: 'REPLACE_REFUSED', orderId: order.id })
    expect(await statusOf(order.id)).toMatchObject({ status: 'new', quantity: '10', clientOrderId: order.clientOrderId, brokerOrderId: order.brokerOrderId })
    expect(story().slice(-2)).toEqual(['order_pending_replace', 'order_replace_refused'])
    await replace({ quantity: '11' })
    const [first, second] = broker.replaces.map(({ command }) => command.clientOrderId)
    expect(first).not.toBe(second)
  })

  it('E1: denied by a guard throws REPLACE_DENIED with the denial, journaled with what the guards read; nothing is sent, the live order is untouched', async () => {
    const { replace, broker, statusOf, order, journal, story } = await openWorking({ guards: [maxPosition({ quantity: '20' }), orderValue({ reject: '2500' })] })
    const before = journal.appends.length
    const denied = await replace({ quantity: '21' })
    expect(denied.error).toMatchObject({ code: 'REPLACE_DENIED', orderId: order.id, denial: { code: 'POSITION_LIMIT_EXCEEDED', limit: '20', observed: '21' } })
    expect((await replace({ limitPrice: '260' })).error).toMatchObject({ code: 'REPLACE_DENIED' })
    expect([broker.replaces.length, journal.appends.length]).toEqual([0, before + 2])
    expect(story().slice(-2)).toEqual(['order_replace_denied', 'order_replace_denied'])
    let written: unknown
    for await (const event of journal.read('main', 1)) written = event
    expect(written).toMatchObject({ type: 'order_replace_denied', data: { orderId: order.id, changes: { limitPrice: '260' }, denial: { code: 'ORDER_VALUE_EXCEEDED' }, evaluation: { decisions: expect.any(Array) as unknown[] } } })
    expect(await statusOf(order.id)).toEqual(order)
  })

  it('another version, an invalid change, a finished order or one with a command outstanding is refused before anything happens', async () => {
    const { replace, service, order, broker, sent, settle } = await openWorking()
    await expect(service.replaceOrder(order.id, { quantity: '5' }, { expectedVersion: order.version - 1 })).rejects.toMatchObject({ code: 'VERSION_CONFLICT' })
    for (const changes of [{}, { quantity: '0' }, { stopPrice: '5' }, { symbol: 'MSFT' } as ReplaceRequest]) {
      await expect(service.replaceOrder(order.id, changes)).rejects.toMatchObject({ code: 'ORDER_INVALID' })
    }
    await replace({ quantity: '12' })
    expect((await replace({ quantity: '13' })).error).toMatchObject({ code: 'REPLACE_REFUSED', retryable: true })
    broker.replaces[0]!.answer(made)
    await broker.deliver({ kind: 'fill', execution: executionOf(sent, 'e1', '12') })
    await settle()
    expect((await replace({ quantity: '13' })).error).toMatchObject({ code: 'ORDER_FINISHED' })
    expect(broker.replaces).toHaveLength(1)
  })

  it('B3: a permit that is refused leaves the live order untouched', async () => {
    const { replace, broker, clock, statusOf, order } = await openWorking()
    broker.writesAtOnce = false
    const replacing = await replace({ quantity: '12' })
    await clock.advance(1000)
    expect(broker.replaces[0]!.write()).toBe(false)
    await clock.advance(0)
    expect(replacing.error).toMatchObject({ code: 'REPLACE_REFUSED' })
    expect(await statusOf(order.id)).toMatchObject({ status: 'new', quantity: '10' })
  })

  it('I10: a replace whose append fails is not sent', async () => {
    const { replace, broker, journal } = await openWorking()
    journal.fail('after_write')
    expect((await replace({ quantity: '12' })).error).toMatchObject({ code: 'JOURNAL_FAILED' })
    expect(broker.replaces).toHaveLength(0)
  })
})

describe('a fill during a replace', () => {
  it('I7: counts, and the new quantity is a total that includes it', async () => {
    const { replace, broker, sent, settle, statusOf, order, service } = await openWorking()
    const replacing = await replace({ quantity: '12' })
    await broker.deliver({ kind: 'fill', execution: executionOf(sent, 'e1', '4') })
    expect([(await statusOf(order.id)).status, await workingBuy({ service })]).toEqual(['pending_replace', '8'])
    broker.replaces[0]!.answer(made)
    await settle()
    expect(replacing.value).toMatchObject({ status: 'partially_filled', filledQuantity: '4', leavesQuantity: '8' })
  })

  it('I7: of everything: the change is refused, the order filled', async () => {
    const { replace, broker, sent, settle, statusOf, order } = await openWorking()
    const replacing = await replace({ limitPrice: '188' })
    await broker.deliver({ kind: 'fill', execution: executionOf(sent, 'e1', '10') })
    broker.replaces[0]!.answer({ kind: 'refused', code: 'FILLED', message: 'filled' })
    await settle()
    expect(replacing.ended).toBe(true)
    expect((await statusOf(order.id)).status).toBe('filled')
  })

  it('B4: a fill under a broker id that only the answer tells waits for it', async () => {
    const { replace, broker, sent, settle, statusOf, order } = await openWorking()
    await replace({ quantity: '12' })
    const delivered = watched(broker.deliver({ kind: 'fill', execution: executionOf(sent, 'e1', '4', { brokerOrderId: 'b2', clientOrderId: undefined }) }))
    await settle()
    expect(delivered.ended).toBe(false)
    broker.replaces[0]!.answer(made)
    await settle()
    expect([delivered.ended, (await statusOf(order.id)).filledQuantity]).toEqual([true, '4'])
  })
})

describe('a replace of unknown outcome', () => {
  it.each([['an ambiguous answer', ambiguous, 0], ['silence', undefined, 10_000]] as const)('A4: after %s the order is unknown and holds the larger quantity', async (_name, answer, wait) => {
    const { replace, broker, clock, service } = await openWorking()
    const replacing = await replace({ quantity: '15' })
    if (answer !== undefined) broker.replaces[0]!.answer(answer)
    await clock.advance(wait)
    expect([replacing.value?.status, await workingBuy({ service })]).toEqual(['unknown', '15'])
  })

  it.each(['the new id', 'the former id'])('A4: a look-up by %s that shows the new terms confirms it', async (by) => {
    const { replace, broker, clock, sent, statusOf, order } = await openWorking()
    await replace({ quantity: '15' })
    const { command } = broker.replaces[0]!
    broker.replaces[0]!.answer(ambiguous)
    await clock.advance(0)
    broker.standing.lookup = (clientOrderId) => {
      if (by === 'the new id' && clientOrderId === command.clientOrderId) return { kind: 'found', order: recordOf(command, { brokerOrderId: 'b2' }) }
      if (by === 'the former id' && clientOrderId === sent.clientOrderId) return { kind: 'found', order: recordOf(sent, { quantity: '15' }) }
      return { kind: 'not_found', asOf: clock.now() }
    }
    await clock.advance(1000)
    expect(await statusOf(order.id)).toMatchObject({ status: 'new', quantity: '15', clientOrderId: command.clientOrderId, brokerOrderId: by === 'the new id' ? 'b2' : order.brokerOrderId })
  })

  it('B7: old terms refuse it only when it can no longer be on its way; until then the larger quantity is held', async () => {
    const { replace, broker, clock, sent, statusOf, order, service } = await openWorking({ capabilities: { absence: { visibilityLag: 5000, historyComplete: true } } })
    broker.standing.lookup = (clientOrderId) => (clientOrderId === sent.clientOrderId ? { kind: 'found', order: recordOf(sent) } : { kind: 'not_found', asOf: clock.now() })
    await replace({ quantity: '15' })
    await clock.advance(30_000)
    expect([(await statusOf(order.id)).status, await workingBuy({ service })]).toEqual(['unknown', '15'])
    broker.replaces[0]!.answer(ambiguous)
    await clock.advance(4000)
    expect((await statusOf(order.id)).status).toBe('unknown')
    await clock.advance(60_000)
    expect(await statusOf(order.id)).toMatchObject({ status: 'new', quantity: '10' })
    expect(await workingBuy({ service })).toBe('10')
  })

  it('B4: a late answer is consumed', async () => {
    const { replace, broker, clock, statusOf, order } = await openWorking()
    await replace({ quantity: '15' })
    await clock.advance(20_000)
    broker.replaces[0]!.answer(made)
    await clock.advance(0)
    expect(await statusOf(order.id)).toMatchObject({ status: 'new', quantity: '15' })
  })

  it('D8: a comparison after a gap does not take a replace in flight for refused', async () => {
    const { replace, broker, settle, sent, statusOf, order, service } = await openWorking()
    await replace({ quantity: '15' })
    broker.standing.snapshot = () => broker.snapshotOf({ openOrders: { status: 'present', value: [recordOf(sent)] } })
    await broker.deliver({ kind: 'connection', state: 'gap' })
    await broker.deliver({ kind: 'connection', state: 'ready' })
    await settle()
    expect([(await statusOf(order.id)).status, await workingBuy({ service })]).toEqual(['pending_replace', '15'])
    broker.replaces[0]!.answer(made)
    await settle()
    expect(await statusOf(order.id)).toMatchObject({ status: 'new', quantity: '15' })
  })

  it.each(['before_write', 'hold'] as const)('replaceOrder never hangs: a silent adapter and a broken journal (%s)', async (fault) => {
    const { replace, journal, clock } = await openWorking()
    const replacing = await replace({ quantity: '15' })
    if (fault === 'hold') journal.hold()
    else journal.fail(fault)
    await clock.advance(10_050)
    expect(replacing.value?.status).toBe('unknown')
  })
})

describe('a cancel during a replace', () => {
  it('C1: before the write it takes the replace back and goes out itself', async () => {
    const { replace, broker, service, settle, order } = await openWorking()
    broker.writesAtOnce = false
    const replacing = await replace({ quantity: '12' })
    const canceling = watched(service.cancelOrder(order.id))
    expect(broker.replaces[0]!.write()).toBe(false)
    await settle()
    expect(replacing.error).toMatchObject({ code: 'REPLACE_REFUSED' })
    expect(broker.cancels.map(({ command }) => command.brokerOrderId)).toEqual([order.brokerOrderId])
    broker.cancels[0]!.answer({ kind: 'accepted' })
    await broker.deliver({ kind: 'canceled', brokerOrderId: order.brokerOrderId! })
    await settle()
    expect(canceling.value?.status).toBe('canceled')
  })

  it('C1: refused because the order has a new id by then, it goes out again under that', async () => {
    const { replace, broker, service, settle, order } = await openWorking()
    await replace({ quantity: '12' })
    const canceling = watched(service.cancelOrder(order.id))
    await settle()
    broker.replaces[0]!.answer(made)
    await settle()
    broker.cancels[0]!.answer({ kind: 'refused', code: 'REPLACED', message: 'replaced' })
    await settle()
    expect(broker.cancels.map(({ command }) => command.brokerOrderId)).toEqual([order.brokerOrderId, 'b2'])
    broker.cancels[1]!.answer({ kind: 'accepted' })
    await broker.deliver({ kind: 'canceled', brokerOrderId: 'b2' })
    await settle()
    expect(canceling.value).toMatchObject({ status: 'canceled', quantity: '12' })
  })

  it.each([['made', made], ['refused', { kind: 'refused', code: 'NO', message: 'no' }]] as const)('C1: refused while the change is on its way, it goes out again when that is %s', async (_name, answer) => {
    const { replace, broker, service, settle, order } = await openWorking()
    await replace({ quantity: '12' })
    const canceling = watched(service.cancelOrder(order.id))
    await settle()
    broker.cancels[0]!.answer({ kind: 'refused', code: 'PENDING', message: 'a change is pending' })
    await settle()
    expect([canceling.ended, broker.cancels.length]).toEqual([false, 1])
    broker.replaces[0]!.answer(answer)
    await settle()
    expect(broker.cancels).toHaveLength(2)
  })

  it('C1: ends the order whatever becomes of the replace', async () => {
    const { replace, broker, service, settle, order, statusOf } = await openWorking()
    const replacing = await replace({ quantity: '12' })
    watched(service.cancelOrder(order.id))
    await settle()
    broker.cancels[0]!.answer({ kind: 'accepted' })
    await broker.deliver({ kind: 'canceled', brokerOrderId: order.brokerOrderId! })
    broker.replaces[0]!.answer(made)
    await settle()
    expect([replacing.ended, (await statusOf(order.id)).status, await workingBuy({ service })]).toEqual([true, 'canceled', '0'])
  })
})
