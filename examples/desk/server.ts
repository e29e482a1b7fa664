import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { NodeHandler } from '@sluice/http'
import type { DeskAccess } from './access.ts'
import type { PageFile } from './page-files.ts'

const HOSTNAME = '127.0.0.1'
/** How long closing waits for its readers, in ms. */
const PATIENCE = 500
/** No name that somebody else's DNS can point here: a page of theirs would be signed in. */
export const OWN_HOST = /^(?:127\.0\.0\.1|localhost|\[::1\])(?::\d+)?$/i

const headers = {
  'Content-Security-Policy': [
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'", "connect-src 'self'",
    "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
  ].join('; '),
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
}

export interface DeskServerOptions {
  readonly api: NodeHandler
  readonly access: DeskAccess
  readonly page: ReadonlyMap<string, PageFile>
  readonly port: number
}

export interface DeskServer {
  /** For example `http://127.0.0.1:4400`. */
  readonly address: string
  /** For what listens beside the pages. */
  readonly http: Server
  close(): Promise<void>
}

/** Serves the API and the page on this host alone. */
export async function startServer({ api, access, page, port }: DeskServerOptions): Promise<DeskServer> {
  const server = createServer((incoming, outgoing) => {
    if (OWN_HOST.test(incoming.headers.host ?? '')) api(incoming, outgoing, () => { servePage(page, access, incoming, outgoing) })
    else outgoing.writeHead(421, { 'Content-Type': 'text/plain' }).end('This desk answers to 127.0.0.1 and localhost only.\n')
  })
  server.listen(port, HOSTNAME)
  await once(server, 'listening')
  return { http: server, address: `http://${HOSTNAME}:${(server.address() as AddressInfo).port}`, close: () => close(server) }
}

function servePage(page: DeskServerOptions['page'], access: DeskAccess, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const path = incoming.url?.split('?')[0] ?? '/'
  const file = page.get(path)
  if (file === undefined || (incoming.method !== 'GET' && incoming.method !== 'HEAD')) {
    outgoing.writeHead(404, { 'Content-Type': 'text/plain' }).end('There is nothing here.\n')
    return
  }
  const cookie = path === '/' ? { 'Set-Cookie': access.signIn(incoming) } : {}
  outgoing.writeHead(200, { ...headers, ...cookie, 'Content-Type': `${file.type}; charset=utf-8` })
  outgoing.end(incoming.method === 'HEAD' ? undefined : file.body)
}

/** Answers that are being written are finished, unless somebody takes too long to read them. */
async function close(server: Server): Promise<void> {
  const closed = once(server, 'close')
  server.close()
  const cut = setTimeout(() => { server.closeAllConnections() }, PATIENCE)
  await closed
  clearTimeout(cut)
}
