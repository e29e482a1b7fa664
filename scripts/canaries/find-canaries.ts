// Secrets of the tests are canaries: each has MARKER in it, so that one search finds every one of them wherever it leaks, in any
// form it may have been written in. The marker is made of letters that base 32 has too: a TOTP secret can carry it.

/** What every secret of a test contains, in small or in capital letters. A TOTP secret begins with it twice. */
export const MARKER = ['zq', 'canary'].join('')

const bytesOf = (text: string): number[] => Array.from(text, (letter) => letter.charCodeAt(0))
const hexOf = (byte: number): string => byte.toString(16).padStart(2, '0')

/** Base 64 or base 32 of bytes that stand `before` bytes into something longer: only the letters that those bytes alone decide. */
function encoded(bytes: readonly number[], before: number, bits: 5 | 6): string {
  const alphabet = bits === 6 ? 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/' : 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const binary = bytes.map((byte) => byte.toString(2).padStart(8, '0')).join('')
  const first = (bits - (before * 8) % bits) % bits
  let text = ''
  for (let at = first; at + bits <= binary.length; at += bits) text += alphabet[Number.parseInt(binary.slice(at, at + bits), 2)] ?? ''
  return text
}

/** What a base 32 reader makes of the marker, twice: ten bytes. */
function decoded(): number[] {
  const binary = bytesOf(`${MARKER}${MARKER}`.toUpperCase()).map((letter) => (letter - 65).toString(2).padStart(5, '0')).join('')
  return Array.from({ length: 10 }, (_, index) => Number.parseInt(binary.slice(index * 8, index * 8 + 8), 2))
}

/** The same bytes in every writing. */
function writings(bytes: readonly number[]): string[] {
  const hex = bytes.map(hexOf)
  return [
    String.fromCharCode(...bytes), hex.join(''), hex.join('').toUpperCase(), hex.join(' '), hex.map((pair) => `%${pair}`).join(''), hex.map((pair) => `%${pair.toUpperCase()}`).join(''),
    bytes.join(','), bytes.join(', '), String.fromCharCode(...bytes.flatMap((byte) => [byte, 0])),
    ...[0, 1, 2].map((before) => encoded(bytes, before, 6)), ...[0, 1, 2, 3, 4].flatMap((before) => [encoded(bytes, before, 5), encoded(bytes, before, 5).toLowerCase()]),
  ]
}

/** Every text that gives a canary away, as bytes read as latin 1. */
export const FORMS: readonly string[] = [...new Set([bytesOf(MARKER), bytesOf(MARKER.toUpperCase()), decoded()].flatMap(writings))]

const escaped = (text: string): string => text.replace(/[$()*+./?[\\\]^{|}-]/g, '\\$&')
const ANY = new RegExp(FORMS.map(escaped).join('|'), 'g')
/** The few forms that are looked for where much is carried. */
const PLAIN = [MARKER, MARKER.toUpperCase(), ...writings(bytesOf(MARKER)).filter((text) => /^[\w+/]+$/.test(text)).slice(1, 5)]

/** Where canaries are, each as what stands around it; the canary itself is left out, so that a report is no leak. */
export function findCanaries(text: string): string[] {
  return [...text.matchAll(ANY)].slice(0, 5).map((match) => {
    const around = text.slice(Math.max(0, match.index - 60), match.index + match[0].length + 40)
    return around.replace(ANY, '<canary>').replace(/[^\x20-\x7e]+/g, ' ')
  })
}

/** The same for much text: only the forms that leaks mostly have. */
export function findPlainCanaries(text: string): string[] {
  return PLAIN.some((form) => text.includes(form)) ? findCanaries(text) : []
}
