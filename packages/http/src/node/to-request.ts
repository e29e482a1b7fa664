import type { IncomingMessage } from 'node:http'
import { readNodeBody } from './node-body.ts'
import { NodeRequest } from './node-request.ts'

/** Names, addresses and ports. Anything else in a Host header would change where the address ends and the path begins. */
const HOST = /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/
const NOTHING = new Uint8Array(0)

function headersOf({ rawHeaders }: IncomingMessage): [string, string][] {
  const headers: [string, string][] = []
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? ''
    // HTTP/2 writes method and path as headers of their own.
    if (!name.startsWith(':')) headers.push([name, rawHeaders[index + 1] ?? ''])
  }
  return headers
}

/** Node's request as a web request; undefined when its address or headers make no sense. */
export async function toRequest(incoming: IncomingMessage, target: string, bodyLimit: number, signal: AbortSignal): Promise<Request | undefined> {
  const method = incoming.method ?? 'GET'
  const scheme = 'encrypted' in incoming.socket ? 'https' : 'http'
  const host = String(incoming.headers.host ?? incoming.headers[':authority'] ?? 'localhost')
  if (!HOST.test(host) || !target.startsWith('/')) return undefined
  const content = method === 'GET' || method === 'HEAD' ? NOTHING : await readNodeBody(incoming, bodyLimit)
  try {
    // Joined as text: resolving `//elsewhere/path` against a base would let the sender choose the host.
    return new NodeRequest(`${scheme}://${host}${target}`, { method, headers: headersOf(incoming), content, signal })
  } catch {
    return undefined
  }
}
