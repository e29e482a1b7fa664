// A desk behind a strict policy: an app's files, and the execution API on a simulated broker, on one origin.
import { createReadStream, existsSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { createExecutionService, type ExecutionService, maxPosition, orderValue, simulatedBroker } from '@sluice/core'
import { createExecutionApi, toNodeHandler } from '@sluice/http'

const types: Readonly<Record<string, string>> = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript; charset=utf-8', '.css': 'text/css; charset=utf-8' }

/** Nothing inline but styles known by their hashes, nothing evaluated, nothing from elsewhere. lit, Vue and Svelte each name the one policy they make templates with. */
const policy = (hashes: readonly string[]): string => [
  "default-src 'none'", "script-src 'self'", `style-src 'self' ${hashes.map((hash) => `'${hash}'`).join(' ')}`.trim(), "connect-src 'self'", "img-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
  "require-trusted-types-for 'script'", 'trusted-types lit-html vue svelte-trusted-html',
].join('; ')

export interface Desk {
  readonly origin: string
  readonly service: ExecutionService
  close(): Promise<void>
}

export interface DeskOptions {
  /** Files from outside the app's folder, by the path they are served at. */
  readonly aliases?: Readonly<Record<string, string>>
  /** Inline styles that the policy lets through, for example `sha256-…`. */
  readonly styles?: readonly string[]
}

/** `files`: the folder with the app. */
export async function serveDesk(files: string, { aliases = {}, styles = [] }: DeskOptions = {}): Promise<Desk> {
  const service = await createExecutionService({
    broker: simulatedBroker({ prices: { AAPL: '187.50', MSFT: '410' } }), guards: [maxPosition({ quantity: '100' }), orderValue({ reject: '50000' })],
  })
  const handler = toNodeHandler(createExecutionApi({ service, authenticate: () => ({ id: 'desk', accounts: ['main'] }) }))
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const path = new URL(request.url ?? '/', 'http://desk').pathname
    const file = aliases[path] ?? join(files, normalize(path === '/' ? '/index.html' : path))
    if (!existsSync(file)) {
      response.writeHead(404).end()
      return
    }
    response.writeHead(200, { 'Content-Type': types[extname(file)] ?? 'application/octet-stream', 'Content-Security-Policy': policy(styles) })
    createReadStream(file).pipe(response)
  }
  const server = createServer((request, response) => { handler(request, response, () => { answer(request, response) }) })
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    service,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => { server.close(resolve) })
      await service.close()
    },
  }
}
