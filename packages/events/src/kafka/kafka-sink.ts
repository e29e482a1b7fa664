import { setImmediate } from 'node:timers/promises'
import { SluiceError, type StreamItem } from '@sluice/core'
import { assertSource } from '../envelope/assert-source.ts'
import { CLOUD_EVENT_MEDIA_TYPE, encodeCloudEvent, idOf } from '../envelope/cloud-event.ts'
import type { EventSink } from '../sink/event-sink.ts'
import { type HostProducer, hostWriter } from './host-producer.ts'
import type { KafkaRecord, RecordWriter } from './kafka-record.ts'
import { type KafkaConnectionOptions, platformaticWriter } from './platformatic-writer.ts'
import { createRecordQueue } from './record-queue.ts'

interface CommonKafkaOptions {
  /** Default `kafka`. */
  readonly name?: string
  /** The `source` of every CloudEvent: a URI reference that no other journal uses, for example `/desk/main`. */
  readonly source: string
  /** Default `sluice.events`. */
  readonly topic?: string | ((account: string) => string)
  /** Bytes in one write at most: below `message.max.bytes` of the topic. Default 900 000. */
  readonly maximumBytes?: number
  /** How long the first event of an account waits for company, in ms: a write costs as much as a dozen events in it. Default 20. */
  readonly linger?: number
}

/** What `kafkaSink` takes: brokers, or a producer that the host has connected. */
export type KafkaSinkOptions = CommonKafkaOptions & ((KafkaConnectionOptions & { readonly producer?: never }) | { readonly producer: HostProducer; readonly brokers?: never })

/** Events encoded in one go: the event loop is not held for longer than a fraction of a millisecond. */
const SLICE = 32
/** What Kafka adds to a record. */
const OVERHEAD = 150

/**
 * Events as CloudEvents in a Kafka topic, keyed by account: acks=all, idempotent, one write at a time. Needs `@platformatic/kafka`,
 * or a producer of the host.
 * @throws SluiceError CONFIGURATION_INVALID
 */
export function kafkaSink(options: KafkaSinkOptions): EventSink {
  const { name = 'kafka', source, topic = 'sluice.events', maximumBytes = 900_000, linger = 20 } = options
  assertSource(source)
  const hosted = options.producer === undefined ? undefined : hostWriter(options.producer)
  if (options.producer === undefined && options.brokers.length === 0) throw new SluiceError('CONFIGURATION_INVALID', 'brokers is empty: give host:port of at least one')
  const topicOf = typeof topic === 'string' ? () => topic : topic
  let own: Promise<RecordWriter> | undefined

  const writer = async (): Promise<RecordWriter> => {
    if (hosted !== undefined) return hosted
    own ??= platformaticWriter(options as KafkaConnectionOptions)
    own.catch(() => { own = undefined })
    return own
  }
  const queue = createRecordQueue(writer, maximumBytes)
  const toRecord = (item: StreamItem): KafkaRecord => ({
    topic: topicOf(item.account),
    key: item.account,
    value: Buffer.from(encodeCloudEvent(item, source)),
    headers: { 'content-type': CLOUD_EVENT_MEDIA_TYPE, ce_id: idOf(item), ce_type: `sluice.${item.type}` },
  })

  return {
    name, linger,
    open: async () => { await writer() },
    send: async ({ items, signal }) => {
      let records: KafkaRecord[] = []
      let bytes = 0
      for (const [index, item] of items.entries()) {
        const record = toRecord(item)
        const size = record.value.length + OVERHEAD
        if (records.length > 0 && bytes + size > maximumBytes) {
          await queue.add(records, bytes)
          signal.throwIfAborted()
          records = []
          bytes = 0
        }
        records.push(record)
        bytes += size
        if (index % SLICE === SLICE - 1) await setImmediate()
      }
      await queue.add(records, bytes)
    },
    probe: async () => { await (await writer()).probe?.() },
    close: async () => {
      await queue.idle()
      const closing = own
      own = undefined
      await (await closing?.catch(() => undefined))?.close()
    },
  }
}
