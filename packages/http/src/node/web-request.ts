import type { ApiRequest } from '../api/api-request.ts'
import { SOURCE } from '../api/fetch-request.ts'

/** What a web request is made from when somebody asks for it. */
export interface WebRequestSource extends ApiRequest {
  readonly url: string
  headerPairs(): [name: string, value: string][]
  /** False where the method has no body. */
  readonly hasBody: boolean
  content(): Promise<Uint8Array<ArrayBuffer>>
}

/**
 * A web request that is made only as far as it is looked at: a platform's own costs more than all the rest of an answer, and
 * most hooks read one header, or none. It is an instance of `Request`; a platform's own is its `clone()`.
 */
class LazyRequest {
  readonly [SOURCE]: WebRequestSource
  #headers: Headers | undefined
  #whole: Request | undefined

  constructor(source: WebRequestSource) {
    this[SOURCE] = source
  }

  whole(): Request {
    if (this.#whole !== undefined) return this.#whole
    const source = this[SOURCE]
    const { url, method } = source
    const { headers, signal } = this
    if (!source.hasBody) return (this.#whole = new Request(url, { method, headers, signal }))
    const body = new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        const bytes = await source.content()
        if (bytes.byteLength > 0) controller.enqueue(bytes)
        controller.close()
      },
    })
    return (this.#whole = new Request(url, { method, headers, signal, body, duplex: 'half' } as RequestInit))
  }

  get url(): string { return this[SOURCE].url }
  get method(): string { return this[SOURCE].method }
  get headers(): Headers { return (this.#headers ??= new Headers(this[SOURCE].headerPairs())) }
  get signal(): AbortSignal { return this[SOURCE].signal }
  get bodyUsed(): boolean { return this.#whole?.bodyUsed ?? false }
}

for (const name of ['body', 'cache', 'credentials', 'destination', 'duplex', 'integrity', 'keepalive', 'mode', 'redirect', 'referrer', 'referrerPolicy'] as const) {
  Object.defineProperty(LazyRequest.prototype, name, { get(this: LazyRequest) { return this.whole()[name as keyof Request] } })
}
for (const name of ['arrayBuffer', 'blob', 'bytes', 'clone', 'formData', 'json', 'text'] as const) {
  Object.defineProperty(LazyRequest.prototype, name, { value(this: LazyRequest) { return this.whole()[name]() } })
}
Object.setPrototypeOf(LazyRequest.prototype, Request.prototype)

export function createWebRequest(source: WebRequestSource): Request {
  return new LazyRequest(source) as unknown as Request
}
