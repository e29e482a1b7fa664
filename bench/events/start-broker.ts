import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

export interface BenchBroker {
  readonly address: string
  /** Records it has. */
  size(): Promise<number>
  close(): void
}

export async function startBroker(): Promise<BenchBroker> {
  const child: ChildProcess = fork(fileURLToPath(new URL('broker.ts', import.meta.url)), { execArgv: ['--conditions=@sluice/source'] })
  const [address] = await once(child, 'message') as [string]
  return {
    address,
    size: async () => {
      child.send('size')
      const [size] = await once(child, 'message') as [number]
      return size
    },
    close: () => { child.disconnect() },
  }
}
