import { toIso, utcInstant } from '@sluice/core'

const TIME = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9})\d*)?)?(Z|[+-]\d{2}:?\d{2})?)?$/

/** Alpaca's times, zones and up to nine fraction digits included, as nanoseconds since the epoch; undefined when the text is none. */
export function parseTime(text: string): bigint | undefined {
  const match = TIME.exec(text)
  if (match === null) return undefined
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone = 'Z'] = match
  const offset = zone === 'Z' ? 0 : (zone.startsWith('-') ? -1 : 1) * (Number(zone.slice(1, 3)) * 3600 + Number(zone.slice(-2)) * 60)
  const seconds = utcInstant(Number(year), Number(month), Number(day), Number(hour), Number(minute), Number(second)) / 1000 - offset
  return BigInt(seconds) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0'))
}

/** The same in milliseconds, `NaN` when the text is no time. */
export function toMilliseconds(text: string): number {
  const nanoseconds = parseTime(text)
  return nanoseconds === undefined ? Number.NaN : Number(nanoseconds / 1_000_000n)
}

/** `2026-01-05`, UTC. */
export function formatDate(milliseconds: number): string {
  return toIso(milliseconds).slice(0, 10)
}

/** `2026-01-05T14:30:00`, UTC, without its zone. */
export function formatSecond(milliseconds: number): string {
  return toIso(milliseconds).slice(0, 19)
}

const newYork = new Intl.DateTimeFormat('en-US', { timeZone: 'America/New_York', hour: 'numeric', hourCycle: 'h23' })
const HOUR = 3_600_000

/** How far New York is behind UTC at this moment, in ms. */
export function newYorkOffset(time: number): number {
  const hour = Number(newYork.formatToParts(time).find(({ type }) => type === 'hour')?.value)
  const utcHour = Math.floor(time / HOUR) % 24
  return ((utcHour - hour + 24) % 24) * HOUR
}
