/** Where the fields of one message are. The arrays are used again for the next message: nothing is made per field. */
export interface FieldIndex {
  bytes: Uint8Array
  /** The message, from its first byte to after its last. */
  start: number
  end: number
  count: number
  readonly tags: Int32Array
  readonly starts: Int32Array
  readonly ends: Int32Array
  /** The first piece that is no field: `tag` where the tag is none, `delimiter` where there is no `=`. */
  malformed: 'tag' | 'delimiter' | undefined
}

export function createFieldIndex(maximumFields: number): FieldIndex {
  return {
    bytes: new Uint8Array(0), start: 0, end: 0, count: 0, malformed: undefined,
    tags: new Int32Array(maximumFields), starts: new Int32Array(maximumFields), ends: new Int32Array(maximumFields),
  }
}

/** The same with its own bytes, no larger than it must be. */
export function copyFieldIndex(index: FieldIndex): FieldIndex {
  const { start, end, count, malformed } = index
  const shift = (places: Int32Array): Int32Array => places.slice(0, count).map((place) => place - start)
  return {
    bytes: index.bytes.slice(start, end), start: 0, end: end - start, count, malformed,
    tags: index.tags.slice(0, count), starts: shift(index.starts), ends: shift(index.ends),
  }
}
