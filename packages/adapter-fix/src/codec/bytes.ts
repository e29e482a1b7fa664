/** Ends every field. */
export const SOH = 0x01
export const EQUALS = 0x3d
export const ZERO = 0x30
const NINE = 0x39
export const POINT = 0x2e
export const MINUS = 0x2d

const CHUNK = 4096

/** Bytes as text, one character a byte (ISO 8859-1), so that what is read can be written back unchanged. */
export function textOf(bytes: Uint8Array, start: number, end: number): string {
  if (end - start > 32) {
    let text = ''
    for (let from = start; from < end; from += CHUNK) text += String.fromCharCode(...bytes.subarray(from, Math.min(end, from + CHUNK)))
    return text
  }
  let text = ''
  for (let index = start; index < end; index += 1) text += String.fromCharCode(bytes[index] as number)
  return text
}

/** Text as bytes. Throws when a character has more than eight bits: FIX has `Encoded…` fields for those. */
export function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length)
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (code > 0xff) throw new RangeError('FIX text holds characters of eight bits only')
    bytes[index] = code
  }
  return bytes
}

/** Whether the byte is an ASCII digit. */
export function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE
}

/** Digits as a number; -1 when there are none, more than nine, or anything else. */
export function naturalOf(bytes: Uint8Array, start: number, end: number): number {
  if (start >= end) return -1
  // Zeros in front do not count towards the nine digits that are safe to multiply.
  let from = start
  while (from < end - 1 && bytes[from] === ZERO) from += 1
  if (end - from > 9) return -1
  let value = 0
  for (let index = from; index < end; index += 1) {
    const digit = (bytes[index] as number) - ZERO
    if (digit < 0 || digit > 9) return -1
    value = value * 10 + digit
  }
  return value
}
