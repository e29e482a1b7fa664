import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'

const encoder = new TextEncoder()
let buffer = new Uint8Array(1024)

/** UTF-8 in a buffer that the next call overwrites: a new encoder and array for each text cost as much as the hash itself. */
function encode(text: string): Uint8Array {
  if (text.length * 3 > buffer.length) buffer = new Uint8Array(text.length * 3)
  return buffer.subarray(0, encoder.encodeInto(text, buffer).written)
}

/** SHA-256 of UTF-8 text as 64 lower-case hexadecimal digits. Synchronous on every platform. */
export function sha256Hex(text: string): string {
  return bytesToHex(sha256(encode(text)))
}

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'

/** SHA-256 of UTF-8 text, the first `length` characters of its Crockford base 32 form (5 bits each, at most 51). */
export function sha256Base32(text: string, length: number): string {
  const bytes = sha256(encode(text))
  let result = ''
  let window = 0
  let bits = 0
  for (const byte of bytes) {
    window = ((window << 8) | byte) & 0xfff
    bits += 8
    while (bits >= 5 && result.length < length) {
      bits -= 5
      result += ALPHABET.charAt((window >> bits) & 31)
    }
  }
  return result
}
