import type { ProducerOptions } from '@platformatic/kafka'
import { SluiceError } from '@sluice/core'
import type { RecordWriter } from './kafka-record.ts'

/** How to reach the brokers. `tls` and `sasl` are those of `@platformatic/kafka`. */
export interface KafkaConnectionOptions {
  /** `host:port` of at least one broker. */
  readonly brokers: readonly string[]
  /** Default `sluice`. */
  readonly clientId?: string
  readonly tls?: ProducerOptions<string, string, string, string>['tls']
  readonly sasl?: ProducerOptions<string, string, string, string>['sasl']
  /** Let the brokers make missing topics. Default false: somebody should choose partitions and retention. */
  readonly autocreateTopics?: boolean
  /** How long a broker may take to answer, in ms. Default 5 000. */
  readonly timeout?: number
  /** Attempts of the client itself, under the same producer and sequence numbers: a broker recognises those. Default 3. */
  readonly retries?: number
  /** Between them, in ms. Default 250. */
  readonly retryDelay?: number
}

type Client = typeof import('@platformatic/kafka')

async function loadClient(): Promise<Client> {
  try {
    return await import('@platformatic/kafka')
  } catch (cause) {
    throw new SluiceError('CONFIGURATION_INVALID', 'kafkaSink needs @platformatic/kafka: install it, or give a producer of your own as `producer`', { cause })
  }
}

/** A producer of our own: acks=all, idempotent. */
export async function platformaticWriter(options: KafkaConnectionOptions): Promise<RecordWriter> {
  const { brokers, clientId = 'sluice', tls, sasl, autocreateTopics = false, timeout = 5000, retries = 3, retryDelay = 250 } = options
  const { ProduceAcks, Producer, stringSerializers } = await loadClient()
  const producer = new Producer({
    clientId, bootstrapBrokers: [...brokers], serializers: { ...stringSerializers, value: (bytes?: Buffer) => bytes }, autocreateTopics, timeout, requestTimeout: timeout, connectTimeout: timeout, retryDelay,
    // With fewer than two the client would try for ever, and nobody would hear of it.
    retries: Math.max(2, retries),
    idempotent: true, acks: ProduceAcks.ALL,
    ...(tls !== undefined && { tls }), ...(sasl !== undefined && { sasl }),
  })
  return {
    write: async (records) => { await producer.send({ messages: records.map((record) => ({ ...record })), acks: ProduceAcks.ALL }) },
    probe: async () => { await producer.metadata({ topics: [] }) },
    close: async () => { await producer.close(true) },
  }
}
