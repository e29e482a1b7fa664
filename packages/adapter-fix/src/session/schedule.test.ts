import { expect, it } from 'vitest'
import { scriptedSession } from '../../test/support/scripted-session.ts'
import { createSchedule } from './schedule.ts'

const at = (text: string): number => Date.parse(text)

it('a window over midnight is open by the clocks of its zone, before and after they change', () => {
  const schedule = createSchedule({ zone: 'America/New_York', start: '18:00', end: '17:00', days: ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday'] })
  const expected: readonly (readonly [string, boolean, string])[] = [
    ['2026-03-06T21:59:59Z', true, '2026-03-05T23:00:00Z'], // Friday 16:59 in winter
    ['2026-03-06T22:00:00Z', false, '2026-03-05T23:00:00Z'],
    ['2026-03-08T21:59:59Z', false, '2026-03-05T23:00:00Z'], // Sunday 17:59, clocks went forward that night
    ['2026-03-08T22:00:00Z', true, '2026-03-08T22:00:00Z'],
    ['2026-11-01T22:59:59Z', false, '2026-10-29T22:00:00Z'], // Sunday after they went back
    ['2026-11-01T23:00:00Z', true, '2026-11-01T23:00:00Z'],
  ]
  for (const [time, open, start] of expected) {
    expect([schedule.isOpen(at(time)), new Date(schedule.startOf(at(time))).toISOString()], time).toEqual([open, start.replace('Z', '.000Z')])
  }
})

it('a week is one session, and a holiday has none', () => {
  const weekly = createSchedule({ zone: 'UTC', start: '22:00', end: '21:00', week: { from: 'sunday', to: 'friday' } })
  expect(['2026-03-01T21:59:59Z', '2026-03-01T22:00:00Z', '2026-03-04T12:00:00Z', '2026-03-06T20:59:59Z', '2026-03-06T21:00:00Z'].map((time) => weekly.isOpen(at(time)))).toEqual([false, true, true, true, false])
  const daily = createSchedule({ zone: 'UTC', start: '08:00', end: '16:30', isHoliday: (date) => date === '2026-12-25' })
  expect(['2026-12-24T12:00:00Z', '2026-12-25T12:00:00Z'].map((time) => daily.isOpen(at(time)))).toEqual([true, false])
  expect(() => createSchedule({ zone: 'UTC', start: '8:00', end: '16:30' })).toThrow(RangeError)
})

it('a session logs out at its end, stays down outside, and starts again at 1 in the next one', () => {
  let open = true
  let start = 0
  const schedule = { isOpen: () => open, startOf: () => start }
  const script = scriptedSession('4.4', { schedule }, { nextSender: 7, nextTarget: 1, createdAt: 5 })
  script.logOn()
  open = false
  script.wait(1000)
  expect([script.types(), script.session.status]).toEqual(['5', 'logout_sent'])
  script.peer('5')
  script.event({ kind: 'connected' })
  expect(script.disconnected).toBe('outside of the schedule')
  open = true
  start = script.wall - 1
  script.event({ kind: 'connected' })
  expect(script.sent().map(({ type, sequence }) => `${type}${sequence}`)).toEqual(['A1'])
})
