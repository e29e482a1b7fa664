import { describe, expect, it, vi } from 'vitest'
import { allow, defineGuard } from '../../src/guards/guard.ts'
import { toIso } from '../../src/runtime/clock.ts'
import { openDesk, watched } from '../support/open-service.ts'
import { openPast } from '../support/open-past.ts'
import { accepts } from '../support/scripted-broker.ts'

const key = { account: 'main', idempotencyKey: 'k' }

describe('A2: what became of a key', () => {
  it('is the order, whatever became of it, and nothing while nobody took it', async () => {
    const { service, working } = await openDesk()
    expect(await service.listOrders(key)).toEqual([])
    const { order } = await working({ idempotencyKey: 'k' })
    expect(await service.listOrders(key)).toEqual([order])
    expect(await service.listOrders({ idempotencyKey: 'other' })).toEqual([])
    expect(await service.listOrders({ ...key, account: 'stranger' })).toEqual([])
  })

  it('an order that is not decided yet is waited for: a list is never empty because somebody was quick to ask', async () => {
    const gate = Promise.withResolvers<void>()
    const prepares = defineGuard({ name: 'prepares', options: null, prepare: () => gate.promise, check: () => allow })
    const { service, place, settle, broker } = await openDesk({ guards: [prepares] })
    await place({ idempotencyKey: 'k' })
    const asked = watched(service.listOrders(key))
    await settle()
    expect(asked.ended).toBe(false)
    gate.resolve()
    await settle()
    broker.submits[0]!.answer(accepts(broker.submits[0]!.command))
    await settle()
    expect(asked.value).toMatchObject([{ idempotencyKey: 'k', status: 'new' }])
  })

  it('one that memory has let go is found in the journal', async () => {
    const { service, order } = await openPast()
    expect(await service.listOrders({ account: 'main', idempotencyKey: 'first' })).toMatchObject([{ id: order.id, status: 'filled' }])
  })
})

describe('A2: an order with a time after which nobody waits for it', () => {
  it('is taken before that time and refused from then on, with nothing recorded', async () => {
    const { service, clock, place, journal } = await openDesk()
    const notAfter = toIso(clock.now() + 1000)
    await clock.advance(999)
    await place({ idempotencyKey: 'in-time' }, { notAfter })
    const before = journal.appends.length
    await clock.advance(1)
    const late = await place({ idempotencyKey: 'late' }, { notAfter })
    expect(late.error).toMatchObject({ code: 'TOO_LATE', retryable: false })
    expect((await place({ idempotencyKey: 'late' }, { notAfter: 'whenever' })).error).toMatchObject({ code: 'TOO_LATE' })
    expect(journal.appends.length).toBe(before)
    expect(await service.listOrders({ idempotencyKey: 'late' })).toEqual([])
    expect((await place({ idempotencyKey: 'late' })).error).toBeUndefined()
  })

  it('answers a repeat with the order it stands for, however late, also from the journal', async () => {
    const { place, clock, order } = await openPast()
    const onReplay = vi.fn<() => void>()
    const again = await place({ idempotencyKey: 'first' }, { notAfter: toIso(clock.now() - 1), onReplay })
    expect([again.value?.id, onReplay.mock.calls.length]).toEqual([order.id, 1])
    expect((await place({ idempotencyKey: 'new' }, { notAfter: toIso(clock.now()) })).error).toMatchObject({ code: 'TOO_LATE' })
    expect((await place({ idempotencyKey: 'new' })).error).toBeUndefined()
  })
})
