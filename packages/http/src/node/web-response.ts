import type { Answer } from '../answer/answer.ts'
import { toResponse } from '../answer/to-response.ts'

/**
 * The web response to a web request of our own, made only as far as it is looked at: it goes back to the edge it came from, and
 * whoever wraps an API looks at the status and a header at most. It is an instance of `Response`; a platform's own is its `clone()`.
 */
class LazyResponse {
  readonly #answer: Answer
  readonly #method: string
  #headers: Headers | undefined
  #whole: Response | undefined

  constructor(answer: Answer, method: string) {
    this.#answer = answer
    this.#method = method
  }

  whole(): Response {
    // Headers that were set since are part of it; from here on they are its own.
    return (this.#whole ??= toResponse(this.#answer, this.#method, this.headers))
  }

  get status(): number { return this.#answer.status }
  get ok(): boolean { return this.status >= 200 && this.status < 300 }
  get headers(): Headers { return this.#whole?.headers ?? (this.#headers ??= new Headers(this.#answer.headers)) }
  get bodyUsed(): boolean { return this.#whole?.bodyUsed ?? false }

  /** The answer with the headers as they are now; undefined once the body was looked at. */
  static answerOf(response: object): Answer | undefined {
    if (!(#answer in response) || response.#whole !== undefined) return undefined
    const answer = response.#answer
    return response.#headers === undefined ? answer : { ...answer, headers: headerRecord(response.#headers) }
  }
}

for (const name of ['body', 'redirected', 'statusText', 'type', 'url'] as const) {
  Object.defineProperty(LazyResponse.prototype, name, { get(this: LazyResponse) { return this.whole()[name as keyof Response] } })
}
for (const name of ['arrayBuffer', 'blob', 'bytes', 'clone', 'formData', 'json', 'text'] as const) {
  Object.defineProperty(LazyResponse.prototype, name, { value(this: LazyResponse) { return this.whole()[name]() } })
}
Object.setPrototypeOf(LazyResponse.prototype, Response.prototype)

export function createWebResponse(answer: Answer, method: string): Response {
  return new LazyResponse(answer, method) as unknown as Response
}

/** What a response was made from, unless its body was looked at or it is not ours. */
export function answerOf(response: Response): Answer | undefined {
  return LazyResponse.answerOf(response)
}

/** Headers by name. Cookies are the only ones that may come several times. */
export function headerRecord(headers: Headers): Record<string, string> {
  const cookies = headers.getSetCookie()
  // Node takes a list where a header has several lines.
  return { ...Object.fromEntries(headers), ...(cookies.length > 1 && { 'set-cookie': cookies as unknown as string }) }
}
