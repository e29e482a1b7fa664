import { expect, it } from 'vitest'
import { createExecutionService, dailyLoss, type ExecutionService, type OrderRequest, simulatedBroker, type StoredEvent } from '../../src/index.ts'
import { createVirtualClock, type VirtualClock } from '../../src/testing/index.ts'

const HOUR = 3_600_000

interface Desk {
  readonly service: ExecutionService
  readonly clock: VirtualClock
  readonly rolls: () => readonly string[]
  prices: { bid: string; ask: string } | undefined
  place(request: Partial<OrderRequest>): ReturnType<ExecutionService['placeOrder']>
}

/** A service on a Monday at 21:00 UTC whose session rolls at 22:00, on a broker whose prices the test sets or takes away. */
async function openDesk(): Promise<Desk> {
  const clock = createVirtualClock({ start: '2026-01-05T21:00:00Z' })
  const broker = simulatedBroker({ latency: [0, 0], quotes: () => desk.prices })
  const events: StoredEvent[] = []
  const desk: { -readonly [Key in keyof Desk]: Desk[Key] } = {
    prices: { bid: '99.9', ask: '100.1' }, clock, service: undefined as unknown as ExecutionService,
    rolls: () => events.filter((event) => event.type === 'session_rolled').map((event) => event.data.session),
    place: async (request) => {
      const placed = desk.service.placeOrder({ symbol: 'AAPL', side: 'buy', type: 'market', quantity: '10', timeInForce: 'day', ...request } as OrderRequest)
      await clock.advance(3000)
      return placed
    },
  }
  desk.service = await createExecutionService({ broker, clock, guards: [dailyLoss({ loss: '500', roll: '22:00', zone: 'UTC' })] })
  desk.service.on('event', (event) => { events.push(event) })
  return desk
}

it('E6: the session rolls by itself when its time has come, and profits count from the prices of that moment', async () => {
  const desk = await openDesk()
  expect(await desk.place({})).toMatchObject({ status: 'filled' })
  desk.prices = { bid: '60', ask: '60.2' }
  await desk.clock.advance(10_000)
  expect(desk.service.killSwitch.status().engaged.map((entry) => entry.scope)).toEqual([])
  await desk.clock.advance(HOUR)
  expect(desk.rolls()).toEqual(['2026-01-05@UTC', '2026-01-06@UTC'])
  const { decisions } = await desk.service.preflight({ symbol: 'AAPL', side: 'buy', type: 'market', quantity: '1', timeInForce: 'day' })
  expect(decisions.find(({ guard }) => guard === 'daily-loss')).toMatchObject({ verdict: 'allow', observed: '0' })
})

it('E6: past the roll, without a price of what is held, new risk is denied and the old session is not taken for today', async () => {
  const desk = await openDesk()
  expect(await desk.place({})).toMatchObject({ status: 'filled' })
  desk.prices = undefined
  await desk.clock.advance(HOUR)
  expect(desk.rolls()).toEqual(['2026-01-05@UTC'])
  expect(await desk.place({ type: 'limit', limitPrice: '100' })).toMatchObject({ status: 'denied', denial: { code: 'INPUT_MISSING' } })
  expect(await desk.place({ side: 'sell', type: 'limit', limitPrice: '90' })).not.toMatchObject({ status: 'denied' })
  desk.prices = { bid: '99.9', ask: '100.1' }
  await desk.clock.advance(1000)
  expect(await desk.place({ type: 'limit', limitPrice: '90' })).toMatchObject({ status: 'new' })
  expect(desk.rolls()).toEqual(['2026-01-05@UTC', '2026-01-06@UTC'])
})
