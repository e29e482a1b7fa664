import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { memoryJournal } from '../../src/journal/memory-journal.ts'
import { highValueApproval } from '../../src/guards/high-value-approval.ts'
import type { StoredEvent } from '../../src/order/event.ts'
import { makeRequest } from '../../src/testing/index.ts'
import { type Desk, openDesk, watched } from '../support/open-service.ts'
import { accepts, executionOf } from '../support/scripted-broker.ts'

/** Orders whose intent is durable, at this moment. */
function durableIntents({ journal }: Desk): Set<string> {
  const durable = journal.appends.filter((append) => append.durable).flatMap(({ batch }) => batch.events)
  return new Set(durable.flatMap(({ type, data }) => (type === 'order_pending_new' ? [data.orderId] : [])))
}

/** A desk whose broker notes every submit that came before its intent was durable. */
async function openWatchedDesk(): Promise<Desk & { readonly early: string[] }> {
  const desk = await openDesk()
  const early: string[] = []
  desk.broker.standing.submit = (order) => {
    if (!durableIntents(desk).has(order.orderId)) early.push(order.orderId)
    return accepts(order)
  }
  return { ...desk, early }
}

const sequencesOf = (events: readonly StoredEvent[], account = 'main'): number[] => events.filter((event) => event.account === account).map(({ sequence }) => sequence)

/** An order on the symbol, so that what the next decision needs is there already. */
async function warm(desk: Desk): Promise<void> {
  desk.broker.standing.submit ??= accepts
  await desk.place()
}

describe('I1: no byte of an order leaves before its intent is durable', () => {
  it('I1: the adapter sees an order only when its append has resolved', async () => {
    const { place, broker, journal, settle } = await openDesk()
    journal.hold()
    const placed = await place()
    expect([journal.waiting > 0, broker.submits.length, placed.ended]).toEqual([true, 0, false])
    journal.release()
    await settle()
    expect(broker.submits).toHaveLength(1)
  })

  it('I1: whatever the order in which appends are let go, orders placed and cancelled and time passes', async () => {
    const step = fc.oneof(
      fc.constant({ do: 'place' as const }), fc.constant({ do: 'settle' as const }),
      fc.record({ do: fc.constant('release' as const), count: fc.integer({ min: 1, max: 3 }) }),
      fc.record({ do: fc.constant('cancel' as const), index: fc.nat(20) }),
      fc.record({ do: fc.constant('advance' as const), by: fc.integer({ min: 1, max: 400 }) }),
    )
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 50 }), async (steps) => {
      const desk = await openWatchedDesk()
      await warm(desk)
      desk.journal.hold()
      const placed = []
      for (const action of steps) {
        if (action.do === 'place') placed.push(watched(desk.service.placeOrder(makeRequest())))
        else if (action.do === 'release') desk.journal.release(action.count)
        else if (action.do === 'advance') await desk.clock.advance(action.by)
        else if (action.do === 'settle') await desk.settle()
        else watched(desk.service.cancelOrders({ open: true, limit: action.index }))
      }
      desk.journal.release()
      await desk.clock.advance(2000)
      expect(desk.early).toEqual([])
      expect(placed.every(({ value }) => value !== undefined)).toBe(true)
      expect(new Set(desk.broker.submits.map(({ command }) => command.clientOrderId)).size).toBe(desk.broker.submits.length)
      expect(sequencesOf(desk.events)).toEqual(sequencesOf(desk.events).map((_, index) => sequencesOf(desk.events)[0]! + index))
    }), { numRuns: 100 })
  })

  it('B3: an order whose intent took longer than submitBy is denied NOT_SENT, not sent late', async () => {
    const { place, broker, journal, clock } = await openDesk()
    journal.hold()
    const placed = await place()
    await clock.advance(1000)
    journal.release()
    await clock.advance(0)
    expect(broker.submits[0]!.permits).toEqual([false])
    expect(placed.value).toMatchObject({ status: 'denied', denial: { code: 'NOT_SENT' } })
  })
})

describe('a journal that fails', () => {
  it.each(['before_write', 'after_write'] as const)('I10: an append that fails %s refuses the order, sends nothing, and stops new orders until a restart', async (when) => {
    const desk = await openDesk()
    const { place, broker, journal, clock, alerts } = desk
    await warm(desk)
    journal.fail(when)
    const placed = await place({ idempotencyKey: 'k' })
    expect(placed.error).toMatchObject({ code: 'JOURNAL_FAILED', retryable: true })
    for (const idempotencyKey of ['k', 'other']) {
      expect((await place({ idempotencyKey })).error).toMatchObject({ code: 'JOURNAL_FAILED', retryable: true })
    }
    await clock.advance(60_000)
    expect(broker.submits).toHaveLength(1)
    expect(alerts.filter(({ code }) => code === 'JOURNAL_FAILED')).toHaveLength(1)
  })

  it('B2, I10: orders whose appends were waiting are all refused, and none is sent', async () => {
    const desk = await openDesk()
    await warm(desk)
    desk.journal.hold()
    const placed = [await desk.place(), await desk.place(), await desk.place()]
    desk.journal.release(1)
    desk.journal.fail('before_write')
    await desk.clock.advance(20_000)
    expect(placed.map(({ error }) => (error as { code: string } | undefined)?.code)).toEqual([undefined, 'JOURNAL_FAILED', 'JOURNAL_FAILED'])
    expect(desk.broker.submits.filter(({ permits }) => permits.includes(true))).toHaveLength(1)
    expect(desk.alerts.filter(({ code }) => code === 'JOURNAL_FAILED')).toHaveLength(1)
  })

  it('B3: a permit is refused when the journal failed between the append and the write', async () => {
    const desk = await openDesk()
    const { place, broker, journal, settle } = desk
    broker.writesAtOnce = false
    const placed = await place()
    journal.fail('before_write')
    await place()
    expect(broker.submits[0]!.write()).toBe(false)
    await settle()
    expect(broker.submits).toHaveLength(1)
    expect(placed.ended).toBe(true)
  })

  it('I10: cancels still reach the broker', async () => {
    const { working, broker, service, journal, settle } = await openDesk()
    const { order } = await working()
    journal.fail('before_write')
    const canceling = watched(service.cancelOrder(order.id))
    await settle()
    expect(broker.cancels.map(({ command }) => command.orderId)).toEqual([order.id])
    broker.cancels[0]!.answer({ kind: 'accepted' })
    await settle()
    broker.deliver({ kind: 'canceled', brokerOrderId: order.brokerOrderId! }).catch(() => undefined)
    await settle()
    expect(canceling.value?.status).toBe('canceled')
  })

  it('I10: a lost cancel is pursued with a dead journal too', async () => {
    const { working, broker, service, journal, clock } = await openDesk()
    const { order } = await working()
    journal.fail('before_write')
    watched(service.cancelOrder(order.id))
    await clock.advance(0)
    broker.cancels[0]!.answer({ kind: 'ambiguous', reason: 'reset' })
    await clock.advance(1000)
    expect(broker.cancels.length).toBeGreaterThan(1)
  })

  it('I10: a refused cancel is CANCEL_REFUSED with a dead journal too', async () => {
    const { working, broker, service, journal, settle } = await openDesk()
    const { order } = await working()
    journal.fail('before_write')
    const canceling = watched(service.cancelOrder(order.id))
    await settle()
    broker.cancels[0]!.answer({ kind: 'refused', code: 'TOO_LATE', message: 'too late' })
    await settle()
    expect(canceling.error).toMatchObject({ code: 'CANCEL_REFUSED', orderId: order.id })
  })

  it('C2: what the broker says still changes memory, but is neither acknowledged nor published', async () => {
    const { working, broker, service, journal, settle, events, statusOf } = await openDesk()
    const { order, sent } = await working()
    const before = events.length
    journal.fail('before_write')
    const delivered = watched(broker.deliver({ kind: 'fill', execution: executionOf(sent, 'e1', '4') }))
    expect(await statusOf(order.id)).toMatchObject({ status: 'partially_filled', filledQuantity: '4' })
    await settle()
    expect(delivered.error).toBeDefined()
    expect(await service.positions()).toMatchObject([{ symbol: 'AAPL', quantity: '4' }])
    expect(events).toHaveLength(before)
  })
})

describe('a journal that hangs', () => {
  it('C1: a cancel waits 50 ms for it, no longer', async () => {
    const { working, broker, service, journal, clock } = await openDesk()
    const { order } = await working()
    journal.hold()
    const from = clock.monotonic()
    watched(service.cancelOrder(order.id))
    await clock.advance(200)
    expect(broker.cancels.map(({ at }) => at - from)).toEqual([50])
  })

  it('C1: a cancel of an order that waits for its code does not wait for it either', async () => {
    const approvals = { name: 'test', verify: () => ({ valid: false as const }) }
    const { place, service, journal, clock } = await openDesk({ guards: [highValueApproval({ above: '1', approvals })] })
    const placed = await place()
    journal.hold()
    const canceling = watched(service.cancelOrder(placed.value!.id))
    await clock.advance(50)
    expect(canceling.value?.status).toBe('canceled')
  })

  it('C1: cancelOrder resolves with the order as it stands after submitTimeout', async () => {
    const { working, broker, service, journal, clock } = await openDesk()
    const { order } = await working()
    journal.hold()
    const canceling = watched(service.cancelOrder(order.id))
    await clock.advance(50)
    broker.cancels[0]!.answer({ kind: 'accepted' })
    await clock.advance(10_000)
    expect(canceling.value?.status).toBe('pending_cancel')
  })

  it('C4: an order that it holds up for submitTimeout is refused, never sent, and new orders stop', async () => {
    const { place, broker, journal, clock, alerts } = await openDesk()
    journal.hold()
    const placed = await place()
    await clock.advance(10_000)
    expect(placed.error).toMatchObject({ code: 'JOURNAL_FAILED', retryable: true })
    expect((await place()).error).toMatchObject({ code: 'JOURNAL_FAILED' })
    journal.release()
    await clock.advance(10_000)
    expect([broker.submits.length, alerts.map(({ code }) => code)]).toEqual([0, ['JOURNAL_FAILED']])
  })
})

describe('publishing', () => {
  it('C3, I11: events are published when they are durable, in sequence, without gaps', async () => {
    const desk = await openDesk()
    const { place, journal, events, settle, broker } = desk
    await warm(desk)
    const first = events.length
    journal.hold()
    await place()
    await place()
    expect(events).toHaveLength(first)
    for (let count = 0; journal.waiting > 0; count += 1) {
      journal.release(1)
      await settle()
      const durable = journal.appends.filter((append) => append.durable && append.account === 'main').flatMap(({ batch }) => batch.events)
      expect(events.filter(({ account }) => account === 'main')).toEqual(durable.slice(-sequencesOf(events).length))
      expect(count).toBeLessThan(20)
    }
    expect(broker.submits).toHaveLength(3)
    const sequences = sequencesOf(events)
    expect(sequences).toEqual(sequences.map((_, index) => sequences[0]! + index))
  })

  it('B2, C3: a journal that answers out of order changes neither the order of events nor that of submits', async () => {
    const inner = memoryJournal()
    const answers: (() => void)[] = []
    let isLate = false
    const desk = await openDesk({ journal: { ...inner, append: (lease, batch) => {
      const appended = inner.append(lease, batch)
      return isLate ? new Promise((resolve) => { answers.push(() => { resolve(appended) }) }) : appended
    } } })
    await warm(desk)
    const before = desk.events.length
    isLate = true
    for (let count = 0; count < 3; count += 1) await desk.place()
    while (answers.length > 0) {
      expect([desk.events.length, desk.broker.submits.length]).toEqual([before, 1])
      answers.pop()?.()
      isLate = answers.length > 0
      await desk.settle()
    }
    const sequences = sequencesOf(desk.events)
    expect(sequences).toEqual(sequences.map((_, index) => sequences[0]! + index))
    expect(desk.broker.submits).toHaveLength(4)
  })

  it('C3: after a failure nothing more is published, so that there is no gap', async () => {
    const desk = await openDesk()
    await warm(desk)
    const { order } = await desk.working()
    desk.journal.hold()
    await desk.place()
    const before = desk.events.length
    desk.journal.fail('after_write')
    await desk.settle()
    await desk.broker.deliver({ kind: 'canceled', brokerOrderId: order.brokerOrderId! }).catch(() => undefined)
    expect(desk.events).toHaveLength(before)
  })

  it('C2: a delivered update resolves when it is durable, with the cursor in the same append', async () => {
    const { working, broker, journal, settle } = await openDesk()
    const { sent } = await working()
    journal.hold()
    const delivered = watched(broker.deliver({ kind: 'fill', cursor: 'c7', execution: executionOf(sent, 'e1', '4') }))
    await settle()
    expect([delivered.ended, await journal.cursor('broker:main')]).toEqual([false, undefined])
    expect(journal.appends.at(-1)?.batch.cursors).toEqual({ 'broker:main': 'c7' })
    journal.release()
    await settle()
    expect([delivered.ended, delivered.error, await journal.cursor('broker:main')]).toEqual([true, undefined, 'c7'])
  })
})
