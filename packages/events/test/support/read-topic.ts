import { Admin, Consumer, type Message, MessagesStreamModes, stringDeserializers } from '@platformatic/kafka'

/** Everything in a topic of a real broker, by partition and offset, once `count` messages of it are there or `within` ms are over. */
export async function readTopic(address: string, topic: string, count: number, within = 15_000): Promise<{ key: string; value: string; partition: number; headers: ReadonlyMap<string, string> }[]> {
  const consumer = new Consumer({
    clientId: 'reader', groupId: `reader-${topic}-${process.pid}-${performance.now()}`, bootstrapBrokers: [address], deserializers: stringDeserializers, maxWaitTime: 100,
  })
  const found: Message<string, string, string, string>[] = []
  try {
    const stream = await consumer.consume({ topics: [topic], mode: MessagesStreamModes.EARLIEST, autocommit: false })
    const timer = setTimeout(() => { void stream.close() }, within)
    for await (const message of stream) {
      found.push(message)
      if (found.length === count) break
    }
    clearTimeout(timer)
  } finally {
    await consumer.close(true)
  }
  return found
    .toSorted((left, right) => left.partition - right.partition || Number(left.offset - right.offset))
    .map(({ key, value, partition, headers }) => ({ key, value, partition, headers }))
}

/** Makes topics, so that nobody waits for them to be made. */
export async function createTopics(address: string, topics: readonly string[], partitions = 4): Promise<void> {
  const admin = new Admin({ clientId: 'maker', bootstrapBrokers: [address] })
  try {
    await admin.createTopics({ topics: [...topics], partitions, replicas: 1 })
  } finally {
    await admin.close()
  }
}
