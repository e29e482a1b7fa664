import { SIGNED_HEADERS, textToSign } from './text-to-sign.ts'
import { now, randomKey } from './runtime/timing.ts'
import type { OutgoingRequest } from './transport.ts'

export interface SignRequestsOptions {
  readonly keyId: string
  readonly secret: string
}

const encoder = new TextEncoder()

function hexOf(bytes: ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** For `getHeaders`: signs each request for `signedRequests` on the server. Needs a secure context; a secret has no place in a page. */
export function signRequests({ keyId, secret }: SignRequestsOptions): (request: OutgoingRequest) => Promise<Record<string, string>> {
  const key = crypto.subtle.importKey('raw', encoder.encode(secret), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  return async ({ method, url, body, headers }) => {
    const { pathname, search } = new URL(url, 'http://localhost')
    const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
    const [time, nonce] = [String(now()), randomKey()]
    const bodyHash = hexOf(await crypto.subtle.digest('SHA-256', encoder.encode(body ?? '')))
    const text = textToSign({ method, target: pathname + search, time, nonce, headers: SIGNED_HEADERS.map((name) => lower[name] ?? ''), bodyHash })
    const signature = hexOf(await crypto.subtle.sign('HMAC', await key, encoder.encode(text)))
    return { 'X-Signature-Key': keyId, 'X-Signature-Time': time, 'X-Signature-Nonce': nonce, 'X-Signature': signature }
  }
}
