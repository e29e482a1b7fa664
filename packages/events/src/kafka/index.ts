export { kafkaSink, type KafkaSinkOptions } from './kafka-sink.ts'
export type { HostProducer, KafkaJsProducer, RdkafkaProducer } from './host-producer.ts'
export type { KafkaConnectionOptions } from './platformatic-writer.ts'
