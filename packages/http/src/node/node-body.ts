import type { IncomingMessage } from 'node:http'
import type { BodyRules } from '../api/api-request.ts'
import { bodyTimeout, bodyTooDeep } from '../body/body-refusals.ts'

/** Where body parsers leave what they read. */
interface Parsed {
  readonly body?: unknown
  readonly rawBody?: unknown
}

type Bytes = Uint8Array<ArrayBuffer>

export interface NodeBody {
  /** At most one byte more than the limit: enough to see that it is too large. */
  readonly bytes: Bytes
  /** See `RequestBody.isProven`. */
  readonly isProven: boolean
  /** Of a body that is too large: resolves when nothing more of it will be read. Its sender may read the refusal until then. */
  readonly rest?: Promise<void>
}

/** How much of a body that is too large is read on, in bytes: who writes to a socket that was closed may never see what it was told. */
const DISCARDED = 1_048_576

/** The body of a request; where a body parser was faster, what it kept or made of it. */
export async function readNodeBody(incoming: IncomingMessage & Parsed, rules: BodyRules): Promise<NodeBody> {
  if (!incoming.readableDidRead) return readStream(incoming, rules)
  const { rawBody, body } = incoming
  const raw = rawBody instanceof Uint8Array ? rawBody : body instanceof Uint8Array ? body : undefined
  if (raw !== undefined) return { bytes: raw as Bytes, isProven: true }
  if (typeof body === 'string') return { bytes: Buffer.from(body), isProven: true }
  const bytes = Buffer.from(writtenOut(body))
  // A key that was lost, a space, an escape: all make the text shorter, so only a text that lost nothing has the length it had.
  return { bytes, isProven: incoming.headers['content-length'] === String(bytes.byteLength) }
}

/** @throws Refusal 400 when it is nested so deep that it cannot be written */
function writtenOut(body: unknown): string {
  try {
    return JSON.stringify(body) ?? ''
  } catch {
    throw bodyTooDeep()
  }
}

function readStream(incoming: IncomingMessage, { limit, begin }: BodyRules): Promise<NodeBody> {
  return new Promise((resolve, reject) => {
    const chunks: Bytes[] = []
    let size = 0
    const stop = (): void => { incoming.off('data', take).off('end', finish).off('error', finish).off('close', finish) }
    const finish = (): void => {
      end()
      stop()
      const [only] = chunks
      resolve({ bytes: chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks), isProven: true })
    }
    const take = (chunk: Bytes): void => {
      size += chunk.byteLength
      chunks.push(chunk)
      if (size <= limit) return
      stop()
      // The time a body has goes on for the rest of it.
      const rest = discard(incoming).finally(end)
      resolve({ bytes: Buffer.concat(chunks, limit + 1), isProven: true, rest })
    }
    const end = begin(() => {
      stop()
      if (size > limit) incoming.destroy()
      else reject(bodyTimeout())
    })
    // A body that breaks off is answered as far as it came: it is no JSON then, and its sender is gone.
    incoming.on('data', take).on('end', finish).on('error', finish).on('close', finish)
  })
}

/** Reads on for a while and keeps nothing. */
function discard(incoming: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    let size = 0
    const done = (): void => { resolve() }
    incoming.on('data', (chunk: Uint8Array) => {
      size += chunk.byteLength
      if (size > DISCARDED) incoming.destroy()
    }).on('end', done).on('error', done).on('close', done)
  })
}
