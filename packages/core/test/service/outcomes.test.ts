import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import type { SubmitOutcome } from '../../src/broker/broker-adapter.ts'
import { highValueApproval } from '../../src/guards/high-value-approval.ts'
import { maxPosition } from '../../src/guards/max-position.ts'
import { fromIso } from '../../src/runtime/clock.ts'
import { type Desk, type DeskOptions, openDesk, type Watched, watched } from '../support/open-service.ts'
import { accepts, executionOf, recordOf, type WriteCall } from '../support/scripted-broker.ts'
import type { ApprovedOrder } from '../../src/broker/approved-order.ts'
import type { Order } from '../../src/order/order.ts'

interface Sent extends Desk {
  readonly placed: Watched<Order>
  readonly call: WriteCall<ApprovedOrder>
  readonly id: string
}

/** One order on its way to the broker. */
async function openSent(options?: DeskOptions): Promise<Sent> {
  const desk = await openDesk(options)
  const placed = await desk.place({ idempotencyKey: 'k' })
  const call = desk.lastSubmit()
  return { ...desk, placed, call, id: call.command.orderId }
}

/** The same, and the broker's answer to it. */
async function openAnswered(outcome: SubmitOutcome, options?: DeskOptions): Promise<Sent> {
  const sent = await openSent(options)
  sent.call.answer(outcome)
  await sent.settle()
  return sent
}

const ambiguous: SubmitOutcome = { kind: 'ambiguous', reason: 'reset' }
const refused: SubmitOutcome = { kind: 'refused', code: 'NO_FUNDS', message: 'no funds' }
const notSent: SubmitOutcome = { kind: 'not_sent', reason: 'no socket', retryable: true }
/** Nothing proves absence before this has passed. */
const lag = { absence: { visibilityLag: 5000, historyComplete: true } }

describe('answers', () => {
  it('B4: accepted is new, with the broker\'s id', async () => {
    const { placed, call, story } = await openSent()
    call.answer({ kind: 'accepted', brokerOrderId: 'b1' })
    expect(await placed.promise).toMatchObject({ status: 'new', brokerOrderId: 'b1', clientOrderId: call.command.clientOrderId })
    expect(story()).toEqual(['order_pending_new', 'order_accepted'])
  })

  it('B4: refused is rejected, in the broker\'s words, and frees the exposure', async () => {
    const { placed, service } = await openAnswered(refused)
    expect(placed.value).toMatchObject({ status: 'rejected', rejection: { code: 'NO_FUNDS', message: 'no funds' }, leavesQuantity: '0' })
    expect(await service.positions()).toMatchObject([{ workingBuy: '0' }])
  })

  it('B4, A3: duplicate is looked up and adopted, with its fills', async () => {
    const { broker, call, placed, settle } = await openSent()
    broker.standing.lookup = () => ({ kind: 'found', order: recordOf(call.command, { brokerOrderId: 'b9', status: 'partially_filled', filledQuantity: '3', averagePrice: '99' }) })
    call.answer({ kind: 'duplicate' })
    await settle()
    expect(broker.lookups.map(({ command }) => command)).toEqual([call.command.clientOrderId])
    expect(placed.value).toMatchObject({ status: 'partially_filled', brokerOrderId: 'b9', filledQuantity: '3', averagePrice: '99' })
  })

  it('A3: a duplicate that is older than the order, or belongs to another one, is not adopted', async () => {
    const others = [{ createdAt: '2026-01-04T00:00:00Z' }, { brokerOrderId: 'at-other' }]
    for (const other of others) {
      const desk = await openDesk()
      const { order } = await desk.working()
      const placed = await desk.place()
      const { command } = desk.lastSubmit()
      const brokerOrderId = 'createdAt' in other ? 'b1' : order.brokerOrderId!
      desk.broker.standing.lookup = () => ({ kind: 'found', order: recordOf(command, { ...other, brokerOrderId }) })
      desk.lastSubmit().answer({ kind: 'duplicate' })
      await desk.clock.advance(60_000)
      expect(placed.value?.status).toBe('unknown')
      expect((await desk.statusOf(command.orderId)).brokerOrderId).toBeUndefined()
    }
  })

  it('B4: a duplicate that cannot be shown is unknown, and is looked up until it can', async () => {
    const { broker, call, placed, clock, statusOf, id } = await openAnswered({ kind: 'duplicate' })
    expect(placed.value?.status).toBe('unknown')
    broker.standing.lookup = () => ({ kind: 'found', order: recordOf(call.command) })
    await clock.advance(30_000)
    expect((await statusOf(id)).status).toBe('new')
  })
})

describe('not sent', () => {
  it('B6: not_sent is denied NOT_SENT; the same key attempts the same order with the same client id and a new deadline', async () => {
    const { placed, broker, place, call, clock, settle, journal } = await openAnswered(notSent)
    expect(placed.value).toMatchObject({ status: 'denied', denial: { code: 'NOT_SENT' } })
    await clock.advance(5000)
    const replayed = vi.fn<() => void>()
    const again = await place({ idempotencyKey: 'k' }, { onReplay: replayed })
    const { command } = broker.submits[1]!
    expect([command.orderId, command.clientOrderId, replayed.mock.calls.length]).toEqual([call.command.orderId, call.command.clientOrderId, 0])
    const deadlines = journal.appends.flatMap(({ batch }) => batch.events).flatMap(({ type, data }) => (type === 'order_pending_new' ? [fromIso(data.submitBy) - clock.now()] : []))
    expect(deadlines).toEqual([-4000, 1000])
    broker.submits[1]!.answer(accepts(command))
    await settle()
    expect(again.value).toMatchObject({ status: 'new', id: placed.value?.id })
  })

  it('B6: the retry runs the guards again, and their denial closes the key', async () => {
    const { place, broker, working } = await openAnswered(notSent, { guards: [maxPosition({ quantity: '15' })] })
    await working({ quantity: '10' })
    const again = await place({ idempotencyKey: 'k' })
    expect(again.value).toMatchObject({ status: 'denied', denial: { code: 'POSITION_LIMIT_EXCEEDED', observed: '20' } })
    const replayed = vi.fn<() => void>()
    expect((await place({ idempotencyKey: 'k' }, { onReplay: replayed })).value).toEqual(again.value)
    expect([broker.submits.length, replayed.mock.calls.length]).toEqual([2, 1])
  })

  it('B6: a retry that now needs a code waits for it', async () => {
    const approvals = { name: 'test', verify: ({ code }: { code: string }) => ({ valid: true as const, counter: 'c', step: Number(code) }) }
    const { place, service, broker, settle, working, call } = await openAnswered(notSent, { guards: [highValueApproval({ above: '5000', approvals })] })
    await working({ quantity: '15' })
    const again = await place({ idempotencyKey: 'k' })
    expect(again.value).toMatchObject({ status: 'pending_approval', id: call.command.orderId })
    const approved = watched(service.approveOrder(call.command.orderId, { code: '1' }))
    await settle()
    broker.submits.at(-1)!.answer(accepts(call.command))
    await settle()
    expect(approved.value).toMatchObject({ status: 'new', id: call.command.orderId })
  })

  it('B6: two retries at once are one attempt, and another order with the key stays a conflict', async () => {
    const { place, broker } = await openAnswered(notSent)
    await place({ idempotencyKey: 'k' })
    await place({ idempotencyKey: 'k' })
    expect(broker.submits).toHaveLength(2)
    expect((await place({ idempotencyKey: 'k', quantity: '1' })).error).toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' })
  })

  it('B4: not_sent after the broker has acknowledged the order changes nothing', async () => {
    const { broker, call, placed, settle, statusOf, id } = await openSent()
    await broker.deliver({ kind: 'accepted', clientOrderId: call.command.clientOrderId, brokerOrderId: 'b1' })
    call.answer(notSent)
    await settle()
    expect([placed.value?.status, (await statusOf(id)).status]).toEqual(['new', 'new'])
  })
})

describe('unknown outcomes', () => {
  it.each([
    ['an ambiguous answer', ({ call }: Sent) => { call.answer(ambiguous) }, 0], ['a throw', ({ call }: Sent) => { call.fail(new Error('reset')) }, 0],
    ['no answer', () => undefined, 10_000],
  ] as const)('B4: after %s the order is unknown, holds its exposure, and is announced once', async (_name, make, after) => {
    const sent = await openSent({ guards: [maxPosition({ quantity: '15' })] })
    make(sent)
    await sent.clock.advance(after)
    expect(sent.placed.value).toMatchObject({ status: 'unknown', leavesQuantity: '10' })
    expect(await sent.service.positions()).toMatchObject([{ workingBuy: '10' }])
    const next = await sent.place({ quantity: '6' })
    expect(next.value).toMatchObject({ status: 'denied', denial: { code: 'POSITION_LIMIT_EXCEEDED', observed: '16' } })
    if (!sent.call.answered) sent.call.answer(ambiguous)
    await sent.clock.advance(60_000)
    expect(sent.story(sent.id)).toEqual(['order_pending_new', 'order_unknown'])
    expect(sent.alerts.filter(({ code }) => code === 'UNKNOWN_ORDER')).toHaveLength(1)
  })

  it.each([
    ['accepted', (call: WriteCall<ApprovedOrder>) => accepts(call.command), 'new'], ['refused', () => refused, 'rejected'], ['not_sent', () => notSent, 'denied'],
  ] as const)('B4: a late answer is consumed: %s', async (_name, outcome, status) => {
    const { call, clock, statusOf, id, placed } = await openSent()
    await clock.advance(12_000)
    expect(placed.value?.status).toBe('unknown')
    call.answer(outcome(call))
    await clock.advance(0)
    expect((await statusOf(id)).status).toBe(status)
  })

  it('B4: a look-up that finds the order adopts it', async () => {
    const { broker, call, clock, statusOf, id } = await openAnswered(ambiguous)
    await clock.advance(1000)
    broker.standing.lookup = () => ({ kind: 'found', order: recordOf(call.command, { status: 'filled', filledQuantity: '10', averagePrice: '100' }) })
    await clock.advance(2000)
    expect(await statusOf(id)).toMatchObject({ status: 'filled', filledQuantity: '10', averagePrice: '100' })
  })

  it('B7: not found proves absence once the visibility lag has passed since the answer; then the same key may try again', async () => {
    const { broker, clock, statusOf, id, place } = await openAnswered(ambiguous, { capabilities: lag })
    broker.standing.lookup = () => ({ kind: 'not_found', asOf: clock.now() })
    await clock.advance(4900)
    expect((await statusOf(id)).status).toBe('unknown')
    await clock.advance(8000)
    expect(await statusOf(id)).toMatchObject({ status: 'denied', denial: { code: 'NOT_SENT' } })
    await place({ idempotencyKey: 'k' })
    expect(broker.submits).toHaveLength(2)
  })

  it('B7: as long as the adapter has not answered, not found proves nothing', async () => {
    const { broker, call, clock, statusOf, id } = await openSent({ capabilities: lag })
    broker.standing.lookup = () => ({ kind: 'not_found', asOf: clock.now() })
    await clock.advance(300_000)
    expect((await statusOf(id)).status).toBe('unknown')
    call.answer(ambiguous)
    await clock.advance(4000)
    expect((await statusOf(id)).status).toBe('unknown')
    await clock.advance(70_000)
    expect((await statusOf(id)).status).toBe('denied')
  })

  it('B7: an answer as of an earlier time than the request\'s end plus the lag proves nothing, however late it is given', async () => {
    const { broker, clock, statusOf, id } = await openAnswered(ambiguous, { capabilities: lag })
    const asOf = clock.now() + 4999
    broker.standing.lookup = () => ({ kind: 'not_found', asOf })
    await clock.advance(300_000)
    expect((await statusOf(id)).status).toBe('unknown')
  })

  it.each([
    ['a broker that does not know', {}, () => ({ kind: 'indeterminate' as const, reason: 'down' })],
    ['a broker whose not found proves nothing', { absence: undefined }, (now: number) => ({ kind: 'not_found' as const, asOf: now })],
    ['a broker that forgets finished orders', { absence: { visibilityLag: 0, historyComplete: false } }, (now: number) => ({ kind: 'not_found' as const, asOf: now })],
  ])('B7: with %s the order stays unknown and holds its exposure', async (_name, capabilities, lookup) => {
    const { broker, clock, statusOf, id, service } = await openAnswered(ambiguous, { capabilities })
    broker.standing.lookup = () => lookup(clock.now())
    await clock.advance(3_600_000)
    expect((await statusOf(id)).status).toBe('unknown')
    expect(await service.positions()).toMatchObject([{ workingBuy: '10' }])
    expect(broker.submits).toHaveLength(1)
  })

  it('B7: a look-up that never answers does not end the looking', async () => {
    const { broker, call, clock, statusOf, id } = await openAnswered(ambiguous)
    broker.standing.lookup = () => undefined
    await clock.advance(20_000)
    broker.standing.lookup = () => ({ kind: 'found', order: recordOf(call.command) })
    await clock.advance(60_000)
    expect((await statusOf(id)).status).toBe('new')
  })
})

describe('updates before the answer', () => {
  it('B4: an update that names the client id is acceptance, and a verdict', async () => {
    const { broker, call, placed, settle, story } = await openSent()
    await broker.deliver({ kind: 'accepted', clientOrderId: call.command.clientOrderId, brokerOrderId: 'b1' })
    await settle()
    expect(placed.value).toMatchObject({ status: 'new', brokerOrderId: 'b1' })
    call.answer({ kind: 'accepted', brokerOrderId: 'b1' })
    await settle()
    expect(story()).toEqual(['order_pending_new', 'order_accepted'])
  })

  it('B4: a refusal after it never rejects: the broker is asked', async () => {
    const { broker, call, settle, statusOf, id } = await openSent()
    await broker.deliver({ kind: 'accepted', clientOrderId: call.command.clientOrderId, brokerOrderId: 'b1' })
    broker.standing.lookup = () => ({ kind: 'found', order: recordOf(call.command, { brokerOrderId: 'b1' }) })
    call.answer(refused)
    await settle()
    expect([(await statusOf(id)).status, broker.lookups.length]).toEqual(['new', 1])
  })

  it('B4: a fill before the answer is a fill', async () => {
    const { broker, call, placed, settle, story } = await openSent()
    await broker.deliver({ kind: 'fill', execution: executionOf(call.command, 'e1', '10') })
    await settle()
    expect(placed.value).toMatchObject({ status: 'filled', brokerOrderId: `at-${call.command.clientOrderId}` })
    call.answer(refused)
    await settle()
    expect(story()).toEqual(['order_pending_new', 'order_accepted', 'order_filled'])
  })

  it('B4, I8: whatever answer comes after an acknowledgement, the order does not regress', async () => {
    const answers: SubmitOutcome[] = [refused, notSent, ambiguous, { kind: 'duplicate' }, { kind: 'accepted', brokerOrderId: 'b1' }]
    await fc.assert(fc.asyncProperty(fc.constantFrom(...answers), fc.constantFrom('accepted', 'canceled', 'expired'), fc.nat(12_000), async (answer, kind, wait) => {
      const { broker, call, clock, statusOf, id } = await openSent()
      await clock.advance(wait)
      await broker.deliver({ kind, clientOrderId: call.command.clientOrderId, brokerOrderId: 'b1' })
      const before = (await statusOf(id)).status
      call.answer(answer)
      await clock.advance(60_000)
      expect((await statusOf(id)).status).toBe(before)
    }), { numRuns: 50 })
  })
})

describe('a human\'s word', () => {
  it('B8: the order is this one at the broker', async () => {
    const { service, id, broker, statusOf, call } = await openAnswered(ambiguous)
    expect(await service.resolveOrder(id, { brokerOrderId: 'b7', statement: 'seen on the screen' })).toMatchObject({ status: 'new', brokerOrderId: 'b7' })
    await broker.deliver({ kind: 'fill', execution: executionOf(call.command, 'e1', '10', { brokerOrderId: 'b7', clientOrderId: undefined }) })
    expect((await statusOf(id)).status).toBe('filled')
  })

  it('B8: the broker certainly has no such order: it is denied NOT_SENT, its exposure is free, and all of it is on record', async () => {
    const { service, id, story, settle, events, clock } = await openAnswered(ambiguous)
    expect(await service.resolveOrder(id, { absent: true, statement: 'called the desk' }, { actor: 'ann' })).toMatchObject({ status: 'denied', denial: { code: 'NOT_SENT' } })
    await settle()
    expect(await service.positions()).toMatchObject([{ workingBuy: '0' }])
    expect(story(id).slice(-2)).toEqual(['anomaly_detected', 'order_denied'])
    expect(events.findLast(({ type }) => type === 'anomaly_detected')?.data).toMatchObject({ code: 'RESOLVED_BY_HAND', message: 'resolved by ann: called the desk' })
    await clock.advance(60_000)
  })

  it('B8: it needs a fresh code where approvals are configured, and an order of unknown outcome', async () => {
    const approvals = { name: 'test', verify: ({ code }: { code: string }) => (code === 'no' ? { valid: false as const } : { valid: true as const, counter: 'c', step: Number(code) }) }
    const { service, id, working, statusOf } = await openAnswered(ambiguous, { approvals })
    for (const code of [undefined, 'no']) {
      const resolution = { absent: true as const, statement: 's', ...(code !== undefined && { code }) }
      await expect(service.resolveOrder(id, resolution)).rejects.toMatchObject({ code: 'APPROVAL_REFUSED' })
    }
    expect((await statusOf(id)).status).toBe('unknown')
    expect((await service.resolveOrder(id, { absent: true, statement: 's', code: '1' })).status).toBe('denied')
    const { order } = await working()
    await expect(service.resolveOrder(order.id, { absent: true, statement: 's', code: '2' })).rejects.toMatchObject({ code: 'ORDER_FINISHED' })
  })
})

describe('placeOrder never hangs', () => {
  it.each(['before_write', 'after_write', 'hold'] as const)('B4: with a silent adapter and a journal that breaks after the intent (%s)', async (fault) => {
    const { placed, journal, clock } = await openSent()
    if (fault === 'hold') journal.hold()
    else journal.fail(fault)
    await clock.advance(10_050)
    expect(placed.value?.status).toBe('unknown')
  })

  it.each(['before_write', 'hold'] as const)('B4: with an answer that a broken journal cannot keep (%s)', async (fault) => {
    const { placed, call, journal, clock } = await openSent()
    if (fault === 'hold') journal.hold()
    else journal.fail(fault)
    call.answer(accepts(call.command))
    await clock.advance(10_050)
    expect(placed.value?.status).toBe('new')
  })
})
