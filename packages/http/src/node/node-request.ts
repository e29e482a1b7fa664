import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ApiRequest, BodyRules, RequestBody } from '../api/api-request.ts'
import { Refusal } from '../answer/refusal.ts'
import { decodeBody } from '../body/body-refusals.ts'
import type { Answer } from '../answer/answer.ts'
import { type NodeBody, readNodeBody } from './node-body.ts'
import { createWebRequest, type WebRequestSource } from './web-request.ts'
import { createWebResponse } from './web-response.ts'

/** Names, addresses and ports. Anything else in a Host header would change where the address ends and the path begins. */
const HOST = /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/
const VISIBLE = /^[\x21-\x7e]+$/
const BODILESS: ReadonlySet<string> = new Set(['GET', 'HEAD'])
const NOTHING: NodeBody = { bytes: new Uint8Array(0), isProven: true }

/** A request of Node's, whose body may go on when it is answered. */
export interface NodeApiRequest extends ApiRequest {
  /** See `NodeBody.rest`. */
  readonly rest: Promise<void> | undefined
}

/** Node's request, read in place: a web request is made only for who asks for one. */
class NodeRequest implements WebRequestSource, NodeApiRequest {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly origin: string
  readonly #incoming: IncomingMessage
  readonly #outgoing: ServerResponse
  readonly #rules: BodyRules
  rest: Promise<void> | undefined
  #body: Promise<NodeBody> | undefined
  #leaving: AbortController | undefined
  #web: Request | undefined

  constructor(incoming: IncomingMessage, outgoing: ServerResponse, target: string, origin: string, rules: BodyRules) {
    const mark = target.indexOf('?')
    this.method = incoming.method ?? 'GET'
    this.path = mark < 0 ? target : target.slice(0, mark)
    this.query = mark < 0 ? '' : target.slice(mark + 1)
    this.origin = origin
    this.#incoming = incoming
    this.#outgoing = outgoing
    this.#rules = rules
  }

  header(name: string): string | undefined {
    const value = this.#incoming.headers[name]
    return typeof value === 'object' ? value.join(', ') : value
  }

  #follow(): AbortController {
    if (this.#leaving !== undefined) return this.#leaving
    const leaving = new AbortController()
    const outgoing = this.#outgoing
    this.#leaving = leaving
    if (outgoing.destroyed && !outgoing.writableFinished) leaving.abort()
    else outgoing.once('close', () => { if (!outgoing.writableFinished) leaving.abort() })
    return leaving
  }

  get signal(): AbortSignal { return this.#follow().signal }

  abandon(): void { this.#follow().abort() }

  #read(): Promise<NodeBody> {
    return (this.#body ??= !this.hasBody ? Promise.resolve(NOTHING) : readNodeBody(this.#incoming, this.#rules))
  }

  async body(): Promise<RequestBody> {
    const { limit } = this.#rules
    try {
      const { bytes, isProven, rest } = await this.#read()
      this.rest = rest
      return { text: decodeBody(bytes, limit), isProven }
    } catch (error) {
      // What is still to come of the body would be taken for the next request's beginning.
      if (error instanceof Refusal && error.problem.status !== 400 && this.#incoming.httpVersionMajor === 1 && !this.#outgoing.headersSent) this.#outgoing.setHeader('Connection', 'close')
      throw error
    }
  }

  get web(): Request { return (this.#web ??= createWebRequest(this)) }

  toResponse(answer: Answer): Response { return createWebResponse(answer, this.method) }

  get url(): string { return `${this.origin}${this.path}${this.query === '' ? '' : `?${this.query}`}` }

  get hasBody(): boolean { return !BODILESS.has(this.method) }

  async content(): Promise<NodeBody['bytes']> { return (await this.#read()).bytes }

  headerPairs(): [string, string][] {
    const { rawHeaders } = this.#incoming
    const pairs: [string, string][] = []
    for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
      const name = rawHeaders[index] ?? ''
      // HTTP/2 writes method and path as headers of their own.
      if (!name.startsWith(':')) pairs.push([name, rawHeaders[index + 1] ?? ''])
    }
    return pairs
  }
}

/** Undefined when the address makes no sense. */
export function toNodeRequest(incoming: IncomingMessage, outgoing: ServerResponse, target: string, rules: BodyRules): NodeApiRequest | undefined {
  const host = String(incoming.headers.host ?? incoming.headers[':authority'] ?? 'localhost')
  if (!HOST.test(host) || !target.startsWith('/') || !VISIBLE.test(target)) return undefined
  // Joined as text: resolving `//elsewhere/path` against a base would let the sender choose the host.
  return new NodeRequest(incoming, outgoing, target, `${'encrypted' in incoming.socket ? 'https' : 'http'}://${host}`, rules)
}
