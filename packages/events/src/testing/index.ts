export { fakeKafka, type FakeKafka, type FakeKafkaOptions } from './kafka/fake-kafka.ts'
export type { FakeKafkaRecord } from './kafka/record-batch.ts'
