import { type BatchHead, type FakeKafkaRecord, readBatchHead, readRecords } from './record-batch.ts'

const NONE = 0
const MESSAGE_TOO_LARGE = 10
const OUT_OF_ORDER_SEQUENCE_NUMBER = 45
const INVALID_PRODUCER_EPOCH = 47
const UNSUPPORTED_COMPRESSION_TYPE = 76
const INVALID_RECORD = 87

/** Batches of one producer that a broker can recognise when they come again. */
const REMEMBERED = 5

interface ProducerState {
  epoch: number
  next: number
  readonly recent: { readonly first: number; readonly count: number; readonly offset: number }[]
}

/** One partition: an append-only log which knows idempotent producers as Kafka does. */
export interface PartitionLog {
  /** A batch that was appended before is answered with its old offset and not appended again. */
  append(batch: Buffer): { readonly error: number; readonly offset: number }
  records(): FakeKafkaRecord[]
  readonly end: number
}

export interface PartitionLogOptions {
  readonly topic: string
  readonly partition: number
  /** Bytes of a batch at most. */
  readonly maximumBytes: () => number
  readonly isRefused: () => ((record: FakeKafkaRecord) => boolean) | undefined
}

export function createPartitionLog({ topic, partition, maximumBytes, isRefused }: PartitionLogOptions): PartitionLog {
  const batches: { readonly offset: number; readonly bytes: Buffer }[] = []
  const producers = new Map<bigint, ProducerState>()
  let end = 0

  /** An offset: known already. A number below zero: an error. Undefined: to be appended. */
  const known = ({ producerId, producerEpoch, firstSequence, count }: BatchHead): { readonly error: number; readonly offset: number } | undefined => {
    if (producerId < 0n) return undefined
    const state = producers.get(producerId) ?? { epoch: producerEpoch, next: 0, recent: [] }
    producers.set(producerId, state)
    if (producerEpoch < state.epoch) return { error: INVALID_PRODUCER_EPOCH, offset: -1 }
    const again = state.recent.find((batch) => batch.first === firstSequence && batch.count === count)
    if (again !== undefined) return { error: NONE, offset: again.offset }
    if (firstSequence !== state.next) return { error: OUT_OF_ORDER_SEQUENCE_NUMBER, offset: -1 }
    state.next += count
    state.recent.push({ first: firstSequence, count, offset: end })
    if (state.recent.length > REMEMBERED) state.recent.shift()
    return undefined
  }

  return {
    append: (batch) => {
      const head = readBatchHead(batch)
      if (head.compressed) return { error: UNSUPPORTED_COMPRESSION_TYPE, offset: -1 }
      if (batch.length > maximumBytes()) return { error: MESSAGE_TOO_LARGE, offset: -1 }
      const refused = isRefused()
      if (refused !== undefined && readRecords(topic, partition, end, batch).some((record) => refused(record))) return { error: INVALID_RECORD, offset: -1 }
      const answer = known(head)
      if (answer !== undefined) return answer
      const offset = end
      // The frame it came in is reused by nobody, but holds more than the batch.
      batches.push({ offset, bytes: Buffer.from(batch) })
      end += head.count
      return { error: NONE, offset }
    },
    records: () => batches.flatMap(({ offset, bytes }) => readRecords(topic, partition, offset, bytes)),
    get end() { return end },
  }
}
