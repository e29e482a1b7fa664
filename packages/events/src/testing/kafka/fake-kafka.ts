import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { createPartitionLog, type PartitionLog } from './partition-log.ts'
import type { FakeKafkaRecord } from './record-batch.ts'
import { answerRequest, APIS, type Cluster, readHead } from './requests.ts'
import { WireReader } from './wire.ts'

export interface FakeKafkaOptions {
  /** Topics that are there at the start. */
  readonly topics?: readonly string[]
  /** Partitions of a topic. Default 4. */
  readonly partitions?: number
  /** Whether a client may make topics by asking for them. Default true. */
  readonly autocreateTopics?: boolean
  /** Bytes of a batch at most. Default 1 048 588, as in Kafka. */
  readonly maximumBytes?: number
}

/** A Kafka broker for tests: a real socket, one node, what a producer needs, and faults on command. Nothing is kept on disk. */
export interface FakeKafka {
  /** For example `127.0.0.1:40123`. */
  readonly address: string
  /** What consumers would get: by partition, then by offset. */
  records(topic: string): readonly FakeKafkaRecord[]
  /** Records of all topics. */
  readonly size: number
  /** Produce requests that were appended. */
  readonly appends: number
  /** The next `times` batches are not appended and answered with this error of the protocol. */
  refuseWith(error: number, times?: number): void
  /** Batches with a record that passes are refused as INVALID_RECORD. */
  refuse(isPoison: ((record: FakeKafkaRecord) => boolean) | undefined): void
  /** The next `times` produce requests are appended, and the connection is cut instead of an answer. */
  loseAnswers(times?: number): void
  /** The next `times` produce requests are appended and never answered; the connection stays. */
  swallowAnswers(times?: number): void
  /** The next `times` produce requests are cut before anything is appended. */
  loseRequests(times?: number): void
  /** Calls back for each produce request, before it is appended and before it is answered: where a sender may be made to die. */
  watch(listener: ((stage: 'received' | 'appended') => void) | undefined): void
  /** Takes the broker off the network. What it has, it keeps. */
  down(): Promise<void>
  /** Brings it back at the same address. */
  up(): Promise<void>
  close(): Promise<void>
}

/** Starts a fake broker on a free port of this host. */
export async function fakeKafka(options: FakeKafkaOptions = {}): Promise<FakeKafka> {
  const { partitions = 4, autocreateTopics = true, maximumBytes = 1_048_588 } = options
  const logs = new Map<string, readonly PartitionLog[]>()
  const sockets = new Set<Socket>()
  const errors: number[] = []
  const faults = { answers: 0, silent: 0, requests: 0 }
  let isPoison: ((record: FakeKafkaRecord) => boolean) | undefined
  let watcher: ((stage: 'received' | 'appended') => void) | undefined
  let producers = 0n
  let appends = 0
  let port = 0
  let server: Server | undefined

  const make = (name: string): readonly PartitionLog[] => {
    const made = Array.from({ length: partitions }, (_, partition) => createPartitionLog({ topic: name, partition, maximumBytes: () => maximumBytes, isRefused: () => isPoison }))
    logs.set(name, made)
    return made
  }
  for (const topic of options.topics ?? []) make(topic)

  const cluster: Cluster = {
    get port() { return port },
    topic: (name, mayCreate) => logs.get(name) ?? (mayCreate && autocreateTopics ? make(name) : undefined),
    topics: () => [...logs.keys()],
    nextProducerId: () => { producers += 1n; return producers },
    injected: () => errors.shift() ?? 0,
  }
  const take = (fault: keyof typeof faults): boolean => {
    if (faults[fault] === 0) return false
    faults[fault] -= 1
    return true
  }

  const onFrame = (socket: Socket, frame: Buffer): void => {
    const reader = new WireReader(frame)
    const head = readHead(reader)
    const isProduce = head.api === APIS.produce
    if (isProduce) watcher?.('received')
    if (isProduce && take('requests')) { socket.destroy(); return }
    const answer = answerRequest(cluster, head, reader)
    if (isProduce) {
      appends += 1
      watcher?.('appended')
      if (take('answers')) { socket.destroy(); return }
      if (take('silent')) return
    }
    if (answer !== undefined) socket.write(answer)
  }
  const onConnection = (socket: Socket): void => {
    sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('close', () => { sockets.delete(socket) }).on('error', () => undefined)
    let pending: Buffer = Buffer.alloc(0)
    socket.on('data', (chunk: Buffer) => {
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
      while (pending.length >= 4 && !socket.destroyed) {
        const length = pending.readInt32BE()
        if (pending.length < 4 + length) return
        const frame = pending.subarray(4, 4 + length)
        pending = pending.subarray(4 + length)
        onFrame(socket, frame)
      }
    })
  }
  const up = async (): Promise<void> => {
    server = createServer(onConnection).listen(port, '127.0.0.1')
    await once(server, 'listening')
    port = (server.address() as AddressInfo).port
  }
  const down = async (): Promise<void> => {
    if (server === undefined) return
    const closed = once(server, 'close')
    server.close()
    server = undefined
    for (const socket of sockets) socket.destroy()
    await closed
  }
  await up()

  return {
    address: `127.0.0.1:${port}`,
    records: (topic) => (logs.get(topic) ?? []).flatMap((log) => log.records()),
    get size() { return [...logs.values()].flat().reduce((sum, log) => sum + log.end, 0) },
    get appends() { return appends },
    refuseWith: (error, times = 1) => { errors.push(...Array.from({ length: times }, () => error)) },
    refuse: (passes) => { isPoison = passes },
    loseAnswers: (times = 1) => { faults.answers += times },
    swallowAnswers: (times = 1) => { faults.silent += times },
    loseRequests: (times = 1) => { faults.requests += times },
    watch: (listener) => { watcher = listener },
    down, up,
    close: down,
  }
}
