import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { brokerNames } from './desk-broker.ts'

/** What the command line and the environment say. */
export interface Settings {
  readonly broker: string
  /** undefined: as the broker says. */
  readonly strategy: boolean | undefined
  readonly port: number
  readonly token: string | undefined
  readonly dataFolder: string
  /** Brokers of Kafka that every event goes to; undefined: none. */
  readonly kafka: readonly string[] | undefined
  /** Whether events are pushed to sockets. */
  readonly socketio: boolean
}

/** It keeps its data in SLUICE_DATA itself; every other broker has a folder of its own in there. */
const DEFAULT_BROKER = 'simulated'

const USAGE = `pnpm demo [--broker NAME] [--no-strategy] [--kafka HOST:PORT] [--socketio]
  --broker       one of: ${brokerNames().join(', ')}
  --no-strategy  only you trade; --strategy to have it where it is not the default, as on alpaca-paper
  --kafka        sends every event to the topic sluice.events there, for example 127.0.0.1:9092; several brokers with commas
  --socketio     pushes events to sockets, at the address of the page
Environment: PORT (default 4400), SLUICE_TOKEN (default random), SLUICE_DATA (default ./sluice-data)`

/** @throws Error with how to put it right */
export function readSettings(args: readonly string[], environment: NodeJS.ProcessEnv): Settings {
  const { broker, strategy, kafka, socketio } = readArguments(args)
  return { broker, strategy, kafka: brokersOf(kafka), socketio, port: portOf(environment), token: tokenOf(environment), dataFolder: dataFolderOf(broker, environment) }
}

function readArguments(args: readonly string[]): { broker: string; strategy: boolean | undefined; kafka: string | undefined; socketio: boolean } {
  try {
    const { values } = parseArgs({
      args: [...args], allowNegative: true,
      options: { broker: { type: 'string', default: DEFAULT_BROKER }, strategy: { type: 'boolean' }, kafka: { type: 'string' }, socketio: { type: 'boolean', default: false } },
    })
    return { broker: values.broker, strategy: values.strategy, kafka: values.kafka, socketio: values.socketio }
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`, { cause: error })
  }
}

function brokersOf(text: string | undefined): readonly string[] | undefined {
  if (text === undefined) return undefined
  const brokers = text.split(',')
  if (brokers.every((broker) => /^[^:\s]+:\d{1,5}$/.test(broker))) return brokers
  throw new Error(`--kafka is "${text}". It must be host:port, or several with commas.`)
}

/** A journal of one broker makes no sense to another. */
function dataFolderOf(broker: string, environment: NodeJS.ProcessEnv): string {
  const folder = resolve(environment['SLUICE_DATA'] || 'sluice-data')
  return broker === DEFAULT_BROKER ? folder : join(folder, broker)
}

function portOf(environment: NodeJS.ProcessEnv): number {
  const text = environment['PORT'] || '4400'
  const port = Number(text)
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port
  throw new Error(`PORT is "${text}". It must be a number from 0 to 65535; 0 takes any free port.`)
}

function tokenOf(environment: NodeJS.ProcessEnv): string | undefined {
  const token = environment['SLUICE_TOKEN'] || undefined
  if (token === undefined || /^[A-Za-z0-9._~+/-]+=*$/.test(token)) return token
  throw new Error('SLUICE_TOKEN must be made of letters, digits and . _ ~ + / -')
}
