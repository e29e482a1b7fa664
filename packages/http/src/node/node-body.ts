import type { IncomingMessage } from 'node:http'

/** Where body parsers leave what they read. */
interface Parsed {
  readonly body?: unknown
  readonly rawBody?: unknown
}

type Bytes = Uint8Array<ArrayBuffer>

/** How much of a body that is too large is read on, so that its sender can read the refusal; in bytes. */
const DISCARDED = 1_048_576

/**
 * The body of a request, of which no more than one byte over the limit is kept: enough to see that it is too large. Where a
 * body parser was faster, what it made is written out again.
 */
export async function readNodeBody(incoming: IncomingMessage & Parsed, limit: number): Promise<Bytes> {
  if (!incoming.readableDidRead) return readStream(incoming, limit)
  const { rawBody, body } = incoming
  if (rawBody instanceof Uint8Array) return rawBody as Bytes
  if (body instanceof Uint8Array) return body as Bytes
  return Buffer.from(typeof body === 'string' ? body : (JSON.stringify(body) ?? ''))
}

function readStream(incoming: IncomingMessage, limit: number): Promise<Bytes> {
  return new Promise((resolve) => {
    const chunks: Bytes[] = []
    let size = 0
    const finish = (): void => {
      incoming.off('data', take).off('end', finish).off('error', finish).off('close', finish)
      const [only] = chunks
      resolve(chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks))
    }
    const take = (chunk: Bytes): void => {
      size += chunk.byteLength
      chunks.push(size > limit ? chunk.subarray(0, chunk.byteLength - (size - limit) + 1) : chunk)
      if (size > limit) {
        finish()
        discard(incoming)
      }
    }
    // A body that breaks off is answered as far as it came: it is no JSON then, and its sender is gone.
    incoming.on('data', take).on('end', finish).on('error', finish).on('close', finish)
  })
}

function discard(incoming: IncomingMessage): void {
  let size = 0
  incoming.on('error', () => undefined)
  incoming.on('data', (chunk: Uint8Array) => {
    size += chunk.byteLength
    if (size > DISCARDED) incoming.destroy()
  })
}
