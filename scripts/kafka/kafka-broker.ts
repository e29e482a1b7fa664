import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** A broker starts in two seconds on a free machine. */
const PATIENCE = 60_000
const JAVA = ['-Xmx320m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Xshare:auto']

/** A real Apache Kafka in KRaft mode on this host, one node, with data in a folder that is gone afterwards. */
export interface KafkaBroker {
  /** Where it listens, for example `127.0.0.1:40123`. */
  readonly address: string
  start(): Promise<void>
  /** `SIGKILL`: as when the power goes off. What was acknowledged is in its log. */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void>
  close(): Promise<void>
}

export interface KafkaBrokerOptions {
  /** The folder of its jars. */
  readonly jars: string
  /** 0: any free one. */
  readonly port: number
  /** Where clients are told to connect, when that is another port than its own: a proxy before it. */
  readonly advertise?: number
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

/** Never with a dash at its beginning, which the tool would take for an option. */
function newClusterId(): string {
  return `A${randomBytes(16).toString('base64url').slice(1)}`
}

const properties = (folder: string, port: number, controller: number, advertise: number): string => `process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:${controller}
listeners=PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}
advertised.listeners=PLAINTEXT://127.0.0.1:${advertise}
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs=${join(folder, 'data')}
num.partitions=4
auto.create.topics.enable=true
offsets.topic.num.partitions=1
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
broker.session.timeout.ms=1500
broker.heartbeat.interval.ms=300
`

/** Prepares a broker; nothing runs until `start`. */
export async function createKafkaBroker({ jars, port: wanted, advertise }: KafkaBrokerOptions): Promise<KafkaBroker> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-kafka-'))
  const port = wanted === 0 ? await freePort() : wanted
  const controller = await freePort()
  const configuration = join(folder, 'server.properties')
  writeFileSync(configuration, properties(folder, port, controller, advertise ?? port))
  const java = (main: string, ...rest: string[]): string[] => [...JAVA, '-cp', join(jars, '*'), main, ...rest]
  execFileSync('java', java('kafka.tools.StorageTool', 'format', '-t', newClusterId(), '-c', configuration), { stdio: ['ignore', 'ignore', 'pipe'] })
  let running: ChildProcess | undefined

  const stop: KafkaBroker['stop'] = async (signal = 'SIGTERM') => {
    const child = running
    running = undefined
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill(signal)
    await exited
  }
  return {
    address: `127.0.0.1:${port}`,
    start: async () => {
      const child = spawn('java', java('kafka.Kafka', configuration), { stdio: ['ignore', 'ignore', 'ignore'] })
      running = child
      for (const start = performance.now(); !(await answers(port)); await sleep(50)) {
        if (child.exitCode !== null) throw new Error(`Kafka ended with ${child.exitCode} before it was ready`)
        if (performance.now() - start > PATIENCE) throw new Error(`Kafka was not ready within ${PATIENCE} ms`)
      }
    },
    stop,
    close: async () => {
      await stop('SIGKILL')
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
