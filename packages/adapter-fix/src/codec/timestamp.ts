import { isDigit, POINT, ZERO } from './bytes.ts'

const DAY = 86_400_000

/** Days since 1970-01-01 of a date of the Gregorian calendar, by the count of days from 1 March of year 0. */
export function daysOf(year: number, month: number, day: number): number {
  const shifted = month > 2 ? year : year - 1
  const era = Math.floor(shifted / 400)
  const ofEra = shifted - era * 400
  const ofYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  return era * 146_097 + ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear - 719_468
}

/** The reverse of `daysOf`. */
export function dateOf(days: number): { readonly year: number; readonly month: number; readonly day: number } {
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const ofEra = shifted - era * 146_097
  const yearOfEra = Math.floor((ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365)
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shiftedMonth = Math.floor((5 * ofYear + 2) / 153)
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day: ofYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1 }
}

const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** Whether the calendar has such a day. */
export function isDate(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return day <= (MONTH_DAYS[month - 1] ?? 0) + (leap ? 1 : 0)
}

function pair(bytes: Uint8Array, at: number): number {
  const tens = (bytes[at] as number) - ZERO
  const ones = (bytes[at + 1] as number) - ZERO
  return tens < 0 || tens > 9 || ones < 0 || ones > 9 ? Number.NaN : tens * 10 + ones
}

/** `YYYYMMDD` in days since 1970-01-01, or NaN. */
export function parseDate(bytes: Uint8Array, start: number, end: number): number {
  if (end - start !== 8) return Number.NaN
  const year = pair(bytes, start) * 100 + pair(bytes, start + 2)
  const month = pair(bytes, start + 4)
  const day = pair(bytes, start + 6)
  return isDate(year, month, day) ? daysOf(year, month, day) : Number.NaN
}

/** `HH:MM:SS` with up to twelve digits of fraction, in ms of the day, or NaN. Second 60 is a leap second. */
export function parseTime(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start
  if (length < 8 || length > 21 || length === 9 || bytes[start + 2] !== 0x3a || bytes[start + 5] !== 0x3a) return Number.NaN
  const hour = pair(bytes, start)
  const minute = pair(bytes, start + 3)
  const second = pair(bytes, start + 6)
  if (!(hour < 24 && minute < 60 && second < 61)) return Number.NaN
  let millisecond = 0
  if (length > 8) {
    if (bytes[start + 8] !== POINT) return Number.NaN
    for (let index = start + 9; index < end; index += 1) {
      if (!isDigit(bytes[index] as number)) return Number.NaN
      if (index < start + 12) millisecond += ((bytes[index] as number) - ZERO) * (index === start + 9 ? 100 : index === start + 10 ? 10 : 1)
    }
  }
  return ((hour * 60 + minute) * 60 + second) * 1000 + millisecond
}

/** UTCTimestamp in ms since the epoch, or NaN. What is finer than a millisecond is cut off. */
export function parseTimestamp(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < 17 || bytes[start + 8] !== 0x2d) return Number.NaN
  return parseDate(bytes, start, start + 8) * DAY + parseTime(bytes, start + 9, end)
}

function digits(value: number, width: number): string {
  return value.toString().padStart(width, '0')
}

/** A day, in ms since the epoch, as `YYYYMMDD`. */
export function formatDate(milliseconds: number): string {
  const { year, month, day } = dateOf(Math.floor(milliseconds / DAY))
  return digits(year, 4) + digits(month, 2) + digits(day, 2)
}

let lastSecond = Number.NaN
let lastText = ''
let lastWhole = Number.NaN
let lastStamp = ''

/** Milliseconds since the epoch as UTCTimestamp with milliseconds. */
export function formatTimestamp(milliseconds: number): string {
  const whole = Math.floor(milliseconds)
  // A message holds the time of its sending and of its order, and many are sent in one millisecond.
  if (whole === lastWhole) return lastStamp
  const second = Math.floor(whole / 1000)
  if (second !== lastSecond) {
    const ofDay = second - Math.floor(second / 86_400) * 86_400
    const [hour, minute] = [Math.floor(ofDay / 3600), Math.floor(ofDay / 60) % 60]
    lastText = `${formatDate(second * 1000)}-${digits(hour, 2)}:${digits(minute, 2)}:${digits(ofDay % 60, 2)}.`
    lastSecond = second
  }
  lastStamp = lastText + digits(whole - second * 1000, 3)
  lastWhole = whole
  return lastStamp
}

/** UTCTimestamp as ISO 8601; undefined when it is no timestamp. */
export function toIsoTime(milliseconds: number): string | undefined {
  if (!Number.isFinite(milliseconds)) return undefined
  const text = formatTimestamp(milliseconds)
  return `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6, 8)}T${text.slice(9)}Z`
}
