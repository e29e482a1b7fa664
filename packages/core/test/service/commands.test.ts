import { describe, expect, it } from 'vitest'
import type { CommandOutcome } from '../../src/broker/broker-adapter.ts'
import { highValueApproval } from '../../src/guards/high-value-approval.ts'
import { type Desk, type DeskOptions, openDesk, watched } from '../support/open-service.ts'
import { accepts, executionOf, recordOf } from '../support/scripted-broker.ts'

type Working = Desk & Awaited<ReturnType<Desk['working']>>

async function openWorking(options?: DeskOptions): Promise<Working> {
  const desk = await openDesk(options)
  return { ...desk, ...await desk.working() }
}

/** A desk with one order on its way to the broker. */
async function openSent(options?: DeskOptions): Promise<Desk & { readonly id: string }> {
  const desk = await openDesk(options)
  await desk.place({ idempotencyKey: 'k' })
  return { ...desk, id: desk.lastSubmit().command.orderId }
}

const taken: CommandOutcome = { kind: 'accepted' }
const tooLate: CommandOutcome = { kind: 'refused', code: 'TOO_LATE', message: 'too late' }
const lost: CommandOutcome = { kind: 'ambiguous', reason: 'reset' }
const byBrokerId = { capabilities: { cancelByClientOrderId: false } }

describe('a cancel before the write', () => {
  it('C1: of an order that waits for its code ends it; nothing is ever sent', async () => {
    const approvals = { name: 'test', verify: () => ({ valid: true as const, counter: 'c', step: 1 }) }
    const { service, place, broker, story } = await openDesk({ guards: [highValueApproval({ above: '1', approvals })] })
    const placed = await place()
    expect((await service.cancelOrder(placed.value!.id)).status).toBe('canceled')
    await expect(service.approveOrder(placed.value!.id, { code: '1' })).rejects.toMatchObject({ code: 'ORDER_FINISHED' })
    expect([broker.submits.length, story()]).toEqual([0, ['order_pending_approval', 'order_canceled']])
  })

  it.each(['before its intent is durable', 'between intent and write'])('C1: %s withdraws it: the permit is refused, and it is proven never sent', async (stage) => {
    const { service, place, broker, journal, settle, events, statusOf } = await openDesk()
    broker.writesAtOnce = stage === 'before its intent is durable'
    if (broker.writesAtOnce) journal.hold()
    const placed = await place()
    const { id } = (await service.listOrders())[0]!
    const canceling = watched(service.cancelOrder(id))
    journal.release()
    await settle()
    if (stage === 'between intent and write') expect(broker.submits[0]!.write()).toBe(false)
    await settle()
    expect(broker.submits.flatMap(({ permits }) => permits)).toEqual([false])
    expect([placed.value?.status, canceling.value?.status, (await statusOf(id)).status, broker.cancels.length]).toEqual(['canceled', 'canceled', 'canceled', 0])
    expect(events.findLast(({ type }) => type === 'order_canceled')?.data).toMatchObject({ reason: 'withdrawn' })
  })
})

describe('a cancel in flight', () => {
  it('C1: goes out at once where the broker cancels by client id', async () => {
    const { service, broker, id, settle } = await openSent()
    watched(service.cancelOrder(id))
    await settle()
    expect(broker.cancels[0]!.command).toMatchObject({ originalClientOrderId: broker.submits[0]!.command.clientOrderId, brokerOrderId: undefined })
  })

  it.each(['answer', 'update', 'look-up'])('C1: waits for the broker\'s id elsewhere and goes out on the first %s', async (source) => {
    const { service, broker, id, settle, clock, lastSubmit } = await openSent(byBrokerId)
    const canceling = watched(service.cancelOrder(id))
    await settle()
    expect([broker.cancels.length, canceling.ended]).toEqual([0, false])
    const { command } = lastSubmit()
    if (source === 'answer') lastSubmit().answer(accepts(command))
    else if (source === 'update') await broker.deliver({ kind: 'accepted', clientOrderId: command.clientOrderId, brokerOrderId: `at-${command.clientOrderId}` })
    else {
      broker.standing.lookup = () => ({ kind: 'found', order: recordOf(command) })
      lastSubmit().answer({ kind: 'ambiguous', reason: 'reset' })
    }
    await clock.advance(300)
    expect(broker.cancels.map(({ command: { brokerOrderId } }) => brokerOrderId)).toEqual([`at-${command.clientOrderId}`])
    expect(canceling.ended).toBe(false)
    broker.cancels[0]!.answer(taken)
    await broker.deliver({ kind: 'canceled', brokerOrderId: `at-${command.clientOrderId}` })
    await settle()
    expect(canceling.value?.status).toBe('canceled')
  })

  it('C1: refused while the order is on its way, it goes out again once the broker has it', async () => {
    const { service, broker, id, settle, lastSubmit } = await openSent()
    const canceling = watched(service.cancelOrder(id))
    await settle()
    broker.cancels[0]!.answer({ kind: 'refused', code: 'UNKNOWN_ORDER', message: 'unknown order' })
    await settle()
    expect([broker.cancels.length, canceling.ended]).toEqual([1, false])
    lastSubmit().answer(accepts(lastSubmit().command))
    await settle()
    expect(broker.cancels.map(({ command }) => command.brokerOrderId)).toEqual([undefined, `at-${lastSubmit().command.clientOrderId}`])
  })

  it('C1: of an order of unknown outcome it is kept, and goes out when the order shows', async () => {
    const { service, broker, id, settle, clock, lastSubmit } = await openSent()
    lastSubmit().answer({ kind: 'ambiguous', reason: 'reset' })
    await settle()
    const canceling = watched(service.cancelOrder(id))
    await settle()
    broker.cancels[0]!.answer({ kind: 'refused', code: 'UNKNOWN_ORDER', message: 'unknown order' })
    await clock.advance(10_000)
    expect(canceling.value?.status).toBe('unknown')
    broker.standing.lookup = () => ({ kind: 'found', order: recordOf(lastSubmit().command) })
    broker.standing.cancel = () => taken
    await clock.advance(20_000)
    expect(broker.cancels).toHaveLength(2)
  })

  it('B6, C1: an order that somebody wanted cancelled and that never arrived ends as cancelled, and its key does not reopen it', async () => {
    const { service, broker, id, settle, clock, lastSubmit, statusOf, place } = await openSent({ capabilities: { cancelByClientOrderId: false, absence: { visibilityLag: 0, historyComplete: true } } })
    watched(service.cancelOrder(id))
    broker.standing.lookup = () => ({ kind: 'not_found', asOf: clock.now() })
    lastSubmit().answer({ kind: 'ambiguous', reason: 'reset' })
    await clock.advance(2000)
    await settle()
    expect((await statusOf(id)).status).toBe('canceled')
    await place({ idempotencyKey: 'k' })
    expect(broker.submits).toHaveLength(1)
  })
})

describe('a cancel of a working order', () => {
  it.each(['new', 'partially_filled'] as const)('C1: %s: is asked of the broker, and ends with the broker\'s word', async (status) => {
    const { service, broker, order, sent, settle, story, statusOf } = await openWorking()
    if (status === 'partially_filled') await broker.deliver({ kind: 'fill', execution: executionOf(sent, 'e1', '4') })
    const canceling = watched(service.cancelOrder(order.id, { reason: 'changed my mind' }))
    await settle()
    broker.cancels[0]!.answer(taken)
    await settle()
    expect([canceling.ended, (await statusOf(order.id)).status]).toEqual([false, 'pending_cancel'])
    await broker.deliver({ kind: 'canceled', brokerOrderId: order.brokerOrderId! })
    await settle()
    expect(canceling.value).toMatchObject({ status: 'canceled', leavesQuantity: '0', filledQuantity: status === 'new' ? '0' : '4' })
    expect(story().slice(-2)).toEqual(['order_pending_cancel', 'order_canceled'])
    expect(await service.positions()).toMatchObject([{ workingBuy: '0' }])
  })

  it('C1: cancelling a finished order returns it', async () => {
    const { service, broker, order, sent } = await openWorking()
    await broker.deliver({ kind: 'fill', execution: executionOf(sent, 'e1', '10') })
    expect((await service.cancelOrder(order.id)).status).toBe('filled')
    expect(broker.cancels).toHaveLength(0)
    await expect(service.cancelOrder('nobody')).rejects.toMatchObject({ code: 'ORDER_NOT_FOUND' })
  })

  it('C1: cancels of one order are coalesced, and all callers get the outcome', async () => {
    const { service, broker, order, settle } = await openWorking()
    const all = [1, 2, 3].map(() => watched(service.cancelOrder(order.id)))
    await settle()
    expect(broker.cancels).toHaveLength(1)
    broker.cancels[0]!.answer(tooLate)
    await settle()
    expect(all.map(({ error }) => (error as { code?: string } | undefined)?.code)).toEqual(['CANCEL_REFUSED', 'CANCEL_REFUSED', 'CANCEL_REFUSED'])
  })

  it.each(['answer', 'update'])('C1: a refusal by %s proves nothing: the broker is asked, then CANCEL_REFUSED is thrown and the order stands', async (source) => {
    const { service, broker, order, sent, settle, statusOf, story } = await openWorking()
    broker.standing.lookup = () => ({ kind: 'found', order: recordOf(sent) })
    const canceling = watched(service.cancelOrder(order.id))
    await settle()
    broker.cancels[0]!.answer(source === 'answer' ? tooLate : taken)
    await settle()
    if (source === 'update') await broker.deliver({ kind: 'cancel_refused', brokerOrderId: order.brokerOrderId!, code: 'TOO_LATE', message: 'too late' })
    await settle()
    expect(canceling.error).toMatchObject({ code: 'CANCEL_REFUSED', orderId: order.id })
    expect([(await statusOf(order.id)).status, broker.lookups.length, story().at(-1)]).toEqual(['new', 1, 'order_cancel_refused'])
    const again = watched(service.cancelOrder(order.id))
    await settle()
    expect([broker.cancels.length, again.ended]).toEqual([2, false])
  })

  it.each(['answer', 'update'])('C1: refused by %s because it was filled, it returns the filled order', async (source) => {
    const { service, broker, order, sent, settle } = await openWorking()
    broker.standing.lookup = () => ({ kind: 'found', order: recordOf(sent, { status: 'filled', filledQuantity: '10', averagePrice: '100' }) })
    const canceling = watched(service.cancelOrder(order.id))
    await settle()
    broker.cancels[0]!.answer(source === 'answer' ? tooLate : taken)
    if (source === 'update') await broker.deliver({ kind: 'cancel_refused', brokerOrderId: order.brokerOrderId!, code: 'TOO_LATE', message: 'too late' })
    await settle()
    expect(canceling.value).toMatchObject({ status: 'filled', filledQuantity: '10' })
  })

  it.each([['a lost answer', lost], ['an unsent cancel', { kind: 'not_sent', reason: 'no socket', retryable: true } as const], ['silence', undefined]] as const)('C1: after %s the cancel is looked up and sent again until the order has ended', async (_name, outcome) => {
    const { service, broker, order, settle, clock } = await openWorking()
    const canceling = watched(service.cancelOrder(order.id))
    await settle()
    if (outcome !== undefined) broker.cancels[0]!.answer(outcome)
    await clock.advance(outcome === undefined ? 10_500 : 500)
    expect([broker.lookups.length, broker.cancels.length]).toEqual([1, 2])
    broker.cancels[1]!.answer(taken)
    await broker.deliver({ kind: 'canceled', brokerOrderId: order.brokerOrderId! })
    await clock.advance(60_000)
    expect([canceling.value?.status ?? 'late', broker.cancels.length]).toEqual([outcome === undefined ? 'pending_cancel' : 'canceled', 2])
  })

  it('C1: a pursued cancel whose order the look-up shows cancelled is done', async () => {
    const { service, broker, order, sent, settle, clock } = await openWorking()
    const canceling = watched(service.cancelOrder(order.id))
    await settle()
    broker.standing.lookup = () => ({ kind: 'found', order: recordOf(sent, { status: 'canceled' }) })
    broker.cancels[0]!.answer(lost)
    await clock.advance(1000)
    expect([canceling.value?.status, broker.cancels.length]).toEqual(['canceled', 1])
  })

  it('C1: cancelOrders cancels each order that matches, each with a result of its own', async () => {
    const { service, broker, settle, working } = await openDesk()
    const first = await working({ symbol: 'AAPL' })
    const second = await working({ symbol: 'MSFT' })
    await working({ symbol: 'IBM', strategy: 'other' })
    broker.standing.cancel = ({ orderId }) => (orderId === first.order.id ? tooLate : taken)
    const canceling = watched(service.cancelOrders({ symbol: 'MSFT' }))
    await settle()
    await broker.deliver({ kind: 'canceled', brokerOrderId: second.order.brokerOrderId! })
    await settle()
    expect(canceling.value).toMatchObject([{ kind: 'order', orderId: second.order.id, order: { status: 'canceled' } }])
    expect(await service.cancelOrders({ symbol: 'AAPL' })).toMatchObject([{ kind: 'error', orderId: first.order.id, error: { code: 'CANCEL_REFUSED' } }])
    expect(broker.cancels).toHaveLength(2)
  })
})
