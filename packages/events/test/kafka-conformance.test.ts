import { kafkaSink } from '@sluice/events/kafka'
import { fakeKafka } from '@sluice/events/testing'
import { testSink } from '@sluice/testkit'
import { itemsOf, orderIdIn } from './support/kafka-reader.ts'

testSink({
  create: async () => {
    const broker = await fakeKafka({ topics: ['sluice.events'] })
    const make = () => kafkaSink({ brokers: [broker.address], source: '/test', timeout: 500, retries: 2, retryDelay: 20 })
    return {
      sink: make(),
      delivered: async (account) => itemsOf(broker.records('sluice.events'), account),
      fail: () => broker.down(),
      heal: () => broker.up(),
      // More often than the client itself tries: what is left is for the relay.
      loseAnswer: () => { broker.loseAnswers(4) },
      refuse: (orderId) => { broker.refuse(({ value }) => orderIdIn(value) === orderId) },
      restart: async () => make(),
      close: () => broker.close(),
    }
  },
})
