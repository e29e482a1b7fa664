import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { BrokerAdapter } from '@sluice/core'

/** What a file in `brokers/` exports as `broker`. Its file name is what `--broker` takes. */
export interface DeskBroker {
  /** Shown on start, for example `Simulated broker`. */
  readonly title: string
  /** Its books end with the process; so does the journal of the desk then, which would miss its orders at the next start. Default false. */
  readonly forgets?: boolean
  /** Whether the drift strategy trades unless the command line says otherwise. Default true. */
  readonly strategy?: boolean
  /** Called once a start. Importing the file must do nothing. */
  open(options: DeskBrokerOptions): BrokerAdapter | Promise<BrokerAdapter>
}

export interface DeskBrokerOptions {
  /** An existing folder for whatever the broker keeps. */
  readonly dataFolder: string
}

const folder = join(import.meta.dirname, 'brokers')

/** Every broker the desk can use. */
export function brokerNames(): readonly string[] {
  return readdirSync(folder).filter((file) => file.endsWith('.ts')).map((file) => file.slice(0, -'.ts'.length)).toSorted()
}

/** @throws Error naming the choices when there is no such broker */
export async function findBroker(name: string): Promise<DeskBroker> {
  const names = brokerNames()
  if (!names.includes(name)) throw new Error(`There is no broker "${name}". Choose one of: ${names.join(', ')}`)
  const { broker } = (await import(pathToFileURL(join(folder, `${name}.ts`)).href)) as { readonly broker: DeskBroker }
  return broker
}
