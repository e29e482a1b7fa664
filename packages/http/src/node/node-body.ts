import type { IncomingMessage } from 'node:http'

/** Where body parsers leave what they read. */
interface Parsed {
  readonly body?: unknown
  readonly rawBody?: unknown
}

type Body = Uint8Array<ArrayBuffer> | string | undefined

/**
 * The body of a request, of which no more than one byte over the limit is kept: enough to see that it is too large. Where a
 * body parser was faster, what it made is written out again. Undefined when it is lost.
 */
export async function readNodeBody(incoming: IncomingMessage & Parsed, limit: number): Promise<Body> {
  if (!incoming.readableDidRead) return readStream(incoming, limit)
  if (incoming.rawBody instanceof Uint8Array) return incoming.rawBody as Uint8Array<ArrayBuffer>
  const { body } = incoming
  if (typeof body === 'string') return body
  if (body instanceof Uint8Array) return body as Uint8Array<ArrayBuffer>
  return JSON.stringify(body)
}

function readStream(incoming: IncomingMessage, limit: number): Promise<Body> {
  return new Promise((resolve) => {
    const chunks: Uint8Array<ArrayBuffer>[] = []
    let size = 0
    const finish = (): void => {
      incoming.off('data', take).off('end', finish).off('error', finish).off('close', finish)
      resolve(chunks.length > 1 ? Buffer.concat(chunks) : chunks[0])
    }
    const take = (chunk: Uint8Array<ArrayBuffer>): void => {
      size += chunk.byteLength
      chunks.push(size > limit ? chunk.subarray(0, chunk.byteLength - (size - limit) + 1) : chunk)
      if (size > limit) {
        finish()
        discard(incoming, DISCARDED)
      }
    }
    // A body that breaks off is answered as far as it came: it is no JSON then, and its sender is gone.
    incoming.on('data', take).once('end', finish).once('error', finish).once('close', finish)
  })
}

/** How much of a body that is too large is read on, so that its sender can read the refusal; in bytes. */
const DISCARDED = 1_048_576

function discard(incoming: IncomingMessage, limit: number): void {
  let size = 0
  incoming.on('error', () => undefined)
  incoming.on('data', (chunk: Uint8Array) => {
    size += chunk.byteLength
    if (size > limit) incoming.destroy()
  })
}
