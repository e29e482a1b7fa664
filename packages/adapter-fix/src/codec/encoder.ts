import { formatDecimal, type Units } from '@sluice/core'
import { EQUALS, POINT, SOH, ZERO } from './bytes.ts'
import { formatTimestamp } from './timestamp.ts'

/** What a field may hold. A bigint is a decimal in units of 1e-9. */
export type FieldValue = string | number | bigint | boolean | Uint8Array
export type Field = readonly [tag: number, value: FieldValue]
/** Fields in the order in which they are sent; the entries of a group follow its count. */
export type FieldList = readonly Field[]

/** Writes one message at a time into its own buffer. */
export interface Encoder {
  /** Begins a message: MsgType 35 is the first field after BodyLength. */
  begin(type: string): void
  text(tag: number, value: string): void
  integer(tag: number, value: number): void
  decimal(tag: number, units: Units): void
  boolean(tag: number, value: boolean): void
  /** Milliseconds since the epoch, as UTCTimestamp with milliseconds. */
  timestamp(tag: number, milliseconds: number): void
  bytes(tag: number, value: Uint8Array): void
  field(tag: number, value: FieldValue): void
  /** Puts BeginString, BodyLength and CheckSum around it. The answer is a window that the next message overwrites. */
  finish(): Uint8Array
}

const TRAILER = 7
const BILLION = 1_000_000_000
const MAXIMUM_SAFE = BigInt(Number.MAX_SAFE_INTEGER)

/** @throws RangeError when a value cannot be in a message: empty, with a delimiter in it, or too large. */
export function createEncoder(beginString: string, maximumMessageSize: number = 65_536): Encoder {
  const head = `8=${beginString}\u00019=`
  // Six digits of BodyLength and their end go between the two.
  const bodyStart = head.length + 7
  const buffer = new Uint8Array(bodyStart + maximumMessageSize)
  let at = bodyStart

  const room = (bytes: number): void => {
    if (at + bytes + TRAILER > buffer.length) throw new RangeError(`the message is larger than ${maximumMessageSize} bytes`)
  }
  const natural = (value: number): void => {
    // Tags and most numbers are short.
    if (value < 10) {
      buffer[at] = ZERO + value
      at += 1
      return
    }
    if (value < 100) {
      const tens = (value / 10) | 0
      buffer[at] = ZERO + tens
      buffer[at + 1] = ZERO + value - tens * 10
      at += 2
      return
    }
    // From the last digit on. Beyond 31 bits the quotient must not be cut to an integer of 32.
    let digits = 3
    for (let limit = 1000; value >= limit && digits < 16; limit *= 10) digits += 1
    let rest = value
    let place = at + digits - 1
    for (; rest > 0x7fffffff; place -= 1) {
      const quotient = Math.floor(rest / 10)
      buffer[place] = ZERO + (rest - quotient * 10)
      rest = quotient
    }
    for (; place >= at; place -= 1) {
      const quotient = (rest / 10) | 0
      buffer[place] = ZERO + (rest - quotient * 10)
      rest = quotient
    }
    at += digits
  }
  const key = (tag: number, length: number): void => {
    if (!Number.isSafeInteger(tag) || tag < 1 || tag > 999_999_999) throw new RangeError(`${tag} is no tag`)
    room(length + 12)
    natural(tag)
    buffer[at] = EQUALS
    at += 1
  }
  const close = (): void => {
    buffer[at] = SOH
    at += 1
  }
  const text = (tag: number, value: string): void => {
    if (value === '') throw new RangeError(`field ${tag} has no value`)
    key(tag, value.length)
    for (let index = 0; index < value.length; index += 1) {
      const code = value.charCodeAt(index)
      if (code === SOH || code > 0xff) throw new RangeError(`field ${tag} holds a character that FIX cannot carry`)
      buffer[at + index] = code
    }
    at += value.length
    close()
  }
  const integer = (tag: number, value: number): void => {
    if (!Number.isSafeInteger(value)) throw new RangeError(`field ${tag} is no integer`)
    key(tag, 17)
    if (value < 0) {
      buffer[at] = 0x2d
      at += 1
    }
    natural(Math.abs(value))
    close()
  }
  const bytes = (tag: number, value: Uint8Array): void => {
    if (value.length === 0) throw new RangeError(`field ${tag} has no value`)
    key(tag, value.length)
    buffer.set(value, at)
    at += value.length
    close()
  }
  const decimal = (tag: number, units: Units): void => {
    if (units < 0n || units > MAXIMUM_SAFE) {
      text(tag, formatDecimal(units))
      return
    }
    const value = Number(units)
    let whole = Math.floor(value / BILLION)
    let rest = value - whole * BILLION
    // The quotient may have been rounded up to the next whole number.
    if (rest < 0) {
      whole -= 1
      rest += BILLION
    }
    key(tag, 20)
    natural(whole)
    if (rest > 0) {
      buffer[at] = POINT
      at += 1
      for (let scale = BILLION / 10; rest > 0; scale /= 10) {
        const digit = Math.floor(rest / scale)
        buffer[at] = ZERO + digit
        at += 1
        rest -= digit * scale
      }
    }
    close()
  }
  const boolean = (tag: number, value: boolean): void => { text(tag, value ? 'Y' : 'N') }

  return {
    begin: (type) => { at = bodyStart; text(35, type) },
    text, integer, decimal, boolean, bytes,
    timestamp: (tag, milliseconds) => { text(tag, formatTimestamp(milliseconds)) },
    field: (tag, value) => {
      if (typeof value === 'string') text(tag, value)
      else if (typeof value === 'number') integer(tag, value)
      else if (typeof value === 'bigint') decimal(tag, value)
      else if (typeof value === 'boolean') boolean(tag, value)
      else bytes(tag, value)
    },
    finish: () => {
      const body = at - bodyStart
      const length = body.toString()
      const start = bodyStart - head.length - length.length - 1
      for (let index = 0; index < head.length; index += 1) buffer[start + index] = head.charCodeAt(index)
      for (let index = 0; index < length.length; index += 1) buffer[start + head.length + index] = length.charCodeAt(index)
      buffer[bodyStart - 1] = SOH
      let sum = 0
      for (let index = start; index < at; index += 1) sum += buffer[index] as number
      sum &= 0xff
      buffer[at] = 0x31
      buffer[at + 1] = ZERO
      buffer[at + 2] = EQUALS
      buffer[at + 3] = ZERO + Math.floor(sum / 100)
      buffer[at + 4] = ZERO + (Math.floor(sum / 10) % 10)
      buffer[at + 5] = ZERO + (sum % 10)
      buffer[at + 6] = SOH
      return buffer.subarray(start, at + TRAILER)
    },
  }
}
