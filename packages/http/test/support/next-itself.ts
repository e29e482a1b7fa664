import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import type { ExecutionApi } from '../../src/index.ts'
import type { Host } from './hosts.ts'

type Listener = (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void>

interface NextApp {
  prepare(): Promise<void>
  getRequestHandler(): Listener
}

/** Where the app's own code looks for its API: examples/frameworks/nextjs/execution.ts. */
const kept = globalThis as { sluice?: Promise<{ readonly api: ExecutionApi }> }

async function startNext(folder: string): Promise<string> {
  let listener: Listener | undefined
  const server = createServer((incoming, outgoing) => { void listener?.(incoming, outgoing) })
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  const { port } = server.address() as AddressInfo
  // Required by the app, so that it is the app's own Next.
  const next = createRequire(`${folder}/package.json`)('next') as (options: object) => NextApp
  const app = next({ dev: false, dir: folder, hostname: 'localhost', port })
  await app.prepare()
  listener = app.getRequestHandler()
  server.unref()
  // Next writes the address of a request with this name, whatever Host says.
  return `http://localhost:${port}`
}

let started: Promise<string> | undefined

/**
 * The built app of examples/frameworks/nextjs under Next's own server, in this process, so that each test brings its own API. Only
 * where SLUICE_NEXT_APP names its folder: it has to be installed and built before, which `pnpm frameworks` does.
 */
export function nextItself(): Host[] {
  const folder = process.env['SLUICE_NEXT_APP']
  if (folder === undefined) return []
  return [{
    name: 'Next.js itself',
    rawBody: true,
    mount: async (api) => {
      kept.sluice = Promise.resolve({ api })
      const origin = await (started ??= startNext(folder))
      return { origin, send: (path, init) => fetch(origin + path, init), close: async () => undefined }
    },
  }]
}
