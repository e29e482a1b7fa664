import { type CloudEvent, HTTP, Kafka as KafkaBinding } from 'cloudevents'
import { Kafka, logLevel } from 'kafkajs'
import type { StoredEvent } from '@sluice/core'
import type { EventSink } from '@sluice/events'
import { type HostProducer, kafkaSink, type RdkafkaProducer } from '@sluice/events/kafka'
import { fakeKafka } from '@sluice/events/testing'
import { expect, onTestFinished, test } from 'vitest'
import { itemsOf, orderIdIn } from './support/kafka-reader.ts'
import { upTo } from './support/open-relay.ts'

const makeEvents = (first: number, count: number, account = 'main'): StoredEvent[] => upTo(count).map((index) => {
  const sequence = first + index - 1
  return { id: `${account}:${sequence}`, account, sequence, time: '2026-11-22T17:00:00.000Z', type: 'order_expired', data: { orderId: `order-${sequence}` } }
})
const send = (sink: EventSink, items: readonly StoredEvent[]): Promise<void> =>
  sink.send({ account: items[0]!.account, after: items[0]!.sequence - 1, items, signal: new AbortController().signal })

async function openBroker(options: Parameters<typeof fakeKafka>[0] = {}) {
  const broker = await fakeKafka({ topics: ['sluice.events'], ...options })
  onTestFinished(() => broker.close())
  return broker
}
function openSink(options: Parameters<typeof kafkaSink>[0]): EventSink {
  const sink = kafkaSink(options)
  onTestFinished(() => sink.close?.())
  return sink
}

test('an acknowledgement that is lost once is no duplicate: the broker knows the producer and its numbers', async () => {
  const broker = await openBroker()
  const sink = openSink({ brokers: [broker.address], source: '/test', retryDelay: 10 })
  await send(sink, makeEvents(1, 3))
  broker.loseAnswers(1)
  await send(sink, makeEvents(4, 3))
  await send(sink, makeEvents(7, 3))
  expect(itemsOf(broker.records('sluice.events'), 'main').map(({ sequence }) => sequence)).toEqual(upTo(9))
  expect(broker.appends).toBe(4)
})

test('an answer that never comes ends at the deadline, and costs at most repetitions under the same ids', async () => {
  const broker = await openBroker()
  const sink = openSink({ brokers: [broker.address], source: '/test', timeout: 200, retries: 2, retryDelay: 10 })
  await send(sink, makeEvents(1, 3))
  broker.swallowAnswers(1)
  await send(sink, makeEvents(4, 3)).catch(() => send(sink, makeEvents(4, 3)))
  await send(sink, makeEvents(7, 3))
  const ids = itemsOf(broker.records('sluice.events'), 'main').map(({ id }) => id)
  expect([...new Set(ids)]).toEqual(upTo(9).map((sequence) => `main:${sequence}`))
})

test('errors of the broker that pass are not seen by the relay', async () => {
  const broker = await openBroker()
  const sink = openSink({ brokers: [broker.address], source: '/test', retryDelay: 10 })
  broker.refuseWith(7, 2)
  await send(sink, makeEvents(1, 3))
  expect(broker.size).toBe(3)
})

test('a batch beyond what the topic takes goes in parts, in order', async () => {
  const broker = await openBroker({ maximumBytes: 20_000 })
  const sink = openSink({ brokers: [broker.address], source: '/test', maximumBytes: 10_000 })
  await send(sink, makeEvents(1, 500))
  expect(itemsOf(broker.records('sluice.events'), 'main').map(({ sequence }) => sequence)).toEqual(upTo(500))
  expect(broker.appends).toBeGreaterThan(5)
})

test('an event that is too large by itself is refused; a topic that is not there is no verdict on an event', async () => {
  const broker = await openBroker({ maximumBytes: 2000, autocreateTopics: false })
  const large = makeEvents(1, 1).map((event): StoredEvent => ({ ...event, type: 'order_cancel_refused', data: { orderId: 'o', code: 'LARGE', message: 'x'.repeat(4000) } }))
  const sink = openSink({ brokers: [broker.address], source: '/test', retries: 2, retryDelay: 10 })
  await expect(send(sink, large)).rejects.toMatchObject({ code: 'EVENT_REFUSED' })
  const lost = openSink({ brokers: [broker.address], source: '/test', topic: 'nowhere', retries: 2, retryDelay: 10 })
  await expect(send(lost, makeEvents(1, 1))).rejects.toMatchObject({ code: 'SINK_UNAVAILABLE' })
})

test('all events of an account are in one partition', async () => {
  const broker = await openBroker({ partitions: 8 })
  const sink = openSink({ brokers: [broker.address], source: '/test' })
  const accounts = upTo(20).map((index) => `account-${index}`)
  await Promise.all(accounts.map((account) => send(sink, makeEvents(1, 10, account))))
  const records = broker.records('sluice.events')
  for (const account of accounts) expect(new Set(records.filter(({ key }) => key === account).map(({ partition }) => partition)).size).toBe(1)
  expect(new Set(records.map(({ partition }) => partition)).size).toBeGreaterThan(1)
})

test('the messages are CloudEvents 1.0 to the library of CloudEvents', async () => {
  const broker = await openBroker()
  const sink = openSink({ brokers: [broker.address], source: '/desk/main' })
  await send(sink, makeEvents(41, 1))
  const [record] = broker.records('sluice.events')
  const message = { key: record!.key!, value: record!.value, headers: record!.headers, body: record!.value }
  expect(KafkaBinding.isEvent(message)).toBe(true)
  const event = KafkaBinding.toEvent<unknown>(message) as CloudEvent<unknown>
  expect(event.validate()).toBe(true)
  expect(HTTP.isEvent({ headers: record!.headers, body: record!.value })).toBe(true)
  expect(event).toMatchObject({
    specversion: '1.0', id: 'main:41', source: '/desk/main', type: 'sluice.order_expired', subject: 'main', sequence: '00000000000000000041', partitionkey: 'main',
    datacontenttype: 'application/json', data: { orderId: 'order-41' },
  })
})

test('kafkajs: a producer that the host has connected is enough', async () => {
  const broker = await openBroker()
  const producer = new Kafka({ brokers: [broker.address], logLevel: logLevel.NOTHING, retry: { retries: 1, initialRetryTime: 20 } }).producer({ allowAutoTopicCreation: false })
  await producer.connect()
  onTestFinished(() => producer.disconnect())
  const sink = openSink({ producer, source: '/test' })
  await send(sink, makeEvents(1, 50))
  expect(itemsOf(broker.records('sluice.events'), 'main').map(({ sequence }) => sequence)).toEqual(upTo(50))
  broker.refuse(({ value }) => orderIdIn(value) === 'order-51')
  await expect(send(sink, makeEvents(51, 1))).rejects.toMatchObject({ code: 'EVENT_REFUSED' })
  await broker.down()
  await expect(send(sink, makeEvents(52, 1))).rejects.toMatchObject({ code: 'SINK_UNAVAILABLE' })
})

/** A producer as node-rdkafka and Confluent describe theirs: reports come later, in order. */
function rdkafkaLike({ refuse = () => undefined, room = Number.POSITIVE_INFINITY }: { refuse?: (value: string) => unknown; room?: number } = {}) {
  const taken: { key: string; value: string }[] = []
  let left = room
  const producer: RdkafkaProducer = {
    produce: (_topic, _partition, message, key, _timestamp, _headers, callback) => {
      if (left === 0) throw Object.assign(new Error('Local: Queue full'), { code: -184 })
      left -= 1
      const value = message.toString()
      setTimeout(() => {
        const error = refuse(value)
        if (error === undefined) taken.push({ key, value })
        callback(error ?? null, taken.length)
      })
    },
  }
  return { producer, taken }
}

test('Confluent and node-rdkafka: every message is answered for by its delivery report', async () => {
  const tooLarge = Object.assign(new Error('Broker: Message size too large'), { code: 10 })
  const { producer, taken } = rdkafkaLike({ refuse: (value) => (orderIdIn(value) === 'order-4' ? tooLarge : undefined) })
  const sink = openSink({ producer, source: '/test' })
  await send(sink, makeEvents(1, 3))
  expect(itemsOf(taken, 'main').map(({ sequence }) => sequence)).toEqual([1, 2, 3])
  await expect(send(sink, makeEvents(4, 1))).rejects.toMatchObject({ code: 'EVENT_REFUSED' })
})

test('a full queue of the producer ends the batch where it is full: nothing goes ahead of what did not go', async () => {
  const { producer, taken } = rdkafkaLike({ room: 3 })
  const sink = openSink({ producer, source: '/test' })
  await expect(send(sink, makeEvents(1, 10))).rejects.toMatchObject({ code: 'SINK_UNAVAILABLE' })
  expect(itemsOf(taken, 'main').map(({ sequence }) => sequence)).toEqual([1, 2, 3])
})

test('Confluent with the interface of kafkajs: acks are not given with a send, where it refuses them', async () => {
  const sent: { topic: string; messages: { key: string; value: Buffer }[] }[] = []
  const producer: HostProducer = {
    send: async (record) => {
      if ('acks' in record || 'timeout' in record) throw new Error('acks and timeout are set in the producer\'s configuration')
      sent.push(record)
    },
  }
  const sink = openSink({ producer, source: '/test', topic: (account) => `events.${account}` })
  await Promise.all([send(sink, makeEvents(1, 2)), send(sink, makeEvents(1, 2, 'other'))])
  expect(sent.map(({ topic, messages }) => [topic, messages.length])).toEqual([['events.main', 2], ['events.other', 2]])
})

test('what cannot work is said at once', () => {
  expect(() => kafkaSink({ brokers: [], source: '/test' })).toThrow('brokers is empty')
  expect(() => kafkaSink({ brokers: ['localhost:9092'], source: 'a source' })).toThrow('URI reference')
  expect(() => kafkaSink({ producer: {} as never, source: '/test' })).toThrow('producer must have send')
})
