import type { ServerResponse } from 'node:http'
import type { Answer } from '../answer/answer.ts'
import { answerOf, headerRecord } from './web-response.ts'

/** Writes an answer. Resolves when it is handed over, or when the client has left. */
export async function writeAnswer({ status, headers, body }: Answer, method: string | undefined, outgoing: ServerResponse): Promise<void> {
  if (typeof body === 'string') {
    // With its length known, head and body are one write. A length is forbidden where there can be no body.
    const length = Buffer.byteLength(body)
    if (status !== 204) headers['Content-Length'] = String(length)
    outgoing.writeHead(status, headers)
    // Plain ASCII is the same bytes in both encodings, and is written in half the time as this one.
    outgoing.end(method === 'HEAD' ? undefined : body, length === body.length ? 'latin1' : 'utf8')
    return
  }
  // Without chunked coding an event is one buffer in one write; the end of the connection ends the stream, and its reader resumes.
  outgoing.removeHeader('Transfer-Encoding')
  outgoing.writeHead(status, headers).flushHeaders()
  body.onStall(() => { outgoing.destroy() })
  await writeChunks(body.chunks, outgoing, body.stop)
}

/** Writes a web response: one that came of an answer and was not looked at as that answer. */
export async function writeResponse(response: Response, method: string | undefined, outgoing: ServerResponse): Promise<void> {
  const answer = answerOf(response)
  if (answer !== undefined) return writeAnswer(answer, method, outgoing)
  const headers = headerRecord(response.headers)
  if (response.body === null || response.headers.get('Content-Type')?.startsWith('text/event-stream') === true) {
    outgoing.writeHead(response.status, headers)
    if (response.body === null) outgoing.end()
    else await writeChunks(response.body, outgoing, () => undefined)
    return
  }
  const body = Buffer.from(await response.arrayBuffer())
  outgoing.writeHead(response.status, { ...headers, 'Content-Length': body.byteLength })
  // As text, whose every letter is a byte, it goes out in one write with the head.
  outgoing.end(body.toString('latin1'), 'latin1')
}

async function writeChunks(chunks: AsyncIterable<Uint8Array>, outgoing: ServerResponse, stop: () => void): Promise<void> {
  // Whoever leaves while nothing is to be said must not keep the source waiting for it.
  outgoing.once('close', stop)
  // Leaving the loop ends the source, which frees what it holds.
  for await (const chunk of chunks) {
    if (outgoing.destroyed) break
    if (!outgoing.write(chunk)) await drained(outgoing)
  }
  stop()
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
