import { describe, expect, it } from 'vitest'
import type { BrokerPosition } from '../../src/broker/broker-adapter.ts'
import { memoryJournal } from '../../src/journal/memory-journal.ts'
import { createExecutionService } from '../../src/service/create-execution-service.ts'
import { createVirtualClock, makeRequest, seededIds } from '../../src/testing/index.ts'
import { openDesk } from '../support/open-service.ts'
import { recordOf, scriptedBroker } from '../support/scripted-broker.ts'

describe('a clock that jumps', () => {
  const lag = 1000

  /** An order whose answer was lost, in a process whose wall clock is then moved. */
  async function unknownThenJump(jump: number) {
    const clock = createVirtualClock()
    const broker = scriptedBroker({ clock, capabilities: { absence: { visibilityLag: lag, historyComplete: true } } })
    let skew = 0
    const wall = (): number => clock.now() + skew
    broker.standing.submit = () => ({ kind: 'ambiguous', reason: 'timeout' })
    broker.standing.lookup = () => ({ kind: 'not_found', asOf: wall() })
    const opening = createExecutionService({ ids: seededIds('jump'), broker, journal: memoryJournal(), clock: { ...clock, now: wall } })
    await clock.advance(0)
    const service = await opening
    const placing = service.placeOrder(makeRequest())
    await clock.advance(0)
    skew = jump
    const { id } = await placing
    return { clock, statusNow: async () => (await service.getOrderStatus(id))?.status }
  }

  it('B7: forwards proves no absence before the broker\'s lag has passed in fact', async () => {
    const { clock, statusNow } = await unknownThenJump(3_600_000)
    await clock.advance(lag - 100)
    expect(await statusNow()).toBe('unknown')
    await clock.advance(5000)
    expect(await statusNow()).toBe('denied')
  })

  it('B7: backwards does not keep a proof from counting', async () => {
    const { clock, statusNow } = await unknownThenJump(-3_600_000)
    await clock.advance(lag + 5000)
    expect(await statusNow()).toBe('denied')
  })
})

describe('an adapter that never answers', () => {
  it('B4: does not hide the end of an order that the broker is known to have', async () => {
    const desk = await openDesk()
    const placed = await desk.place()
    const { command } = desk.lastSubmit()
    desk.broker.standing.lookup = () => ({ kind: 'found', order: recordOf(command) })
    await desk.clock.advance(20_000)
    const id = placed.value?.id ?? ''
    expect((await desk.statusOf(id)).status).toBe('new')

    desk.broker.standing.lookup = () => ({ kind: 'found', order: recordOf(command, { status: 'canceled' }) })
    await desk.broker.deliver({ kind: 'connection', state: 'gap' })
    await desk.broker.deliver({ kind: 'connection', state: 'ready' })
    await desk.clock.advance(1000)
    expect((await desk.statusOf(id)).status).toBe('canceled')
  })
})

describe('a position that differs', () => {
  it('D4: is announced even when somebody has engaged the kill switch before', async () => {
    const desk = await openDesk()
    const engaging = desk.service.killSwitch.engage({ scope: 'account:main', level: 'no_new', reason: 'lunch' })
    await desk.clock.advance(2000)
    await engaging
    const held: BrokerPosition = { symbol: 'AAPL', quantity: '7', averagePrice: '100' }
    desk.broker.standing.snapshot = () => desk.broker.snapshotOf({ positions: { status: 'present', value: [held] } })
    await desk.broker.deliver({ kind: 'connection', state: 'gap' })
    await desk.broker.deliver({ kind: 'connection', state: 'ready' })
    await desk.clock.advance(5000)
    expect(desk.events.filter((event) => event.type === 'anomaly_detected').map((event) => event.data.code)).toEqual(['POSITION_MISMATCH'])
  })
})
