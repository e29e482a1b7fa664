import { WireReader } from './wire.ts'

/** A record as a consumer sees it. */
export interface FakeKafkaRecord {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly key: string | undefined
  readonly value: string
  readonly headers: Readonly<Record<string, string>>
}

/** What a broker looks at in a batch of records (format 2). */
export interface BatchHead {
  readonly count: number
  readonly compressed: boolean
  readonly producerId: bigint
  readonly producerEpoch: number
  readonly firstSequence: number
}

const ATTRIBUTES = 21
const PRODUCER = 43
const RECORDS = 61

export function readBatchHead(batch: Buffer): BatchHead {
  return {
    compressed: (batch.readInt16BE(ATTRIBUTES) & 0b111) !== 0,
    producerId: batch.readBigInt64BE(PRODUCER),
    producerEpoch: batch.readInt16BE(PRODUCER + 8),
    firstSequence: batch.readInt32BE(PRODUCER + 10),
    count: batch.readInt32BE(PRODUCER + 14),
  }
}

export function readRecords(topic: string, partition: number, baseOffset: number, batch: Buffer): FakeKafkaRecord[] {
  const { count } = readBatchHead(batch)
  const reader = new WireReader(batch.subarray(RECORDS))
  return Array.from({ length: count }, (_, index) => {
    reader.varint()
    reader.int8()
    reader.varint()
    reader.varint()
    const key = reader.varBytes()?.toString()
    const value = reader.varBytes()?.toString() ?? ''
    const headers = Object.fromEntries(Array.from({ length: reader.varint() }, () => [reader.varBytes()?.toString() ?? '', reader.varBytes()?.toString() ?? '']))
    return { topic, partition, offset: baseOffset + index, key, value, headers }
  })
}
