import { type Units } from '@sluice/core'
import { isDigit, MINUS, POINT, ZERO } from './bytes.ts'

const SCALE = 9
const POWERS = Array.from({ length: 16 }, (_, power) => 10 ** power)

/**
 * A FIX decimal in units of 1e-9, exactly; undefined when it is no decimal or does not fit into 1e-9. The common short number
 * never leaves the range of exact integers, so that one bigint is made and nothing is rounded.
 */
export function parseUnits(bytes: Uint8Array, start: number, end: number): Units | undefined {
  let index = start
  const negative = bytes[index] === MINUS
  if (negative) index += 1
  let mantissa = 0
  let count = 0
  let decimals = -1
  for (; index < end; index += 1) {
    const byte = bytes[index] as number
    if (byte === POINT) {
      if (decimals >= 0) return undefined
      decimals = 0
    } else if (isDigit(byte)) {
      mantissa = mantissa * 10 + byte - ZERO
      count += 1
      if (decimals >= 0) decimals += 1
      if (count > 15) return parseLong(bytes, start, end)
    } else return undefined
  }
  if (count === 0) return undefined
  const power = SCALE - Math.max(decimals, 0)
  if (power < 0) return parseLong(bytes, start, end)
  const units = count + power <= 15 ? BigInt(mantissa * (POWERS[power] as number)) : BigInt(mantissa) * BigInt(POWERS[power] as number)
  return negative ? -units : units
}

/** More than fifteen digits, or decimals beyond the ninth, which must be zeros. */
function parseLong(bytes: Uint8Array, start: number, end: number): Units | undefined {
  if (end - start > 40) return undefined
  const negative = bytes[start] === MINUS
  let units = 0n
  let decimals = -1
  let count = 0
  for (let index = negative ? start + 1 : start; index < end; index += 1) {
    const byte = bytes[index] as number
    if (byte === POINT) {
      if (decimals >= 0) return undefined
      decimals = 0
    } else if (!isDigit(byte)) return undefined
    else if (decimals === SCALE) {
      if (byte !== ZERO) return undefined
    } else {
      units = units * 10n + BigInt(byte - ZERO)
      count += 1
      if (decimals >= 0) decimals += 1
    }
  }
  if (count === 0) return undefined
  units *= 10n ** BigInt(SCALE - Math.max(decimals, 0))
  return negative ? -units : units
}
