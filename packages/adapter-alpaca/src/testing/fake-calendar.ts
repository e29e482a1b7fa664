import { utcInstant } from '@sluice/core'
import { formatDate, formatSecond, newYorkOffset, toMilliseconds } from '../iso-time.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

/** A trading day. Times are in ms since the epoch. */
export interface FakeDay {
  /** `2026-01-05`. */
  readonly date: string
  readonly open: number
  readonly close: number
  /** The hours before and after the exchange's own. */
  readonly sessionOpen: number
  readonly sessionClose: number
}

const dayOf = (year: number, month: number, day: number): number => utcInstant(year, month, day) / DAY
// Day 0 of the epoch was a Thursday; Sunday is 0.
const weekdayOf = (day: number): number => (day + 4) % 7
const [SUNDAY, MONDAY, THURSDAY, FRIDAY, SATURDAY] = [0, 1, 4, 5, 6]

/** The nth such weekday of a month. */
function nth(year: number, month: number, weekday: number, count: number): number {
  const first = dayOf(year, month, 1)
  return first + (weekday - weekdayOf(first) + 7) % 7 + (count - 1) * 7
}

/** Easter Sunday of the Gregorian calendar, by the rule of Meeus, Jones and Butcher. */
function easter(year: number): number {
  const golden = year % 19
  const [century, ofCentury] = [Math.floor(year / 100), year % 100]
  const epact = (19 * golden + century - Math.floor(century / 4) - Math.floor((century - Math.floor((century + 8) / 25) + 1) / 3) + 15) % 30
  const toSunday = (32 + 2 * (century % 4) + 2 * Math.floor(ofCentury / 4) - epact - ofCentury % 4) % 7
  const shift = Math.floor((golden + 11 * epact + 22 * toSunday) / 451)
  const sum = epact + toSunday - 7 * shift + 114
  return dayOf(year, Math.floor(sum / 31), sum % 31 + 1)
}

/** What falls on a weekend is kept on the Friday before or the Monday after. */
const kept = (day: number): number => (weekdayOf(day) === SATURDAY ? day - 1 : weekdayOf(day) === SUNDAY ? day + 1 : day)

interface Year {
  readonly holidays: ReadonlySet<number>
  readonly halfDays: ReadonlySet<number>
}

const years = new Map<number, Year>()

/** The exchange's rules as they are today, for any year. */
function yearOf(year: number): Year {
  const known = years.get(year)
  if (known !== undefined) return known
  const newYear = dayOf(year, 1, 1)
  const [independence, christmas, thanksgiving] = [dayOf(year, 7, 4), dayOf(year, 12, 25), nth(year, 11, THURSDAY, 4)]
  const holidays = new Set([
    // A New Year's Day on a Saturday is not kept: the Friday belongs to the books of the old year.
    ...(weekdayOf(newYear) === SATURDAY ? [] : [kept(newYear)]),
    nth(year, 1, MONDAY, 3), nth(year, 2, MONDAY, 3), easter(year) - 2, nth(year, 6, MONDAY, 1) - 7, kept(dayOf(year, 6, 19)), kept(independence), nth(year, 9, MONDAY, 1),
    thanksgiving, kept(christmas),
  ])
  const isWorkday = (day: number): boolean => weekdayOf(day) >= MONDAY && weekdayOf(day) <= FRIDAY && !holidays.has(day)
  const halfDays = new Set([independence - 1, thanksgiving + 1, christmas - 1].filter(isWorkday))
  const made = { holidays, halfDays }
  years.set(year, made)
  return made
}

function tradingDay(day: number): FakeDay | undefined {
  const date = formatDate(day * DAY)
  const { halfDays, holidays } = yearOf(Number(date.slice(0, 4)))
  if (weekdayOf(day) === SUNDAY || weekdayOf(day) === SATURDAY || holidays.has(day)) return undefined
  const midnight = day * DAY + newYorkOffset(day * DAY + 17 * HOUR)
  const half = halfDays.has(day)
  return {
    date, open: midnight + 9.5 * HOUR, close: midnight + (half ? 13 : 16) * HOUR, sessionOpen: midnight + 4 * HOUR, sessionClose: midnight + (half ? 17 : 20) * HOUR,
  }
}

/** The trading days of a span of dates. */
function tradingDays(start: string, end: string): FakeDay[] {
  const numberOf = (date: string): number => Math.floor(toMilliseconds(date) / DAY)
  const days: FakeDay[] = []
  for (let number = numberOf(start); number <= numberOf(end); number += 1) {
    const day = tradingDay(number)
    if (day !== undefined) days.push(day)
  }
  return days
}

/** The trading days around a moment: more than the longest break of the exchange on both sides. */
export function daysAround(now: number): FakeDay[] {
  return tradingDays(formatDate(now - 7 * DAY), formatDate(now + 7 * DAY))
}

/** Milliseconds since midnight in New York. */
export function timeOfDay(now: number): number {
  return (now - newYorkOffset(now)) % DAY
}

/** A moment as it is written in New York: `2026-01-05T09:30:00-05:00`. */
export function newYorkTime(moment: number): string {
  const offset = newYorkOffset(moment)
  return `${formatSecond(moment - offset)}-0${offset / HOUR}:00`
}

function clockTime(moment: number): string {
  const minutes = Math.floor(timeOfDay(moment) / 60_000)
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
}

/** A day as `/v2/calendar` shows it. */
function toWireDay({ close, date, open, sessionClose, sessionOpen }: FakeDay, settles: string): Record<string, unknown> {
  const compact = (moment: number): string => clockTime(moment).replace(':', '')
  return { date, open: clockTime(open), close: clockTime(close), session_open: compact(sessionOpen), session_close: compact(sessionClose), settlement_date: settles }
}

/** The days of a span with the trading day on which their trades settle: the next one. */
export function toWireCalendar(start: string, end: string): Record<string, unknown>[] {
  const days = tradingDays(start, formatDate(toMilliseconds(end) + 7 * DAY))
  return days.filter(({ date }) => date <= end).map((day, index) => toWireDay(day, days[index + 1]?.date ?? day.date))
}
