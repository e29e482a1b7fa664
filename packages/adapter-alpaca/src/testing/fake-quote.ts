import { formatDecimal, type Units } from '@sluice/core'
import { formatTime } from '../iso-time.ts'

/** A quote at one price, bid and ask alike, as market data writes it: prices are numbers there. */
export function toWireQuote(price: Units, now: number): Record<string, unknown> {
  const value = Number(formatDecimal(price))
  return { t: formatTime(now), bp: value, bs: 1, bx: 'V', ap: value, as: 1, ax: 'V', c: ['R'], z: 'C' }
}
