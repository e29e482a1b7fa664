import { Consumer, MessagesStreamFallbackModes, MessagesStreamModes, stringDeserializers } from '@platformatic/kafka'
import type { CloudEvent } from '@sluice/events'
import type { ConsumedItem } from './print-event.ts'

export interface ReadKafkaOptions {
  readonly brokers: readonly string[]
  readonly topic: string
  /** Keeps its place in the topic under this name. */
  readonly group: string
  readonly onItem: (item: ConsumedItem) => void
  readonly signal: AbortSignal
}

/** Reads the topic from the group's place, or from its beginning. */
export async function readKafka({ brokers, topic, group, onItem, signal }: ReadKafkaOptions): Promise<void> {
  const consumer = new Consumer({ clientId: 'sluice-consumer', groupId: group, bootstrapBrokers: [...brokers], deserializers: stringDeserializers, maxWaitTime: 200 })
  const stream = await consumer.consume({ topics: [topic], mode: MessagesStreamModes.COMMITTED, fallbackMode: MessagesStreamFallbackModes.EARLIEST, autocommit: true })
  const stop = (): void => { void stream.close() }
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  for await (const { value } of stream) {
    const event = JSON.parse(value) as CloudEvent
    onItem({ account: event.subject, sequence: Number(event.sequence), type: event.type.replace(/^sluice\./, ''), data: event.data })
  }
  await consumer.close(true)
}
