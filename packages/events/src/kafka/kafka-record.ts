/** One message for a topic. */
export interface KafkaRecord {
  readonly topic: string
  /** The account: brokers keep the order of one key. */
  readonly key: string
  /** A CloudEvent in structured JSON, as bytes. */
  readonly value: Buffer
  readonly headers: Readonly<Record<string, string>>
}

/** Writes records: one call at a time, all of them or an error. */
export interface RecordWriter {
  /** Resolves when all replicas that must have them do (acks=all). */
  write(records: readonly KafkaRecord[]): Promise<void>
  /** Resolves when the brokers answer. */
  probe?(): Promise<void>
  close(): Promise<void>
}
