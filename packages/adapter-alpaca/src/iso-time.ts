const SECONDS_A_DAY = 86_400

/** Days since the epoch to a date of the calendar, after Howard Hinnant's `civil_from_days`. */
function civilDate(days: number): { readonly year: number; readonly month: number; readonly day: number } {
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365)
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1 }
}

/** A date of the calendar to days since the epoch, after his `days_from_civil`. */
function dayNumber(year: number, month: number, day: number): number {
  const shiftedYear = month <= 2 ? year - 1 : year
  const era = Math.floor(shiftedYear / 400)
  const yearOfEra = shiftedYear - era * 400
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468
}

const TIME = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9})\d*)?)?(Z|[+-]\d{2}:?\d{2})?)?$/

/** Alpaca's times, zones and up to nine fraction digits included, as nanoseconds since the epoch; undefined when the text is none. */
export function parseTime(text: string): bigint | undefined {
  const match = TIME.exec(text)
  if (match === null) return undefined
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone = 'Z'] = match
  const offset = zone === 'Z' ? 0 : (zone.startsWith('-') ? -1 : 1) * (Number(zone.slice(1, 3)) * 3600 + Number(zone.slice(-2)) * 60)
  const seconds = dayNumber(Number(year), Number(month), Number(day)) * SECONDS_A_DAY + Number(hour) * 3600 + Number(minute) * 60 + Number(second) - offset
  return BigInt(seconds) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0'))
}

/** The same in milliseconds, `NaN` when the text is no time. */
export function toMilliseconds(text: string): number {
  const nanoseconds = parseTime(text)
  return nanoseconds === undefined ? Number.NaN : Number(nanoseconds / 1_000_000n)
}

const two = (value: number): string => String(value).padStart(2, '0')

/** `2026-01-05`, UTC. */
export function formatDate(milliseconds: number): string {
  const { year, month, day } = civilDate(Math.floor(milliseconds / 1000 / SECONDS_A_DAY))
  return `${year}-${two(month)}-${two(day)}`
}

/** `2026-01-05T14:30:00`, UTC, without its zone. */
export function formatSecond(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000)
  const rest = seconds - Math.floor(seconds / SECONDS_A_DAY) * SECONDS_A_DAY
  return `${formatDate(milliseconds)}T${two(Math.floor(rest / 3600))}:${two(Math.floor(rest / 60) % 60)}:${two(rest % 60)}`
}

/** `2026-01-05T14:30:00.123Z`. */
export function formatTime(milliseconds: number): string {
  return `${formatSecond(milliseconds)}.${String(Math.floor(milliseconds) % 1000).padStart(3, '0')}Z`
}

const newYork = new Intl.DateTimeFormat('en-US', { timeZone: 'America/New_York', hour: 'numeric', hourCycle: 'h23' })
const HOUR = 3_600_000

/** How far New York is behind UTC at this moment, in ms. */
export function newYorkOffset(time: number): number {
  const hour = Number(newYork.formatToParts(time).find(({ type }) => type === 'hour')?.value)
  const utcHour = Math.floor(time / HOUR) % 24
  return ((utcHour - hour + 24) % 24) * HOUR
}
