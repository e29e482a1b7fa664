import { dateOf, daysOf } from '../codec/timestamp.ts'

/** When a session may be up. */
export interface Schedule {
  isOpen(wall: number): boolean
  /** When the session that contains this time, or the last one before it, began, in ms since the epoch. */
  startOf(wall: number): number
}

export type Weekday = 'sunday' | 'monday' | 'tuesday' | 'wednesday' | 'thursday' | 'friday' | 'saturday'

export interface ScheduleOptions {
  /** IANA zone of the times, for example `'America/New_York'`. */
  readonly zone: string
  /** Start of the session, `HH:MM` or `HH:MM:SS` of the zone. */
  readonly start: string
  /** End of the session; at or before `start` it is that of the next day. */
  readonly end: string
  /** Days on which a session starts. Default all. */
  readonly days?: readonly Weekday[]
  /** One session a week, from `start` on the first day to `end` on the last. Default none: a session a day. */
  readonly week?: { readonly from: Weekday; readonly to: Weekday }
  /** Says no to days (`YYYY-MM-DD` of the zone, the day a session starts) without a session. Default none. */
  readonly isHoliday?: (date: string) => boolean
}

const WEEKDAYS: readonly Weekday[] = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']
const DAY = 86_400_000
const HOUR = 3_600_000

function secondsOf(text: string): number {
  const match = /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/.exec(text)
  if (match === null) throw new RangeError(`${text} is no time of day`)
  return (Number(match[1]) * 60 + Number(match[2])) * 60 + Number(match[3] ?? 0)
}

function dateText(days: number): string {
  const { year, month, day } = dateOf(days)
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
}

/** A daily or weekly window by the clocks of a zone, whatever daylight saving does to them. */
export function createSchedule(options: ScheduleOptions): Schedule {
  const { zone, days = WEEKDAYS, week, isHoliday = () => false } = options
  const start = secondsOf(options.start)
  const end = secondsOf(options.end)
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit',
  })
  /** The zone's wall clock, written as if it were UTC. */
  const localOf = (wall: number): number => {
    const part: Record<string, number> = {}
    for (const { type, value } of format.formatToParts(wall)) part[type] = Number(value)
    const { year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part
    return daysOf(year, month, day) * DAY + ((hour * 60 + minute) * 60 + second) * 1000
  }
  /** The instant at which the zone's clock shows this. A time that daylight saving skips is that much later. */
  const instantOf = (local: number): number => {
    const guess = local - (localOf(local) - local)
    const again = guess - (localOf(guess) - local)
    return localOf(again) === local ? again : Math.max(guess, again)
  }
  const weekdayOf = (day: number): Weekday => WEEKDAYS[((day % 7) + 11) % 7] ?? 'sunday'
  const lengthInDays = week === undefined
    ? (end > start ? 0 : 1)
    : (WEEKDAYS.indexOf(week.to) - WEEKDAYS.indexOf(week.from) + 7) % 7 || (end > start ? 0 : 7)
  const starts = (day: number): boolean => {
    if (week !== undefined) return weekdayOf(day) === week.from
    return days.includes(weekdayOf(day)) && !isHoliday(dateText(day))
  }
  /** The last session that began at or before this time. */
  const lastSession = (wall: number): { readonly from: number; readonly to: number } | undefined => {
    const today = Math.floor((localOf(wall) + HOUR) / DAY)
    for (let day = today; day > today - 15; day -= 1) {
      if (!starts(day)) continue
      const from = instantOf(day * DAY + start * 1000)
      if (from <= wall) return { from, to: instantOf((day + lengthInDays) * DAY + end * 1000) }
    }
    return undefined
  }
  return {
    isOpen: (wall) => {
      const session = lastSession(wall)
      return session !== undefined && wall < session.to
    },
    startOf: (wall) => lastSession(wall)?.from ?? 0,
  }
}
