/** Deepest nesting of objects and lists that is read. */
const MAXIMUM_DEPTH = 8
/** Keys that reach prototypes in careless code further on. */
const FORBIDDEN: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/** Why a text is not JSON that we take. */
export class StrictJsonError extends Error {
  override readonly name = 'StrictJsonError'
  readonly rule: 'json' | 'duplicate_key' | 'forbidden_key' | 'depth'

  constructor(rule: StrictJsonError['rule'], message: string) {
    super(message)
    this.rule = rule
  }
}

/**
 * JSON in which a text has one meaning only: `JSON.parse` keeps the last of two equal keys, another reader the first.
 * @throws StrictJsonError
 */
export function parseStrictJson(text: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new StrictJsonError('json', 'The body is not JSON.')
  }
  // Most texts are plain: every key that was written is there, and none is one of those. Only another is read again for its fault.
  if (keysIn(value, 1) === keysWritten(text)) return value
  checkKeys(text)
  // The text is sound and yet a key is gone: V8 13 takes an escaped quote for the end of a key that it expects to end in a backslash.
  throw new StrictJsonError('json', 'The body has keys that cannot be read with certainty; write them without escapes.')
}

/** Keys in what was read, at every depth; NaN when one is forbidden or lies too deep. */
function keysIn(value: unknown, depth: number): number {
  if (typeof value !== 'object' || value === null) return 0
  if (depth > MAXIMUM_DEPTH) return Number.NaN
  let count = 0
  if (Array.isArray(value)) {
    for (const item of value) count += keysIn(item, depth + 1)
    return count
  }
  for (const key of Object.keys(value)) {
    if (FORBIDDEN.has(key)) return Number.NaN
    count += 1 + keysIn((value as Readonly<Record<string, unknown>>)[key], depth + 1)
  }
  return count
}

/** Keys in text that is known to be JSON: one for each colon outside of strings. */
function keysWritten(text: string): number {
  let count = 0
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (code === QUOTE) index = endOfString(text, index)
    else if (code === COLON) count += 1
  }
  return count
}

/** Where the string that begins at `start` ends: the index of its closing quote. */
function endOfString(text: string, start: number): number {
  let end = start + 1
  while (text.charCodeAt(end) !== QUOTE) end += text.charCodeAt(end) === BACKSLASH ? 2 : 1
  return end
}

function decodeString(quoted: string): string {
  return quoted.includes('\\') ? (JSON.parse(quoted) as string) : quoted.slice(1, -1)
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

/** Walks text that is known to be JSON, so that only strings and brackets need a look. */
function checkKeys(text: string): void {
  const open: (Set<string> | undefined)[] = []
  let keyExpected = false
  for (let index = 0; index < text.length; index += 1) {
    switch (text.charCodeAt(index)) {
      case OPEN_OBJECT:
      case OPEN_LIST: {
        keyExpected = text.charCodeAt(index) === OPEN_OBJECT
        open.push(keyExpected ? new Set() : undefined)
        if (open.length > MAXIMUM_DEPTH) throw new StrictJsonError('depth', `The body is nested deeper than ${MAXIMUM_DEPTH} levels.`)
        break
      }
      case CLOSE_OBJECT:
      case CLOSE_LIST:
        open.pop()
        keyExpected = false
        break
      case COMMA:
        keyExpected = open.at(-1) !== undefined
        break
      case QUOTE: {
        const end = endOfString(text, index)
        if (keyExpected) addKey(open.at(-1), decodeString(text.slice(index, end + 1)))
        keyExpected = false
        index = end
        break
      }
      default:
    }
  }
}

function addKey(keys: Set<string> | undefined, key: string): void {
  if (FORBIDDEN.has(key)) throw new StrictJsonError('forbidden_key', `The key ${shorten(key)} is not allowed.`)
  if (keys?.has(key) === true) throw new StrictJsonError('duplicate_key', `The key ${shorten(key)} appears twice.`)
  keys?.add(key)
}

const shorten = (key: string): string => JSON.stringify(key.slice(0, 64))
