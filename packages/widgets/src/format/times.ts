import { currentLocale } from '../language/language.ts'
import { parseTime } from '../runtime/timing.ts'

const formats = new Map<string, Intl.DateTimeFormat>()

function formatFor(timeZone: string | undefined, milliseconds: boolean): Intl.DateTimeFormat {
  const locale = currentLocale()
  const name = `${locale}/${timeZone ?? ''}/${milliseconds}`
  let format = formats.get(name)
  if (format === undefined) {
    format = new Intl.DateTimeFormat(locale, {
      hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23',
      ...(milliseconds && { fractionalSecondDigits: 3 as const }),
      ...(timeZone !== undefined && { timeZone }),
    })
    formats.set(name, format)
  }
  return format
}

/** The time of day of an ISO 8601 stamp, to the millisecond. `timeZone` is an IANA name; default the viewer's. */
export function formatTime(stamp: string, timeZone?: string): string {
  const time = parseTime(stamp)
  return Number.isNaN(time) ? stamp : formatFor(timeZone, true).format(time)
}

/** The time of day of a moment, or of an ISO 8601 stamp, to the second. */
export function formatClock(moment: number | string, timeZone?: string): string {
  const time = typeof moment === 'string' ? parseTime(moment) : moment
  return Number.isNaN(time) ? String(moment) : formatFor(timeZone, false).format(time)
}

/** Date and time of an ISO 8601 stamp. */
export function formatDate(stamp: string): string {
  const time = parseTime(stamp)
  return Number.isNaN(time) ? stamp : new Intl.DateTimeFormat(currentLocale(), { dateStyle: 'medium', timeStyle: 'short' }).format(time)
}
