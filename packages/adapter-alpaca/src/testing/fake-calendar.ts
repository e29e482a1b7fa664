import { formatDate, formatSecond, newYorkOffset, toMilliseconds } from '../iso-time.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

export interface FakeDay {
  /** `2026-01-05`. */
  readonly date: string
  /** In ms since the epoch. */
  readonly open: number
  readonly close: number
}

/** Monday to Friday, 9:30 to 16:00 in New York; the fake knows no holidays. */
function tradingDay(dayNumber: number): FakeDay | undefined {
  // Day 0 of the epoch was a Thursday.
  const weekday = (dayNumber + 4) % 7
  if (weekday === 0 || weekday === 6) return undefined
  const noon = dayNumber * DAY + 17 * HOUR
  const midnight = dayNumber * DAY + newYorkOffset(noon)
  return { date: formatDate(dayNumber * DAY), open: midnight + 9.5 * HOUR, close: midnight + 16 * HOUR }
}

/** The trading days of a span, by date. */
export function tradingDays(start: string, end: string): FakeDay[] {
  const dayOf = (date: string): number => Math.floor(toMilliseconds(date) / DAY)
  const days: FakeDay[] = []
  for (let number = dayOf(start); number <= dayOf(end); number += 1) {
    const day = tradingDay(number)
    if (day !== undefined) days.push(day)
  }
  return days
}

/** The answer of `/v2/clock`. */
export function toWireClock(now: number, isOpen: boolean): Record<string, unknown> {
  const today = Math.floor((now - newYorkOffset(now)) / DAY)
  const next = (time: (day: FakeDay) => number): string => {
    for (let number = today; ; number += 1) {
      const day = tradingDay(number)
      if (day !== undefined && time(day) > now) return `${formatSecond(time(day))}Z`
    }
  }
  return { timestamp: `${formatSecond(now)}Z`, is_open: isOpen, next_open: next(({ open }) => open), next_close: next(({ close }) => close) }
}

export function toWireDay({ date }: FakeDay): Record<string, unknown> {
  return { date, open: '09:30', close: '16:00', session_open: '0400', session_close: '2000', settlement_date: date }
}
