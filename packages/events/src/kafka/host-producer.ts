import { SluiceError } from '@sluice/core'
import type { KafkaRecord, RecordWriter } from './kafka-record.ts'

interface OutgoingMessage {
  readonly key: string
  readonly value: Buffer
  readonly headers: Record<string, string>
}

/**
 * A producer with the interface of kafkajs: kafkajs itself, and `KafkaJS` of `@confluentinc/kafka-javascript`. Connect it, and give
 * it `idempotent: true`; acks are -1 by default in the first, and belong into the producer's options in the second.
 */
export interface KafkaJsProducer {
  send(record: { topic: string; messages: OutgoingMessage[] }): Promise<unknown>
}

/**
 * A producer with the interface of node-rdkafka: `HighLevelProducer` of `node-rdkafka` and of `@confluentinc/kafka-javascript`. Its
 * callback tells what became of each message. Give it `enable.idempotence: true`.
 */
export interface RdkafkaProducer {
  produce(
    topic: string, partition: number | null, message: Buffer, key: string, timestamp: number | null, headers: Record<string, string>[],
    callback: (error: unknown, offset?: unknown) => void,
  ): unknown
}

/** Whatever the host has: the sink sends, the host connects and closes. */
export type HostProducer = KafkaJsProducer | RdkafkaProducer

function byTopic(records: readonly KafkaRecord[]): Map<string, OutgoingMessage[]> {
  const topics = new Map<string, OutgoingMessage[]>()
  for (const { topic, key, value, headers } of records) {
    const messages = topics.get(topic) ?? []
    topics.set(topic, messages)
    messages.push({ key, value, headers: { ...headers } })
  }
  return topics
}

/** Its queue keeps the order of the calls. What it does not take ends the calls: a later record must not go without an earlier one. */
async function produceAll(producer: RdkafkaProducer, records: readonly KafkaRecord[]): Promise<void> {
  const deliveries: Promise<void>[] = []
  let refusal: { readonly error: unknown } | undefined
  for (const { topic, key, value, headers } of records) {
    const list = Object.entries(headers).map(([name, text]) => ({ [name]: text }))
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    try {
      producer.produce(topic, null, value, key, null, list, (error) => {
        if (error === null || error === undefined) resolve()
        else reject(error instanceof Error ? error : new Error('a message was not delivered', { cause: error }))
      })
    } catch (error) {
      refusal = { error }
      break
    }
    deliveries.push(promise)
  }
  const outcomes = await Promise.allSettled(deliveries)
  const failed = outcomes.find((outcome) => outcome.status === 'rejected')
  if (failed !== undefined) throw failed.reason
  if (refusal !== undefined) throw refusal.error
}

/** @throws SluiceError CONFIGURATION_INVALID when it is none of the known producers */
export function hostWriter(producer: HostProducer): RecordWriter {
  if ('initIdempotentProducer' in producer) throw new SluiceError('CONFIGURATION_INVALID', 'producer is one of @platformatic/kafka: give `brokers` instead, the sink makes its own')
  if ('produce' in producer && typeof producer.produce === 'function') {
    return { write: (records) => produceAll(producer, records), close: async () => undefined }
  }
  if ('send' in producer && typeof producer.send === 'function') {
    return {
      write: async (records) => { for (const [topic, messages] of byTopic(records)) await producer.send({ topic, messages }) },
      close: async () => undefined,
    }
  }
  throw new SluiceError('CONFIGURATION_INVALID', 'producer must have send, as in kafkajs and Confluent\'s KafkaJS, or produce, as a HighLevelProducer of node-rdkafka')
}
