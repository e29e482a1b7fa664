import { isDigit, MINUS, naturalOf, POINT, SOH, textOf } from './bytes.ts'
import type { FieldType } from './dictionary/dictionary.ts'
import { isDate, parseDate, parseTime, parseTimestamp } from './timestamp.ts'

function allDigits(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) if (!isDigit(bytes[at] as number)) return false
  return start < end
}

function isDecimalText(bytes: Uint8Array, start: number, end: number): boolean {
  let digits = 0
  let points = 0
  for (let at = bytes[start] === MINUS ? start + 1 : start; at < end; at += 1) {
    const byte = bytes[at] as number
    if (isDigit(byte)) digits += 1
    else if (byte === POINT) points += 1
    else return false
  }
  return digits > 0 && points < 2
}

function isUpper(bytes: Uint8Array, start: number, end: number, length: number): boolean {
  for (let at = start; at < end; at += 1) if ((bytes[at] as number) < 0x41 || (bytes[at] as number) > 0x5a) return false
  return end - start === length
}

function isMonthYear(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start === 8 && bytes[start + 6] !== 0x77) return !Number.isNaN(parseDate(bytes, start, end))
  const week = end - start === 8 ? (bytes[start + 7] as number) - 0x30 : 1
  const month = naturalOf(bytes, start + 4, start + 6)
  return (end - start === 6 || end - start === 8) && allDigits(bytes, start, start + 6) && isDate(2000, month, 1) && week >= 1 && week <= 5
}

/** Characters, or words, with one space between. */
function isSpaced(bytes: Uint8Array, start: number, end: number, ofOne: boolean): boolean {
  return textOf(bytes, start, end).split(' ').every((part) => (ofOne ? part.length === 1 : part.length > 0))
}

/** Whether a value has the form of its type. Text may hold anything but a delimiter. */
export function hasFormat(type: FieldType, bytes: Uint8Array, start: number, end: number): boolean {
  switch (type) {
    case 'string': return true
    case 'data': return true
    case 'char': return end - start === 1 && bytes[start] !== SOH
    case 'boolean': return end - start === 1 && (bytes[start] === 0x59 || bytes[start] === 0x4e)
    case 'int': return allDigits(bytes, bytes[start] === MINUS ? start + 1 : start, end)
    case 'length': return naturalOf(bytes, start, end) >= 0
    case 'seqnum': return naturalOf(bytes, start, end) >= 0
    case 'numingroup': return naturalOf(bytes, start, end) >= 0
    case 'decimal': return isDecimalText(bytes, start, end)
    case 'timestamp': return !Number.isNaN(parseTimestamp(bytes, start, end))
    case 'date': return !Number.isNaN(parseDate(bytes, start, end))
    case 'time': return !Number.isNaN(parseTime(bytes, start, end))
    case 'monthyear': return isMonthYear(bytes, start, end)
    case 'dayofmonth': return naturalOf(bytes, start, end) >= 1 && naturalOf(bytes, start, end) <= 31
    case 'currency': return isUpper(bytes, start, end, 3)
    case 'country': return isUpper(bytes, start, end, 2)
    case 'multichar': return isSpaced(bytes, start, end, true)
    case 'multistring': return isSpaced(bytes, start, end, false)
    case 'tztimestamp': return end - start >= 15
  }
}
