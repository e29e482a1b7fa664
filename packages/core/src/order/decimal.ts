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

/** Whether the text is a decimal of the strict form users must write. Runs in constant time for hostile lengths. */
export function isDecimal(text: string): boolean {
  return text.length <= MAXIMUM_LENGTH && STRICT.test(text)
}

function toUnits(whole: string, fraction: string): Units {
  return BigInt(whole + fraction.padEnd(SCALE, '0'))
}

/**
 * Parses a decimal of the strict form.
 * @throws RangeError when the text has any other form.
 */
export function parseDecimal(text: string): Units {
  if (!isDecimal(text)) throw new RangeError('not a decimal of the form 123.45')
  const point = text.indexOf('.')
  return point < 0 ? BigInt(text) * ONE : toUnits(text.slice(0, point), text.slice(point + 1))
}

const SIGNED = /^(-?)(\d{0,15})(?:\.(\d*))?$/

/** A number as a broker wrote it: signs, `.5` and `23.` are tolerated; digits beyond 1e-9 are rounded half away from zero and flagged. */
export function parseBrokerDecimal(text: string): { readonly units: Units; readonly rounded: boolean } | undefined {
  const match = text.length <= 64 ? SIGNED.exec(text) : null
  if (match === null) return undefined
  const [, sign = '', whole = '', fraction = ''] = match
  if (whole === '' && fraction === '') return undefined
  let units = toUnits(whole === '' ? '0' : whole, fraction.slice(0, SCALE))
  const rest = fraction.slice(SCALE)
  if (rest.charAt(0) >= '5') units += 1n
  return { units: sign === '-' ? -units : units, rounded: /[1-9]/.test(rest) }
}

/** Parses decimals that Sluice itself wrote, signed ones included. */
export function parseSigned(text: string): Units {
  return text.startsWith('-') ? -parseWritten(text.slice(1)) : parseWritten(text)
}

function parseWritten(text: string): Units {
  const point = text.indexOf('.')
  return point < 0 ? BigInt(text) * ONE : toUnits(text.slice(0, point), text.slice(point + 1))
}

/** The canonical text: no trailing zeros, no trailing point, `-` only before a non-zero number. */
export function formatDecimal(units: Units): string {
  const negative = units < 0n
  const absolute = negative ? -units : units
  const whole = absolute / ONE
  const rest = absolute % ONE
  let text = whole.toString()
  if (rest !== 0n) {
    let fraction = rest.toString().padStart(SCALE, '0')
    let end = fraction.length
    while (fraction.charCodeAt(end - 1) === 48) end -= 1
    fraction = fraction.slice(0, end)
    text = `${text}.${fraction}`
  }
  return negative ? `-${text}` : text
}

/** Which way an inexact result goes: `up` away from zero (what we may owe), `down` towards zero (what we may have). */
export type Rounding = 'up' | 'down'

function divideInteger(dividend: bigint, divisor: bigint, rounding: Rounding): bigint {
  const quotient = dividend / divisor
  if (rounding === 'down' || quotient * divisor === dividend) return quotient
  return (dividend < 0n) === (divisor < 0n) ? quotient + 1n : quotient - 1n
}

/** `left × right`, rounded to 1e-9. */
export function multiply(left: Units, right: Units, rounding: Rounding): Units {
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
