import type { Dictionary } from '../../src/codec/dictionary/dictionary.ts'
import { bytesOf, textOf } from '../../src/codec/bytes.ts'
import type { MessageView } from '../../src/codec/message-view.ts'
import { createScanner, type ScannerOptions } from '../../src/codec/scanner.ts'

/** A message as people write it: `|` for SOH, BodyLength and CheckSum put in. `8=FIX.4.4|35=0|…`. */
export function wire(text: string): Uint8Array {
  const [begin = '', ...rest] = text.split('|')
  const body = `${rest.filter((part) => part !== '').join('\u0001')}\u0001`
  return sealed(`${begin}\u00019=${body.length}\u0001${body}`)
}

/** Adds the CheckSum to what is otherwise complete. */
export function sealed(text: string): Uint8Array {
  let sum = 0
  for (const character of text) sum += character.charCodeAt(0)
  return bytesOf(`${text}10=${(sum % 256).toString().padStart(3, '0')}\u0001`)
}

export function readable(bytes: Uint8Array): string {
  return textOf(bytes, 0, bytes.length).replaceAll('\u0001', '|')
}

export interface Scanned {
  readonly messages: readonly MessageView[]
  readonly garbled: readonly string[]
}

/** What a fresh scanner makes of the chunks. */
export function scan(dictionary: Dictionary, chunks: Iterable<Uint8Array>, options: Partial<ScannerOptions> = {}): Scanned {
  const scanner = createScanner({ dictionary, ...options })
  const messages: MessageView[] = []
  const garbled: string[] = []
  for (const chunk of chunks) {
    scanner.push(chunk, { message: (view) => { messages.push(view.copy()) }, garbled: (reason) => { garbled.push(reason) } })
  }
  return { messages, garbled }
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((total, part) => total + part.length, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}
