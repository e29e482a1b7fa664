import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { join } from 'node:path'

const script = join(import.meta.dirname, '../../../../scripts/kafka.ts')
const UNAVAILABLE = 69

/** A real Apache Kafka, in a process of the project's own script. */
export interface RealKafka {
  readonly address: string
  /** `kill`: as when the power goes off. */
  command(name: 'start' | 'stop' | 'kill'): Promise<void>
  close(): Promise<void>
}

/** The broker, or why there is none on this machine. */
export async function startRealKafka({ advertise }: { readonly advertise?: number } = {}): Promise<RealKafka | string> {
  const child: ChildProcess = spawn(process.execPath, [script, '--port', '0', ...(advertise === undefined ? [] : ['--advertise', String(advertise)])], { stdio: ['pipe', 'pipe', 'pipe'] })
  const errors: string[] = []
  child.stderr?.on('data', (chunk: Buffer) => { errors.push(chunk.toString()) })
  const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]()
  const exited = once(child, 'exit') as Promise<[number | null]>
  const first = await Promise.race([lines.next(), exited.then(([code]) => ({ done: true as const, value: code }))])
  if (first.done === true) {
    const [code] = await exited
    if (code === UNAVAILABLE) return errors.join('').trim()
    throw new Error(`scripts/kafka.ts ended with ${code}: ${errors.join('')}`)
  }
  return {
    address: first.value.replace('ready ', ''),
    command: async (name) => {
      child.stdin?.write(`${name}\n`)
      const { value } = await lines.next()
      if (value !== `done ${name}`) throw new Error(`Kafka did not ${name}: ${errors.join('')}`)
    },
    close: async () => {
      child.stdin?.end()
      await exited
    },
  }
}
