import type { IncomingMessage } from 'node:http'
import { readNodeBody } from './node-body.ts'

const WITHOUT_BODY: ReadonlySet<string> = new Set(['GET', 'HEAD'])
/** Names, addresses and ports. Anything else in a Host header would change where the address ends and the path begins. */
const HOST = /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/

function headersOf(incoming: IncomingMessage): Headers {
  const headers = new Headers()
  const { rawHeaders } = incoming
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? ''
    // HTTP/2 writes method and path as headers of their own.
    if (!name.startsWith(':')) headers.append(name, rawHeaders[index + 1] ?? '')
  }
  return headers
}

/** Node's request as a web request; undefined when its address or headers make no sense. */
export async function toRequest(incoming: IncomingMessage, target: string, bodyLimit: number, signal: AbortSignal): Promise<Request | undefined> {
  const method = incoming.method ?? 'GET'
  const scheme = 'encrypted' in incoming.socket ? 'https' : 'http'
  const host = String(incoming.headers.host ?? incoming.headers[':authority'] ?? 'localhost')
  if (!HOST.test(host) || !target.startsWith('/')) return undefined
  const body = WITHOUT_BODY.has(method) ? undefined : await readNodeBody(incoming, bodyLimit)
  try {
    // Joined as text: resolving `//elsewhere/path` against a base would let the sender choose the host.
    return new Request(`${scheme}://${host}${target}`, { method, headers: headersOf(incoming), signal, ...(body !== undefined && { body }) })
  } catch {
    return undefined
  }
}
