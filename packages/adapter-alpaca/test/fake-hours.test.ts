import { createVirtualClock, type VirtualClock } from '@sluice/core/testing'
import { expect, test } from 'vitest'
import type { FakeAlpaca } from '../src/testing/index.ts'
import { call, limitOrder, list, place, startFake } from './fake-client.ts'

async function open(start: string): Promise<{ readonly fake: FakeAlpaca; readonly clock: VirtualClock; readonly until: (time: string) => Promise<void>; readonly statuses: () => Record<string, string> }> {
  const clock = createVirtualClock({ start })
  const fake = await startFake({ clock, hours: 'calendar', rateLimit: 1000 })
  return {
    fake, clock,
    until: (time) => clock.advance(Date.parse(time) - clock.now()),
    statuses: () => Object.fromEntries(fake.oracle.orders().map(({ clientOrderId, status }) => [clientOrderId, status])),
  }
}

test('the calendar has the holidays and half days that the exchange has published', async () => {
  const { fake } = await open('2026-01-05T14:30:00Z')
  const shown = async (year: number): Promise<{ readonly closed: string[]; readonly half: string[] }> => {
    const days = await list(fake, `/v2/calendar?start=${year}-01-01&end=${year}-12-31`)
    const dates = new Set(days.map(({ date }) => date))
    const closed: string[] = []
    for (let time = Date.UTC(year, 0, 1); time < Date.UTC(year + 1, 0, 1); time += 86_400_000) {
      const day = new Date(time)
      if (day.getUTCDay() % 6 !== 0 && !dates.has(day.toISOString().slice(0, 10))) closed.push(day.toISOString().slice(5, 10))
    }
    return { closed, half: days.filter(({ close }) => close === '13:00').map(({ date }) => String(date).slice(5)) }
  }
  expect(await shown(2026)).toEqual({ closed: ['01-01', '01-19', '02-16', '04-03', '05-25', '06-19', '07-03', '09-07', '11-26', '12-25'], half: ['11-27', '12-24'] })
  expect(await shown(2027)).toEqual({ closed: ['01-01', '01-18', '02-15', '03-26', '05-31', '06-18', '07-05', '09-06', '11-25', '12-24'], half: ['11-26'] })
  expect(await shown(2028)).toEqual({ closed: ['01-17', '02-21', '04-14', '05-29', '06-19', '07-04', '09-04', '11-23', '12-25'], half: ['07-03', '11-24'] })
  expect(await list(fake, '/v2/calendar?start=2026-11-27&end=2026-11-27')).toEqual([
    { date: '2026-11-27', open: '09:30', close: '13:00', session_open: '0400', session_close: '1700', settlement_date: '2026-11-30' },
  ])
})

test('the clock knows the hours, over a holiday and a half day', async () => {
  const { fake, until } = await open('2026-11-25T20:59:00Z')
  const shown = async (): Promise<unknown> => (await call(fake, 'GET', '/v2/clock')).body
  expect(await shown()).toEqual({ timestamp: '2026-11-25T15:59:00-05:00', is_open: true, next_open: '2026-11-27T09:30:00-05:00', next_close: '2026-11-25T16:00:00-05:00' })
  await until('2026-11-26T17:00:00Z')
  expect(await shown()).toMatchObject({ is_open: false, next_open: '2026-11-27T09:30:00-05:00', next_close: '2026-11-27T13:00:00-05:00' })
  await until('2026-11-27T17:59:59Z')
  expect(await shown()).toMatchObject({ is_open: true })
  await until('2026-11-27T18:00:01Z')
  expect(await shown()).toMatchObject({ is_open: false, next_open: '2026-11-30T09:30:00-05:00' })
})

test('orders for the opening are taken from 19:00 to 9:28, trade at 9:30 and are gone after it', async () => {
  const { clock, fake, statuses, until } = await open('2026-01-05T14:28:00Z')
  const opening = (id: string, overrides: object = {}): object => limitOrder(id, { time_in_force: 'opg', ...overrides })
  const refusal = [403, 40310000, 'opg orders must be submitted after 7:00pm and before 9:28am']
  expect(await place(fake, opening('late'))).toEqual(refusal)
  await until('2026-01-05T23:59:59Z')
  expect(await place(fake, opening('early'))).toEqual(refusal)
  await until('2026-01-06T00:00:00Z')
  expect(await place(fake, opening('evening', { limit_price: '190' }))).toBe('accepted')
  await until('2026-01-06T14:27:59Z')
  expect(await place(fake, opening('morning'))).toBe('accepted')
  expect(statuses()).toEqual({ evening: 'accepted', morning: 'accepted' })
  await until('2026-01-06T14:30:00Z')
  await clock.advance(10)
  expect(statuses()).toEqual({ evening: 'filled', morning: 'canceled' })
})

test('orders for the close are taken until ten minutes before it, and trade at it', async () => {
  const { fake, statuses, until } = await open('2026-01-05T20:49:00Z')
  const closing = (id: string, overrides: object = {}): object => limitOrder(id, { time_in_force: 'cls', ...overrides })
  expect(await place(fake, closing('a', { limit_price: '190' }))).toBe('pending_new')
  expect(await place(fake, closing('b'))).toBe('pending_new')
  await until('2026-01-05T20:50:00Z')
  expect(await place(fake, closing('c'))).toEqual([403, 40310000, 'cls orders must be submitted after 7:00pm and before 3:50pm'])
  expect(statuses()).toEqual({ a: 'new', b: 'new' })
  await until('2026-01-05T21:00:00Z')
  expect(statuses()).toEqual({ a: 'filled', b: 'canceled' })
  await until('2026-01-06T00:00:00Z')
  expect(await place(fake, closing('d'))).toBe('accepted')
})

test('an order for the day ends with it, one that asks for all hours trades before and after and ends at night, one good till cancel stays', async () => {
  const { clock, fake, statuses, until } = await open('2026-01-05T12:00:00Z')
  expect(await place(fake, limitOrder('day'))).toBe('accepted')
  expect(await place(fake, limitOrder('gtc', { time_in_force: 'gtc' }))).toBe('accepted')
  expect(await place(fake, limitOrder('early', { extended_hours: true, limit_price: '190' }))).toBe('pending_new')
  expect(await place(fake, limitOrder('long', { extended_hours: true }))).toBe('pending_new')
  await clock.advance(10)
  expect(statuses()).toEqual({ day: 'accepted', gtc: 'accepted', early: 'filled', long: 'new' })
  await until('2026-01-05T14:30:01Z')
  expect(statuses()).toMatchObject({ day: 'new', gtc: 'new' })
  await until('2026-01-05T21:00:01Z')
  expect(statuses()).toMatchObject({ day: 'expired', gtc: 'new', long: 'new' })
  await until('2026-01-06T01:00:01Z')
  expect(statuses()).toMatchObject({ gtc: 'new', long: 'expired' })
  await until('2026-04-06T20:00:01Z')
  expect(statuses()).toMatchObject({ gtc: 'expired' })
})

test('at night shares trade that may, unless the account will not', async () => {
  const { clock, fake, statuses } = await open('2026-01-06T03:00:00Z')
  const night = (id: string, overrides: object = {}): object => limitOrder(id, { extended_hours: true, limit_price: '500', qty: '1', ...overrides })
  expect(await place(fake, night('a'))).toBe('pending_new')
  expect(await place(fake, night('b', { symbol: 'MSFT' }))).toBe('accepted')
  await clock.advance(10)
  fake.account.setConfiguration({ disable_overnight_trading: true })
  expect(await place(fake, night('c'))).toBe('accepted')
  await clock.advance(10)
  expect(statuses()).toEqual({ a: 'filled', b: 'accepted', c: 'accepted' })
})

test('options trade in regular hours alone, and expire', async () => {
  const { fake } = await open('2026-01-05T22:00:00Z')
  const option = { symbol: 'AAPL260116C00190000', qty: '1', side: 'buy', time_in_force: 'day' }
  expect(await place(fake, { ...option, type: 'market' })).toEqual([422, 42210000, 'options market orders are only allowed during market hours'])
  expect(await place(fake, { ...option, type: 'limit', limit_price: '4' })).toBe('accepted')
  const late = await open('2026-01-20T15:00:00Z')
  expect(await place(late.fake, { ...option, type: 'market' })).toEqual([422, 42210000, 'contract "AAPL260116C00190000" is expired'])
})

test('in a halt orders are taken and rest', async () => {
  const { clock, fake, statuses } = await open('2026-01-05T15:00:00Z')
  fake.market.setHalted('AAPL', true)
  expect(await place(fake, limitOrder('a', { limit_price: '190' }))).toBe('pending_new')
  await clock.advance(1000)
  expect(statuses()).toEqual({ a: 'new' })
  fake.market.setHalted('AAPL', false)
  await clock.advance(10)
  expect(statuses()).toEqual({ a: 'filled' })
})
