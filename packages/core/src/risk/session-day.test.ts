import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkSessionRoll, sessionDayAt, type SessionRoll } from './session-day.ts'

const at = (iso: string): number => Date.parse(iso)
const hours = ({ start, end }: { start: number; end: number }): number => (end - start) / 3_600_000
const iso = (time: number): string => new Date(time).toISOString()

const NEW_YORK: SessionRoll = { roll: '18:00', zone: 'America/New_York' }

describe('a session', () => {
  it('that rolls in the evening belongs to the day on which it ends', () => {
    const session = sessionDayAt(at('2026-01-05T23:00:00Z'), NEW_YORK)
    expect({ ...session, start: iso(session.start), end: iso(session.end) }).toEqual({
      id: '2026-01-06@America/New_York', start: '2026-01-05T23:00:00.000Z', end: '2026-01-06T23:00:00.000Z',
    })
    expect(sessionDayAt(at('2026-01-05T22:59:59.999Z'), NEW_YORK).id).toBe('2026-01-05@America/New_York')
  })

  it('that begins at midnight belongs to its day', () => {
    const session = sessionDayAt(at('2026-01-05T12:00:00Z'), { roll: '00:00', zone: 'UTC' })
    expect({ ...session, start: iso(session.start), end: iso(session.end) }).toEqual({ id: '2026-01-05@UTC', start: '2026-01-05T00:00:00.000Z', end: '2026-01-06T00:00:00.000Z' })
  })

  it('is 23 hours long when the clock goes forward and 25 when it goes back', () => {
    expect(hours(sessionDayAt(at('2026-03-08T12:00:00Z'), NEW_YORK))).toBe(23)
    expect(hours(sessionDayAt(at('2026-11-01T12:00:00Z'), NEW_YORK))).toBe(25)
    expect(hours(sessionDayAt(at('2026-06-01T12:00:00Z'), NEW_YORK))).toBe(24)
    expect(hours(sessionDayAt(at('2026-03-29T12:00:00Z'), { roll: '00:00', zone: 'Europe/Berlin' }))).toBe(23)
    expect(hours(sessionDayAt(at('2026-10-25T12:00:00Z'), { roll: '00:00', zone: 'Europe/Berlin' }))).toBe(25)
  })

  it('rolls after the gap where the wall clock skips its time', () => {
    expect(iso(sessionDayAt(at('2026-03-08T12:00:00Z'), { roll: '02:30', zone: 'America/New_York' }).start)).toBe('2026-03-08T07:30:00.000Z')
    expect(iso(sessionDayAt(at('2026-03-07T12:00:00Z'), { roll: '02:30', zone: 'America/New_York' }).end)).toBe('2026-03-08T07:30:00.000Z')
  })

  it('rolls at its wall time in the hours beside a change of the clock', () => {
    const rolls = (day: string, roll: string, zone: string): string => iso(sessionDayAt(at(`${day}T23:00:00Z`), { roll, zone }).start)
    expect(rolls('2026-03-08', '03:30', 'America/New_York')).toBe('2026-03-08T07:30:00.000Z')
    expect(rolls('2026-03-08', '01:30', 'America/New_York')).toBe('2026-03-08T06:30:00.000Z')
    // Twice on that day: at its first time west of Greenwich, at its second east of it.
    expect(rolls('2026-11-01', '01:30', 'America/New_York')).toBe('2026-11-01T05:30:00.000Z')
    expect(rolls('2026-11-01', '02:30', 'America/New_York')).toBe('2026-11-01T07:30:00.000Z')
    expect(rolls('2026-10-25', '02:30', 'Europe/Berlin')).toBe('2026-10-25T01:30:00.000Z')
    expect(rolls('2026-03-29', '03:30', 'Europe/Berlin')).toBe('2026-03-29T01:30:00.000Z')
  })

  it('knows odd offsets and days that a zone left out', () => {
    expect(iso(sessionDayAt(at('2026-01-05T12:00:00Z'), { roll: '00:00', zone: 'Asia/Kathmandu' }).start)).toBe('2026-01-04T18:15:00.000Z')
    expect(sessionDayAt(at('2011-12-30T10:15:00Z'), { roll: '00:30', zone: 'Pacific/Apia' })).toMatchObject({ start: at('2011-12-29T10:30:00Z'), end: at('2011-12-30T10:30:00Z') })
  })

  it('refuses what is no time or no zone', () => {
    for (const roll of ['24:00', '18', '6:00', '18:60', '', '18:00:00', ' 18:00']) expect(() => { checkSessionRoll({ roll, zone: 'UTC' }) }).toThrow('roll must be HH:MM')
    for (const zone of ['Mars/Olympus', '', 'New York']) expect(() => { checkSessionRoll({ roll: '18:00', zone }) }).toThrow(RangeError)
    expect(() => { checkSessionRoll(NEW_YORK) }).not.toThrow()
  })
})

describe('sessions', () => {
  const zones = ['UTC', 'America/New_York', 'Europe/Berlin', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'America/Sao_Paulo', 'America/Havana', 'Asia/Kolkata', 'Pacific/Apia', 'Pacific/Chatham', 'Africa/Casablanca', 'America/St_Johns']
  const rolls = fc.tuple(fc.nat(23), fc.constantFrom(0, 1, 30, 59)).map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`)
  const day = 86_400_000
  // Any instant, and those near which clocks are changed.
  const changes = ['2026-03-08', '2026-11-01', '2026-03-29', '2026-10-25', '2026-04-05', '2026-10-04', '2026-09-27', '2018-02-18', '2018-11-04', '2011-12-30', '2011-12-31'].map((date) => at(`${date}T00:00:00Z`))
  const instants = fc.oneof(
    fc.integer({ min: at('1990-01-01T00:00:00Z'), max: at('2037-01-01T00:00:00Z') }),
    fc.tuple(fc.constantFrom(...changes), fc.integer({ min: -day, max: day })).map(([date, distance]) => date + distance),
  )

  it('cover every instant, one after the other without gap or overlap, and only go forward', () => {
    fc.assert(fc.property(instants, fc.constantFrom(...zones), rolls, (time, zone, roll) => {
      const session = sessionDayAt(time, { roll, zone })
      expect(session.start).toBeLessThanOrEqual(time)
      expect(session.end).toBeGreaterThan(time)
      expect(sessionDayAt(session.start, { roll, zone })).toEqual(session)
      expect(sessionDayAt(session.end - 1, { roll, zone })).toEqual(session)
      const next = sessionDayAt(session.end, { roll, zone })
      expect(next.start).toBe(session.end)
      expect(next.id > session.id).toBe(true)
      const length = hours(session)
      expect(length >= 22 && length <= 48.5).toBe(true)
    }), { numRuns: 1500 })
  })
})
