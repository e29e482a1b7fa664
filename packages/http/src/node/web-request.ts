/** What a web request is made from when somebody asks for it. */
export interface WebRequestSource {
  readonly url: string
  readonly method: string
  readonly headers: () => [name: string, value: string][]
  readonly signal: () => AbortSignal
  /** Undefined where the method has no body. */
  readonly content: (() => Promise<Uint8Array<ArrayBuffer>>) | undefined
}

/**
 * A web request that is made only as far as it is looked at: a platform's own costs more than all the rest of an answer, and
 * most hooks read one header, or none. It is an instance of `Request`; a platform's own is its `clone()`.
 */
class LazyRequest {
  readonly #source: WebRequestSource
  #headers: Headers | undefined
  #whole: Request | undefined

  constructor(source: WebRequestSource) {
    this.#source = source
  }

  whole(): Request {
    if (this.#whole !== undefined) return this.#whole
    const { url, method, content } = this.#source
    const { headers, signal } = this
    if (content === undefined) return (this.#whole = new Request(url, { method, headers, signal }))
    const body = new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        const bytes = await content()
        if (bytes.byteLength > 0) controller.enqueue(bytes)
        controller.close()
      },
    })
    return (this.#whole = new Request(url, { method, headers, signal, body, duplex: 'half' } as RequestInit))
  }

  get url(): string { return this.#source.url }
  get method(): string { return this.#source.method }
  get headers(): Headers { return (this.#headers ??= new Headers(this.#source.headers())) }
  get signal(): AbortSignal { return this.#source.signal() }
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
