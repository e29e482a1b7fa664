/**
 * Exact numbers. At the edge a number is a decimal string such as `'187.50'`; inside it is a bigint of units of 1e-9.
 * No float touches money.
 */
export type Units = bigint

/** Units in one whole. */
export const ONE: Units = 1_000_000_000n

/** What users may write: no sign, no exponent, no spaces, at most 12 digits before the point and 9 after it. */
const STRICT = /^(?:0|[1-9]\d{0,11})(?:\.\d{1,9})?$/
const MAXIMUM_LENGTH = 22
const SCALE = 9
const ZERO = 48

/** Whether the text is a decimal of the strict form users must write. Runs in constant time for hostile lengths. */
export function isDecimal(text: string): boolean {
  return text.length <= MAXIMUM_LENGTH && STRICT.test(text)
}

function toUnits(whole: string, fraction: string): Units {
  return BigInt(whole + fraction.padEnd(SCALE, '0'))
}

/** Up to here every count of units is exact in a float, and reading it so takes a third of the time. */
const SAFE_WHOLE_DIGITS = 6
const POWERS = Array.from({ length: SCALE + 1 }, (_, exponent) => 10 ** exponent)
const WRITTEN = /^\d+(?:\.\d+)?$/

/**
 * Reads digits with at most one point and at most nine places.
 * @throws RangeError when it is anything else.
 */
function readUnits(text: string): Units {
  const point = text.indexOf('.')
  const whole = point < 0 ? text.length : point
  const places = point < 0 ? 0 : text.length - point - 1
  if (whole === 0 || places > SCALE || (point >= 0 && places === 0)) throw new RangeError('not a decimal')
  if (whole > SAFE_WHOLE_DIGITS) {
    if (!WRITTEN.test(text)) throw new RangeError('not a decimal')
    return point < 0 ? BigInt(text) * ONE : toUnits(text.slice(0, point), text.slice(point + 1))
  }
  let digits = 0
  for (let index = 0; index < text.length; index += 1) {
    if (index === point) continue
    const digit = text.charCodeAt(index) - ZERO
    if (digit < 0 || digit > 9) throw new RangeError('not a decimal')
    digits = digits * 10 + digit
  }
  return BigInt(digits * (POWERS[SCALE - places] as number))
}

/**
 * Parses a decimal of the strict form.
 * @throws RangeError when the text has any other form.
 */
export function parseDecimal(text: string): Units {
  if (!isDecimal(text)) throw new RangeError('not a decimal of the form 123.45')
  return readUnits(text)
}

const SIGNED = /^([+-]?)(\d{0,15})(?:\.(\d*))?$/

/** A number as a broker wrote it: signs, `.5` and `23.` are tolerated; digits beyond 1e-9 are rounded half away from zero and flagged. */
export function parseBrokerDecimal(text: string): { readonly units: Units; readonly rounded: boolean } | undefined {
  // What most brokers write most of the time.
  if (isDecimal(text)) return { units: readUnits(text), rounded: false }
  const match = text.length <= 64 ? SIGNED.exec(text) : null
  if (match === null) return undefined
  const [, sign = '', whole = '', fraction = ''] = match
  if (whole === '' && fraction === '') return undefined
  let units = toUnits(whole === '' ? '0' : whole, fraction.slice(0, SCALE))
  const rest = fraction.slice(SCALE)
  if (rest.charAt(0) >= '5') units += 1n
  return { units: sign === '-' ? -units : units, rounded: /[1-9]/.test(rest) }
}

/**
 * Parses decimals that Sluice itself wrote, signed ones and ones longer than a user may write included.
 * @throws RangeError when the text is damaged.
 */
export function parseSigned(text: string): Units {
  return text.startsWith('-') ? -readUnits(text.slice(1)) : readUnits(text)
}

/** A float up to this is exact, and written in half the time. What is larger is larger as a float, too. */
const LARGEST_EXACT = Number.MAX_SAFE_INTEGER
const UNITS_IN_ONE = 1_000_000_000

function formatExact(units: number): string {
  const fraction = units % UNITS_IN_ONE
  const whole = String((units - fraction) / UNITS_IN_ONE)
  if (fraction === 0) return whole
  // A leading one keeps the zeros after the point.
  const digits = String(fraction + UNITS_IN_ONE)
  let end = digits.length
  while (digits.charCodeAt(end - 1) === ZERO) end -= 1
  return `${whole}.${digits.slice(1, end)}`
}

/** The canonical text: no trailing zeros, no trailing point, `-` only before a non-zero number. */
export function formatDecimal(units: Units): string {
  const count = Number(units)
  if (count === 0) return '0'
  if (count > 0 && count <= LARGEST_EXACT) return formatExact(count)
  const negative = units < 0n
  let digits = (negative ? -units : units).toString()
  if (digits.length <= SCALE) digits = digits.padStart(SCALE + 1, '0')
  const point = digits.length - SCALE
  let end = digits.length
  while (end > point && digits.charCodeAt(end - 1) === ZERO) end -= 1
  const text = end === point ? digits.slice(0, point) : `${digits.slice(0, point)}.${digits.slice(point, end)}`
  return negative ? `-${text}` : text
}

/** Which way an inexact result goes: `up` away from zero (what we may owe), `down` towards zero (what we may have). */
export type Rounding = 'up' | 'down'

function divideInteger(dividend: bigint, divisor: bigint, rounding: Rounding): bigint {
  if (rounding === 'up' && dividend >= 0n && divisor > 0n) return (dividend + divisor - 1n) / divisor
  const quotient = dividend / divisor
  if (rounding === 'down' || quotient * divisor === dividend) return quotient
  return (dividend < 0n) === (divisor < 0n) ? quotient + 1n : quotient - 1n
}

/** `left × right`, rounded to 1e-9. */
export function multiply(left: Units, right: Units, rounding: Rounding): Units {
  // Most quantities are a few whole units, where nothing is rounded and no division is needed.
  const count = Number(left)
  if (count >= 0 && count <= LARGEST_EXACT) {
    const whole = count / UNITS_IN_ONE
    if (Number.isInteger(whole) && whole * UNITS_IN_ONE === count) return BigInt(whole) * right
  }
  return divideInteger(left * right, ONE, rounding)
}

/**
 * `left ÷ right`, rounded to 1e-9.
 * @throws RangeError on division by zero.
 */
export function divide(left: Units, right: Units, rounding: Rounding): Units {
  return divideInteger(left * ONE, right, rounding)
}

export function absolute(units: Units): Units {
  return units < 0n ? -units : units
}

export function maximum(left: Units, right: Units): Units {
  return left > right ? left : right
}

export function minimum(left: Units, right: Units): Units {
  return left < right ? left : right
}
