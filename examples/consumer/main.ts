// Prints every event of a desk as it comes, once and in order: from a topic of Kafka, or from sockets.
//   node --conditions=@sluice/source examples/consumer/main.ts --kafka 127.0.0.1:9092
//   node --conditions=@sluice/source examples/consumer/main.ts --socketio http://127.0.0.1:4400 --token TOKEN
import { parseArgs } from 'node:util'
import { createPrinter } from './print-event.ts'
import { readKafka } from './read-kafka.ts'
import { readSockets } from './read-sockets.ts'

const USAGE = `One of:
  --kafka HOST:PORT [--topic sluice.events] [--group NAME]    a group that has read before goes on where it stopped
  --socketio ADDRESS --token TOKEN [--account main]
And: [--count N] ends after N events`

const { values } = parseArgs({
  options: {
    kafka: { type: 'string' }, topic: { type: 'string', default: 'sluice.events' }, group: { type: 'string', default: `consumer-${process.pid}` },
    socketio: { type: 'string' }, token: { type: 'string', default: '' }, account: { type: 'string', default: 'main' },
    count: { type: 'string', default: 'Infinity' },
  },
})
const ending = new AbortController()
const leave = (): void => { ending.abort() }
process.on('SIGINT', leave).on('SIGTERM', leave)
const print = createPrinter({ count: Number(values.count), end: leave })

if (values.kafka !== undefined) await readKafka({ brokers: values.kafka.split(','), topic: values.topic, group: values.group, onItem: print, signal: ending.signal })
else if (values.socketio !== undefined) await readSockets({ address: values.socketio, token: values.token, account: values.account, onItem: print, signal: ending.signal })
else console.log(USAGE)
