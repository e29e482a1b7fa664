import { Agent as PlainAgent, type ClientRequest, type IncomingMessage, request as plainRequest } from 'node:http'
import { Agent as SecureAgent, request as secureRequest } from 'node:https'
import type { Socket } from 'node:net'
import { describe } from '../describe.ts'
import { type AlpacaTransport, TransportError, type TransportRequest } from './transport.ts'

export interface NodeTransportOptions {
  /** Connections. Default: one pool of its own, kept alive. */
  readonly agent?: PlainAgent | SecureAgent
}

function readAnswer(message: IncomingMessage): Promise<Response> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    message.on('data', (chunk: Buffer) => { chunks.push(chunk) })
    message.on('error', reject)
    message.on('aborted', () => { reject(new TypeError('terminated')) })
    message.on('end', () => {
      const { statusCode: status = 0 } = message
      if (status >= 300 && status < 400) { reject(new TransportError('REDIRECTED', `redirected with ${status}`)); return }
      const headers = new Headers()
      for (const [name, value] of Object.entries(message.headers)) headers.set(name, Array.isArray(value) ? value.join(', ') : value ?? '')
      const hasBody = status !== 204 && status !== 205
      resolve(new Response(hasBody ? Buffer.concat(chunks) : null, { status, headers }))
    })
  })
}

/** Calls back in the tick in which the socket can take bytes: at once on a warm one, after the handshakes on a new one. */
function whenConnected(request: ClientRequest, secure: boolean, ready: () => void): void {
  request.once('socket', (socket: Socket) => {
    if (socket.connecting || (socket as { readonly secureConnecting?: boolean }).secureConnecting === true) socket.once(secure ? 'secureConnect' : 'connect', ready)
    else ready()
  })
}

/**
 * HTTP on `node:http`. `fetch` was tried first: it hands a request to a connection some ticks after it was called, and on a new
 * connection a whole handshake after it. Here the permit is asked when the socket is connected, and the bytes follow in that tick.
 */
export function nodeTransport(options: NodeTransportOptions = {}): AlpacaTransport {
  const own: (PlainAgent | SecureAgent)[] = []
  const agents = new Map<boolean, PlainAgent | SecureAgent>()
  const agentFor = (secure: boolean): PlainAgent | SecureAgent => {
    if (options.agent !== undefined) return options.agent
    const known = agents.get(secure)
    if (known !== undefined) return known
    const agent = secure ? new SecureAgent({ keepAlive: true }) : new PlainAgent({ keepAlive: true })
    agents.set(secure, agent)
    own.push(agent)
    return agent
  }

  return {
    send: ({ url, method, headers, body, signal, permit }: TransportRequest) => new Promise((resolve, reject) => {
      const secure = url.startsWith('https:')
      let written = false
      const length: Record<string, string> = body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(body)) }
      const request = (secure ? secureRequest : plainRequest)(url, { method, headers: { ...headers, ...length }, agent: agentFor(secure) })
      const fail = (error: unknown): void => {
        signal.removeEventListener('abort', abort)
        reject(written ? error : new TransportError('NOT_CONNECTED', `the request did not leave: ${describe(error)}`, error))
      }
      const abort = (): void => {
        request.destroy()
        fail(signal.reason)
      }
      request.on('error', fail)
      request.on('response', (message: IncomingMessage) => {
        readAnswer(message).then((response) => {
          signal.removeEventListener('abort', abort)
          resolve(response)
        }, fail)
      })
      if (signal.aborted) { abort(); return }
      signal.addEventListener('abort', abort, { once: true })
      whenConnected(request, secure, () => {
        if (signal.aborted) return
        if (permit !== undefined && !permit()) {
          signal.removeEventListener('abort', abort)
          reject(new TransportError('NOT_PERMITTED', 'the permit ended before the request was written'))
          request.destroy()
          return
        }
        written = true
        request.end(body)
      })
    }),
    close: () => { for (const agent of own) agent.destroy() },
  }
}
