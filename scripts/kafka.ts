// A real Apache Kafka on this host, for the demo and the tests: KRaft, one node, jars by Maven, data that ends with it.
//   pnpm kafka [--port 9092] [--advertise PORT]
// Reads commands from its input, one a line: stop, kill, start. Ends with its input.
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { createKafkaBroker } from './kafka/kafka-broker.ts'
import { kafkaJars, whyNoKafka } from './kafka/kafka-jars.ts'

/** The exit code when there is nothing to run on this machine. */
const UNAVAILABLE = 69

const { values } = parseArgs({ options: { port: { type: 'string', default: '9092' }, advertise: { type: 'string' } } })

function jarsOrLeave(): string {
  try {
    const why = whyNoKafka()
    if (why === undefined) return kafkaJars()
    console.error(`No Kafka on this machine: ${why}. On Debian: apt-get install maven default-jre-headless`)
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
  }
  process.exit(UNAVAILABLE)
}

const broker = await createKafkaBroker({ jars: jarsOrLeave(), port: Number(values.port), ...(values.advertise !== undefined && { advertise: Number(values.advertise) }) })
const leave = (): void => { void broker.close().then(() => process.exit(0)) }
process.on('SIGINT', leave).on('SIGTERM', leave)
await broker.start()
console.log(`ready ${broker.address}`)

for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'start') await broker.start()
  else if (line === 'stop') await broker.stop()
  else if (line === 'kill') await broker.stop('SIGKILL')
  else continue
  console.log(`done ${line}`)
}
await broker.close()
process.exit(0)
