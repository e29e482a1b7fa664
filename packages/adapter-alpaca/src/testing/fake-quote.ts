import { formatDecimal, toIso, type Units } from '@sluice/core'

/** A quote at one price, bid and ask alike, as market data writes it: prices are numbers there. */
export function toWireQuote(price: Units, now: number): Record<string, unknown> {
  const value = Number(formatDecimal(price))
  return { t: toIso(now), bp: value, bs: 1, bx: 'V', ap: value, as: 1, ax: 'V', c: ['R'], z: 'C' }
}
