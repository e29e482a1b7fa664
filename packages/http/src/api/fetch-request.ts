import { Refusal } from '../answer/refusal.ts'
import { bodyMalformed, bodyTimeout, bodyTooLarge, decodeBody } from '../body/body-refusals.ts'
import type { ApiRequest, BodyRules } from './api-request.ts'

const ADDRESS = /^([a-z][a-z0-9+.-]*:\/\/[^/?#]*)([^?#]*)\??([^#]*)/i

/** Where a web request of our own keeps what it was made from, so that an API that gets it back need not take it apart. */
export const SOURCE: unique symbol = Symbol('sluice.request-source')

/** A web request, as every fetch host has it. */
export function fetchRequest(web: Request, rules: BodyRules): ApiRequest {
  const source = (web as { readonly [SOURCE]?: ApiRequest })[SOURCE]
  if (source !== undefined) return source
  const [, origin = '', path = '', query = ''] = ADDRESS.exec(web.url) ?? []
  let leaving: AbortController | undefined
  const follow = (): AbortController => {
    const controller = new AbortController()
    if (web.signal.aborted) controller.abort(web.signal.reason)
    else web.signal.addEventListener('abort', () => { controller.abort(web.signal.reason) }, { once: true })
    return controller
  }
  return {
    web,
    method: web.method,
    path,
    query,
    origin,
    header: (name) => web.headers.get(name) ?? undefined,
    get signal() { return (leaving ??= follow()).signal },
    abandon: () => { (leaving ??= follow()).abort() },
    body: async () => ({ text: await readText(web, rules), isProven: true }),
  }
}

const LENGTH = /^\d{1,9}$/

/**
 * A body that says how long it is, and is short enough, is read at once, which is several times cheaper: every host cuts a body at
 * its Content-Length. Any other is counted as it comes.
 */
async function readText(web: Request, rules: BodyRules): Promise<string> {
  if (web.bodyUsed) throw new TypeError('the body was read before: authenticate must read a clone of the request')
  const length = web.headers.get('content-length') ?? ''
  return LENGTH.test(length) && Number(length) <= rules.limit ? readWhole(web, rules) : readCounted(web, rules)
}

async function readWhole(web: Request, { limit, begin }: BodyRules): Promise<string> {
  const late = Promise.withResolvers<never>()
  const end = begin(() => { late.reject(bodyTimeout()) })
  try {
    return decodeBody(new Uint8Array(await Promise.race([web.arrayBuffer(), late.promise])), limit)
  } catch (error) {
    throw error instanceof Refusal ? error : bodyMalformed()
  } finally {
    end()
  }
}

async function readCounted(web: Request, { limit, begin }: BodyRules): Promise<string> {
  const reader = (web.body as ReadableStream<Uint8Array> | null)?.getReader()
  if (reader === undefined) return ''
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  const late = Promise.withResolvers<never>()
  late.promise.catch(() => undefined)
  const end = begin(() => { late.reject(bodyTimeout()) })
  let text = ''
  let size = 0
  try {
    for (;;) {
      const { done, value } = await Promise.race([reader.read(), late.promise])
      if (done) return text + decoder.decode()
      size += value.byteLength
      if (size > limit) throw bodyTooLarge(limit)
      text += decoder.decode(value, { stream: true })
    }
  } catch (error) {
    // Nobody waits for the rest; a sender that fails to be told so changes nothing.
    reader.cancel().catch(() => undefined)
    throw error instanceof Refusal ? error : bodyMalformed()
  } finally {
    end()
  }
}
