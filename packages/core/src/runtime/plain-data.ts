import type { Json } from '../order/event.ts'

/** Marks what JSON has no word for: `{ $: kind, v: value }`. */
const MARK = '$'

/**
 * Data as JSON that comes back the same: bigints, Maps, Sets, Dates, `undefined` and numbers that JSON cannot write are kept.
 * `shared`: what to do with an object that is met twice, whose two places would be two objects afterwards: `refuse` it, unless it
 * is frozen, or `copy` it, where nothing changes it in place.
 * @throws TypeError for anything else, such as an instance of a class or a function
 */
export function encodePlain(value: unknown, shared: 'copy' | 'refuse' = 'refuse'): Json {
  const seen = new Set<object>()

  const encodeObject = (object: object): Json => {
    if (shared === 'refuse' && !Object.isFrozen(object)) {
      if (seen.has(object)) throw new TypeError('an object is there twice')
      seen.add(object)
    }
    if (Array.isArray(object)) return object.map(encode)
    if (object instanceof Map) return { [MARK]: 'map', v: [...object].map(([key, entry]) => [encode(key), encode(entry)]) }
    if (object instanceof Set) return { [MARK]: 'set', v: [...object].map(encode) }
    if (object instanceof Date && !Number.isNaN(object.getTime())) return { [MARK]: 'date', v: object.getTime() }
    const prototype: unknown = Object.getPrototypeOf(object)
    if (prototype !== Object.prototype && prototype !== null) throw new TypeError(`a ${object.constructor.name} is no plain data`)
    if (Object.hasOwn(object, MARK) || Object.hasOwn(object, '__proto__')) {
      return { [MARK]: 'object', v: Object.entries(object).map(([key, entry]) => [key, encode(entry)]) }
    }
    const plain: { [key: string]: Json } = {}
    // A loop of assignments: a snapshot goes over every open order of an account.
    for (const key of Object.keys(object)) plain[key] = encode((object as Record<string, unknown>)[key])
    return plain
  }

  const encode = (part: unknown): Json => {
    switch (typeof part) {
      case 'string':
      case 'boolean': return part
      case 'number': return Number.isFinite(part) && !Object.is(part, -0) ? part : { [MARK]: 'number', v: Object.is(part, -0) ? '-0' : String(part) }
      case 'bigint': return { [MARK]: 'bigint', v: String(part) }
      case 'undefined': return { [MARK]: 'undefined' }
      case 'object': return part === null ? null : encodeObject(part)
      case 'symbol':
      case 'function': throw new TypeError(`a ${typeof part} is no plain data`)
    }
  }
  return encode(value)
}

type Marked = { readonly [MARK]: string; readonly v?: Json }

function decodeMarked({ [MARK]: kind, v }: Marked): unknown {
  switch (kind) {
    case 'bigint': return BigInt(v as string)
    case 'number': return Number(v)
    case 'undefined': return undefined
    case 'date': return new Date(v as number)
    case 'set': return new Set((v as Json[]).map(decodePlain))
    case 'map': return new Map((v as [Json, Json][]).map(([key, entry]) => [decodePlain(key), decodePlain(entry)]))
    case 'object': return Object.fromEntries((v as [string, Json][]).map(([key, entry]) => [key, decodePlain(entry)]))
    default: throw new TypeError(`data is marked ${kind}, which is not known here`)
  }
}

/** What `encodePlain` was given. @throws TypeError for what it cannot have written. */
export function decodePlain(json: Json): unknown {
  if (typeof json !== 'object' || json === null) return json
  if (Array.isArray(json)) return json.map(decodePlain)
  if (MARK in json) return decodeMarked(json as unknown as Marked)
  return Object.fromEntries(Object.entries(json).map(([key, entry]) => [key, decodePlain(entry)]))
}
