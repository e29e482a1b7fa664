import { type Clock, SluiceError, systemClock } from '@sluice/core'
import { hmac } from '@noble/hashes/hmac.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import type { Principal } from '../access/principal.ts'
import type { Authenticator } from './authenticator.ts'
import { equalBytes } from './constant-time.ts'
import { createNonceMemory } from './nonce-memory.ts'
import type { NonceStore } from './nonce-store.ts'
import { SIGNED_HEADERS, textToSign } from '../client/text-to-sign.ts'

/** Who signs with a key. */
export interface SigningKey {
  /** At least 32 random bytes, as text. One of under 16 letters is refused: it was forgotten, or can be guessed. */
  readonly secret: string
  readonly principal: Principal
}

export interface SignedRequestsOptions {
  /** The key of an id; undefined when there is none. */
  readonly keyOf: (keyId: string) => SigningKey | undefined | Promise<SigningKey | undefined>
  /** How far a request's time may be from ours, in ms. Default 30 000. */
  readonly window?: number
  /** Largest body that is read to check it, in bytes. Default 65 536. */
  readonly bodyLimit?: number
  /** Requests remembered against replay; older ones are then refused unseen. Default 100 000. */
  readonly remembered?: number
  /** Where several processes remember together what was seen. Default: each remembers for itself, and a request is good once at each. */
  readonly nonces?: NonceStore
  readonly clock?: Clock
}

const KEY_ID = /^[\x21-\x7e]{1,128}$/
const TIME = /^\d{13}$/
const NONCE = /^[A-Za-z0-9_-]{16,64}$/
const SIGNATURE = /^[0-9a-f]{64}$/

const SHORTEST_SECRET = 16

/** Stands in for the secret of nobody, so that an unknown key takes as long as a known one. */
const NOBODY: SigningKey = { secret: 'nobody has this secret, it only takes its time', principal: { id: 'nobody', accounts: [] } }

/** The bytes as they were sent; undefined when there are too many. */
async function bytesOf(request: Request, limit: number): Promise<Uint8Array | undefined> {
  const reader = (request.clone().body as ReadableStream<Uint8Array> | null)?.getReader()
  const parts: Uint8Array[] = []
  let size = 0
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true, value: undefined }
    if (done) break
    size += value.byteLength
    if (size > limit) {
      reader?.cancel().catch(() => undefined)
      return undefined
    }
    parts.push(value)
  }
  const bytes = new Uint8Array(size)
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.byteLength
  }
  return bytes
}

/**
 * Requests signed with HMAC-SHA256 over method, address, the headers that matter, time, nonce and the bytes of the body. Each is
 * good once, and only around its own time. `signRequests` of `@sluice/http/client` is the other side. It needs the bytes as they
 * were sent: mount the endpoint before body parsers.
 */
export function signedRequests({ keyOf, window = 30_000, bodyLimit = 65_536, remembered = 100_000, nonces, clock = systemClock }: SignedRequestsOptions): Authenticator {
  const memory = createNonceMemory(window, remembered)
  const isNew = async (method: string, nonce: string, time: number, now: number): Promise<boolean> => {
    if (!memory.take(nonce, time, now)) return false
    if (nonces === undefined) return true
    try {
      // Clocks of other processes may be as far from ours as a request's may.
      const taken: unknown = await nonces.take(nonce, time + 2 * window)
      return taken === true
    } catch (error) {
      // Whoever repeats a cancel takes risk away; a store that is down must not keep it.
      if (method === 'DELETE') return true
      throw error
    }
  }
  return async (request) => {
    const header = (name: string): string => request.headers.get(name) ?? ''
    const [keyId, time, nonce, signature] = [header('X-Signature-Key'), header('X-Signature-Time'), header('X-Signature-Nonce'), header('X-Signature')]
    if (!KEY_ID.test(keyId) || !TIME.test(time) || !NONCE.test(nonce) || !SIGNATURE.test(signature)) return null
    const now = clock.now()
    if (Math.abs(Number(time) - now) > window) return null
    const known = await keyOf(keyId)
    if (known !== undefined && known.secret.length < SHORTEST_SECRET) throw new SluiceError('CONFIGURATION_INVALID', `signedRequests: the secret of ${keyId} is shorter than ${SHORTEST_SECRET} letters`)
    const bytes = await bytesOf(request, bodyLimit)
    if (bytes === undefined) return null
    const { pathname, search } = new URL(request.url)
    const text = textToSign({ method: request.method, target: pathname + search, time, nonce, headers: SIGNED_HEADERS.map(header), bodyHash: bytesToHex(sha256(bytes)) })
    const { secret, principal } = known ?? NOBODY
    const isRight = equalBytes(hmac(sha256, utf8ToBytes(secret), utf8ToBytes(text)), hexToBytes(signature))
    // Only what was signed by somebody uses up memory.
    if (known === undefined || !isRight || !(await isNew(request.method, `${keyId} ${nonce}`, Number(time), now))) return null
    return { ...principal, via: 'signature' }
  }
}
