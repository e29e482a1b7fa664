import type { ServerResponse } from 'node:http'
import type { Answer } from '../answer/answer.ts'

/** Writes an answer. Resolves when it is handed over, or when the client has left. */
export async function writeAnswer({ status, headers, body }: Answer, method: string | undefined, outgoing: ServerResponse, leaving: AbortSignal): Promise<void> {
  if (typeof body === 'string') {
    // With its length known, head and body are one write.
    outgoing.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(body) }).end(method === 'HEAD' ? undefined : body)
    return
  }
  // Without chunked coding an event is one buffer in one write; the end of the connection ends the stream, and its reader resumes.
  outgoing.removeHeader('Transfer-Encoding')
  outgoing.writeHead(status, headers).flushHeaders()
  await writeChunks(body.chunks, outgoing, leaving)
  body.stop()
}

/** Writes a web response, of an API that is not ours. */
export async function writeResponse(response: Response, outgoing: ServerResponse, leaving: AbortSignal): Promise<void> {
  outgoing.writeHead(response.status, Object.fromEntries(response.headers))
  if (response.body === null) outgoing.end()
  else await writeChunks(response.body, outgoing, leaving)
}

async function writeChunks(chunks: AsyncIterable<Uint8Array>, outgoing: ServerResponse, leaving: AbortSignal): Promise<void> {
  // Leaving the loop ends the source, which frees what it holds.
  for await (const chunk of chunks) {
    if (leaving.aborted) break
    if (!outgoing.write(chunk)) await drained(outgoing)
  }
  outgoing.end()
}

/** Resolves when the socket takes more, or will take no more. */
function drained(outgoing: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      outgoing.off('drain', done).off('close', done)
      resolve()
    }
    outgoing.on('drain', done).on('close', done)
  })
}
