import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Clock } from '@sluice/core'
import type { FakeDesk } from './fake-desk.ts'
import type { HttpFault } from './fake-faults.ts'
import { FakeRefusal } from './fake-refusal.ts'
import type { FakeAnswer, FakeRequest } from './fake-routes.ts'
import type { WireBody } from './fake-request.ts'

/** One request and its true answer, for whoever checks them against a description. A fault may answer in its place, or the request have no effect at all. */
export interface FakeExchangeRecord {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly requestBody: unknown
  /** Whether it was carried out: without that the rest is empty. */
  readonly carriedOut: boolean
  readonly status: number
  readonly responseBody: unknown
}

export interface FakeHttpOptions {
  readonly clock: Clock
  readonly newId: () => string
  /** The account of a key. */
  readonly deskOf: (keyId: string) => FakeDesk | undefined
  readonly observe: (record: FakeExchangeRecord) => void
}

export interface FakeHttp {
  readonly server: Server
  readonly port: number
  close(): Promise<void>
}

async function readBody(message: IncomingMessage): Promise<string> {
  message.setEncoding('utf8')
  let text = ''
  for await (const chunk of message) text += String(chunk)
  return text
}

function parse(text: string): WireBody | undefined {
  if (text === '') return undefined
  try {
    return JSON.parse(text) as WireBody
  } catch {
    throw new FakeRefusal(400, 40010000, 'request body format is invalid')
  }
}

/** Breaks an answer that is otherwise true. */
function breakAnswer(fault: HttpFault, response: ServerResponse, text: string): void {
  const { socket } = response
  switch (fault.kind) {
    case 'reset': socket?.resetAndDestroy(); return
    case 'end': socket?.end(); return
    case 'hang': return
    case 'malformed': response.end('{"id":'); return
    case 'empty': response.end(); return
    case 'null': response.end('null'); return
    case 'empty_object': response.end('{}'); return
    case 'truncated': {
      response.setHeader('Content-Length', Buffer.byteLength(text) + 64)
      response.write(text.slice(0, Math.max(1, text.length / 2)))
      // The first half must have left before the line is cut.
      setImmediate(() => { socket?.destroy() })
      return
    }
    case 'answer':
    case 'delay':
    case 'invisible': response.end(text)
  }
}

/** The REST side of the fake: authorisation, the rate limit, faults; everything else is `handle`. */
export async function startFakeHttp(options: FakeHttpOptions): Promise<FakeHttp> {
  const { clock, deskOf, newId, observe } = options

  const carryOut = ({ handle }: FakeDesk, request: FakeRequest): FakeAnswer => {
    try {
      return handle(request)
    } catch (error) {
      if (error instanceof FakeRefusal) return { status: error.status, body: error.body }
      throw error
    }
  }
  const serve = async (message: IncomingMessage, response: ServerResponse): Promise<void> => {
    const text = await readBody(message)
    const url = new URL(message.url ?? '/', 'http://fake')
    const method = message.method ?? 'GET'
    const path = decodeURI(url.pathname)
    response.setHeader('X-Request-ID', newId())
    response.setHeader('Content-Type', 'application/json; charset=UTF-8')
    const send = (answer: FakeAnswer, fault?: HttpFault): void => {
      response.statusCode = answer.status
      const body = answer.body === undefined ? '' : JSON.stringify(answer.body)
      if (fault === undefined) response.end(body)
      else breakAnswer(fault, response, body)
    }
    const { 'apca-api-key-id': key, 'apca-api-secret-key': secret } = message.headers
    const desk = deskOf(String(key))
    if (desk === undefined || secret !== desk.secretKey) {
      send({ status: 401, body: { code: 40110000, message: 'request is not authorized' } })
      return
    }
    const { faults, rate } = desk
    const allowed = rate.take()
    for (const [name, value] of Object.entries(rate.headers())) response.setHeader(name, value)
    if (!allowed) {
      send({ status: 429, body: { code: 42910000, message: 'rate limit exceeded' } })
      return
    }
    let body: WireBody | undefined
    try {
      body = parse(text)
    } catch (error) {
      if (error instanceof FakeRefusal) send({ status: error.status, body: error.body })
      return
    }
    const fault = faults.take({ method, path, body })
    const effect = fault === undefined || fault.kind === 'delay' || fault.kind === 'invisible' || (fault.effect ?? fault.kind !== 'answer')
    const answer: FakeAnswer = effect ? carryOut(desk, { method, path, query: url.searchParams, body }) : { status: 200 }
    observe({ method, path, query: url.search, requestBody: body, carriedOut: effect, status: effect ? answer.status : 0, responseBody: answer.body })
    if (fault?.kind === 'invisible' && answer.order !== undefined) answer.order.visibleFrom = clock.now() + fault.milliseconds
    if (fault?.kind === 'delay') await new Promise<void>((resolve) => { clock.setTimer(resolve, fault.milliseconds, true) })
    if (fault?.kind === 'answer') {
      for (const [name, value] of Object.entries(fault.headers ?? {})) response.setHeader(name, value)
      response.statusCode = fault.status
      response.end(fault.body ?? '')
      return
    }
    send(answer, fault)
  }

  const server = createServer((message, response) => {
    serve(message, response).catch((error: unknown) => {
      response.statusCode = 500
      response.end(JSON.stringify({ code: 50010000, message: `the fake failed: ${String(error)}` }))
    })
  })
  server.keepAliveTimeout = 60_000
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  return {
    server, port: (server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => {
      server.close(() => { resolve() })
      server.closeAllConnections()
    }),
  }
}
