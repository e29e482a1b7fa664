import type { ServerResponse } from 'node:http'
import type { Answer } from '../answer/answer.ts'
import { answerOf, headerRecord } from './web-response.ts'

/** Writes an answer. Resolves when it is handed over, or when the client has left. What is left of the request's body comes before the end. */
export async function writeAnswer({ status, headers, body }: Answer, method: string | undefined, outgoing: ServerResponse, rest?: Promise<void>): Promise<void> {
  if (typeof body === 'string') {
    // With its length known, head and body are one write. A length is forbidden where there can be no body.
    const length = Buffer.byteLength(body)
    if (status !== 204) headers['Content-Length'] = String(length)
    outgoing.writeHead(status, headers)
    // Plain ASCII is the same bytes in both encodings, and is written in half the time as this one.
    return endWith(method === 'HEAD' ? '' : body, length === body.length ? 'latin1' : 'utf8', outgoing, rest)
  }
  // Without chunked coding an event is one buffer in one write; the end of the connection ends the stream, and its reader resumes.
  outgoing.removeHeader('Transfer-Encoding')
  outgoing.writeHead(status, headers).flushHeaders()
  body.onStall(() => { outgoing.destroy() })
  await writeChunks(body.chunks, outgoing, body.stop)
}

/** Says the last of an answer at once, and ends when the sender has been listened to: a socket closed before that may take the answer with it. */
function endWith(text: string, encoding: 'latin1' | 'utf8', outgoing: ServerResponse, rest: Promise<void> | undefined): Promise<void> | undefined {
  if (rest === undefined) {
    outgoing.end(text, encoding)
    return undefined
  }
  outgoing.write(text, encoding)
  return rest.then(() => { outgoing.end() })
}

/** Writes a web response: one that came of an answer and was not looked at as that answer. */
export async function writeResponse(response: Response, method: string | undefined, outgoing: ServerResponse, rest?: Promise<void>): Promise<void> {
  const answer = answerOf(response)
  if (answer !== undefined) return writeAnswer(answer, method, outgoing, rest)
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
  await endWith(body.toString('latin1'), 'latin1', outgoing, rest)
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
