import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js'

/** SHA-256 of UTF-8 text as 64 lower-case hexadecimal digits. Synchronous on every platform. */
export function sha256Hex(text: string): string {
  return bytesToHex(sha256(utf8ToBytes(text)))
}

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'

/** SHA-256 of UTF-8 text, the first `length` characters of its Crockford base 32 form (5 bits each, at most 51). */
export function sha256Base32(text: string, length: number): string {
  const bytes = sha256(utf8ToBytes(text))
  let result = ''
  let buffer = 0
  let bits = 0
  for (const byte of bytes) {
    buffer = ((buffer << 8) | byte) & 0xfff
    bits += 8
    while (bits >= 5 && result.length < length) {
      bits -= 5
      result += ALPHABET.charAt((buffer >> bits) & 31)
    }
  }
  return result
}
