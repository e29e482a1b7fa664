import type { PartitionLog } from './partition-log.ts'
import { type WireReader, WireWriter } from './wire.ts'

/** The calls a producer makes, each in one version: the newest without tagged fields. */
export const APIS = { produce: 0, metadata: 3, apiVersions: 18, initProducerId: 22 } as const
const VERSIONS: readonly (readonly [key: number, minimum: number, maximum: number])[] = [
  [APIS.produce, 7, 7], [APIS.metadata, 5, 5], [APIS.apiVersions, 0, 2], [APIS.initProducerId, 0, 1],
]
const UNSUPPORTED_VERSION = 35
const UNKNOWN_TOPIC_OR_PARTITION = 3

export interface RequestHead {
  readonly api: number
  readonly version: number
  readonly correlation: number
}

export interface Cluster {
  readonly port: number
  /** The partitions of a topic; undefined when there is none and none may be made. */
  topic(name: string, mayCreate: boolean): readonly PartitionLog[] | undefined
  topics(): readonly string[]
  nextProducerId(): bigint
  /** The error for a part of a produce request, instead of appending it. */
  injected(): number
}

export function readHead(reader: WireReader): RequestHead {
  const head = { api: reader.int16(), version: reader.int16(), correlation: reader.int32() }
  reader.string()
  return head
}

function apiVersions(version: number, answer: WireWriter): WireWriter {
  const isKnown = version <= 2
  answer.int16(isKnown ? 0 : UNSUPPORTED_VERSION).array(VERSIONS, ([key, minimum, maximum]) => { answer.int16(key).int16(minimum).int16(maximum) })
  return isKnown && version > 0 ? answer.int32(0) : answer
}

function metadata(cluster: Cluster, reader: WireReader, answer: WireWriter): WireWriter {
  const asked = reader.array(() => reader.string() ?? '')
  const mayCreate = reader.boolean()
  const names = asked ?? cluster.topics()
  answer.int32(0).array([1], (node) => { answer.int32(node).string('127.0.0.1').int32(cluster.port).string(null) }).string('fake').int32(1)
  return answer.array(names, (name) => {
    const partitions = cluster.topic(name, mayCreate)
    answer.int16(partitions === undefined ? UNKNOWN_TOPIC_OR_PARTITION : 0).string(name).boolean(false)
    answer.array([...(partitions ?? []).keys()], (index) => {
      const one = [1]
      answer.int16(0).int32(index).int32(1).array(one, (node) => { answer.int32(node) }).array(one, (node) => { answer.int32(node) }).int32(0)
    })
  })
}

function produce(cluster: Cluster, reader: WireReader, answer: WireWriter): { readonly answer: WireWriter; readonly acks: number } {
  reader.string()
  const acks = reader.int16()
  reader.int32()
  const topics = reader.array(() => ({ name: reader.string() ?? '', parts: reader.array(() => ({ index: reader.int32(), batch: reader.bytes() })) ?? [] })) ?? []
  answer.array(topics, ({ name, parts }) => {
    answer.string(name).array(parts, ({ index, batch }) => {
      const log = cluster.topic(name, false)?.[index]
      const error = cluster.injected()
      const written = error !== 0 || log === undefined || batch === null ? { error: error || UNKNOWN_TOPIC_OR_PARTITION, offset: -1 } : log.append(batch)
      answer.int32(index).int16(written.error).int64(BigInt(written.offset)).int64(-1n).int64(0n)
    })
  }).int32(0)
  return { answer, acks }
}

/** The answer to a request; undefined when none is expected. */
export function answerRequest(cluster: Cluster, { api, version, correlation }: RequestHead, reader: WireReader): Buffer | undefined {
  const answer = new WireWriter().int32(correlation)
  switch (api) {
    case APIS.apiVersions: return apiVersions(version, answer).frame()
    case APIS.metadata: return metadata(cluster, reader, answer).frame()
    case APIS.initProducerId: return answer.int32(0).int16(0).int64(cluster.nextProducerId()).int16(0).frame()
    case APIS.produce: {
      const { acks } = produce(cluster, reader, answer)
      return acks === 0 ? undefined : answer.frame()
    }
    default: throw new RangeError(`the fake broker does not know call ${api}`)
  }
}
