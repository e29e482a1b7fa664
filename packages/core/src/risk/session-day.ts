import { toIso, utcInstant } from '../runtime/clock.ts'

/** When a trading day ends and the next begins. */
export interface SessionRoll {
  /** `HH:MM` on the wall clock of the zone, for example `18:00`. */
  readonly roll: string
  /** IANA zone, for example `America/New_York`. */
  readonly zone: string
}

/** One trading day: 23 or 25 hours long when the zone's clock changes. */
export interface SessionDay {
  /** `YYYY-MM-DD@zone`: the date on which the session ends. */
  readonly id: string
  /** ms since the epoch, inclusive. */
  readonly start: number
  /** ms since the epoch, exclusive. */
  readonly end: number
}

const DAY = 86_400_000
const formats = new Map<string, Intl.DateTimeFormat>()

type Parts = Record<'year' | 'month' | 'day' | 'hour' | 'minute' | 'second', number>
interface WallTime { readonly year: number; readonly month: number; readonly day: number; readonly offset: number }

function wallTime(at: number, zone: string): WallTime {
  let format = formats.get(zone)
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
    })
    formats.set(zone, format)
  }
  // Every part that was asked for is there.
  const { year, month, day, hour, minute, second } = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)])) as Parts
  const asUtc = utcInstant(year, month, day, hour, minute, second)
  return { year, month, day, offset: asUtc - Math.floor(at / 1000) * 1000 }
}

/** The instant of a wall time in a zone; a time the clock skips falls to the instant after the gap. */
function instantOf(dayUtc: number, minutes: number, zone: string): number {
  const wall = dayUtc + minutes * 60_000
  const first = wall - wallTime(wall, zone).offset
  const second = wall - wallTime(first, zone).offset
  return wallTime(second, zone).offset === wallTime(first, zone).offset ? second : Math.max(first, second)
}

/** @throws RangeError when the roll is no `HH:MM` or the zone is unknown. */
export function checkSessionRoll({ roll, zone }: SessionRoll): void {
  if (!/^(?:[01]\d|2[0-3]):[0-5]\d$/.test(roll)) throw new RangeError(`roll must be HH:MM between 00:00 and 23:59, not ${roll}`)
  wallTime(0, zone)
}

/** The session that contains an instant. */
export function sessionDayAt(at: number, { roll, zone }: SessionRoll): SessionDay {
  const minutes = Number(roll.slice(0, 2)) * 60 + Number(roll.slice(3))
  const wall = wallTime(at, zone)
  let dayUtc = utcInstant(wall.year, wall.month, wall.day)
  // Twice only where a zone left out a whole day, as Apia did in 2011.
  while (instantOf(dayUtc, minutes, zone) > at) dayUtc -= DAY
  const start = instantOf(dayUtc, minutes, zone)
  const end = instantOf(dayUtc + DAY, minutes, zone)
  // A session that begins at midnight belongs to the day it begins on; one that rolls in the evening, to the day it ends on.
  const named = toIso(minutes === 0 ? dayUtc : dayUtc + DAY).slice(0, 10)
  return { id: `${named}@${zone}`, start, end }
}
