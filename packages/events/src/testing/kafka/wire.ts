/** Reads the primitive types of Kafka's protocol, in its versions without tagged fields. */
export class WireReader {
  #offset = 0
  readonly #bytes: Buffer

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  int8(): number { this.#offset += 1; return this.#bytes.readInt8(this.#offset - 1) }
  int16(): number { this.#offset += 2; return this.#bytes.readInt16BE(this.#offset - 2) }
  int32(): number { this.#offset += 4; return this.#bytes.readInt32BE(this.#offset - 4) }
  int64(): bigint { this.#offset += 8; return this.#bytes.readBigInt64BE(this.#offset - 8) }
  boolean(): boolean { return this.int8() !== 0 }

  take(length: number): Buffer {
    this.#offset += length
    return this.#bytes.subarray(this.#offset - length, this.#offset)
  }

  string(): string | null {
    const length = this.int16()
    return length < 0 ? null : this.take(length).toString()
  }

  bytes(): Buffer | null {
    const length = this.int32()
    return length < 0 ? null : this.take(length)
  }

  array<Item>(read: () => Item): Item[] | null {
    const length = this.int32()
    return length < 0 ? null : Array.from({ length }, read)
  }

  /** A signed number of variable length (zigzag). */
  varint(): number {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.int8() & 0xff
      value |= BigInt(byte & 0x7f) << shift
      if ((byte & 0x80) === 0) return Number((value >> 1n) ^ -(value & 1n))
    }
  }

  varBytes(): Buffer | null {
    const length = this.varint()
    return length < 0 ? null : this.take(length)
  }
}

/** Builds an answer. */
export class WireWriter {
  readonly #parts: Buffer[] = []

  #add(size: number, write: (part: Buffer) => void): this {
    const part = Buffer.allocUnsafe(size)
    write(part)
    this.#parts.push(part)
    return this
  }

  int8(value: number): this { return this.#add(1, (part) => part.writeInt8(value)) }
  int16(value: number): this { return this.#add(2, (part) => part.writeInt16BE(value)) }
  int32(value: number): this { return this.#add(4, (part) => part.writeInt32BE(value)) }
  int64(value: bigint): this { return this.#add(8, (part) => part.writeBigInt64BE(value)) }
  boolean(value: boolean): this { return this.int8(value ? 1 : 0) }

  string(value: string | null): this {
    if (value === null) return this.int16(-1)
    const text = Buffer.from(value)
    this.int16(text.length)
    this.#parts.push(text)
    return this
  }

  array<Item>(items: readonly Item[], write: (item: Item) => void): this {
    this.int32(items.length)
    for (const item of items) write(item)
    return this
  }

  /** With its length before it, as it goes on the wire. */
  frame(): Buffer {
    const body = Buffer.concat(this.#parts)
    const frame = Buffer.allocUnsafe(4 + body.length)
    frame.writeInt32BE(body.length)
    body.copy(frame, 4)
    return frame
  }
}
