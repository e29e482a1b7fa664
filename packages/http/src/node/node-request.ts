/** Where a Node request is read from, and what of it was read. */
export interface NodeRequestInit {
  readonly method: string
  readonly headers: [name: string, value: string][]
  readonly content: Uint8Array<ArrayBuffer>
  readonly signal: AbortSignal
}

/**
 * A web request whose body has been read. A body or a signal makes a platform's own request ten times as dear; both are added
 * only when somebody asks for them.
 */
export class NodeRequest extends Request {
  /** The body's bytes; at most one more than the limit. */
  readonly content: Uint8Array<ArrayBuffer>
  readonly #signal: AbortSignal
  #complete: Request | undefined

  constructor(url: string, { method, headers, content, signal }: NodeRequestInit) {
    super(url, { method, headers })
    this.content = content
    this.#signal = signal
  }

  #withBody(): Request {
    const { url, method, headers, content } = this
    const bodiless = content.byteLength === 0 || method === 'GET' || method === 'HEAD'
    return (this.#complete ??= new Request(url, { method, headers, signal: this.#signal, ...(!bodiless && { body: content }) }))
  }

  override get signal(): AbortSignal { return this.#signal }
  override get body(): ReadableStream<Uint8Array<ArrayBuffer>> | null { return this.#withBody().body }
  override get bodyUsed(): boolean { return this.#complete?.bodyUsed ?? false }
  override clone(): Request { return this.#withBody().clone() }
  override arrayBuffer(): Promise<ArrayBuffer> { return this.#withBody().arrayBuffer() }
  override blob(): Promise<Blob> { return this.#withBody().blob() }
  override bytes(): Promise<Uint8Array<ArrayBuffer>> { return this.#withBody().bytes() }
  override formData(): Promise<FormData> { return this.#withBody().formData() }
  override json(): Promise<unknown> { return this.#withBody().json() }
  override text(): Promise<string> { return this.#withBody().text() }
}
