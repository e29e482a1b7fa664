import type { Answer, AnswerStream } from './answer.ts'

/** Reads the chunks as fast as the reader takes them, and no faster. */
function toReadable({ chunks, stop, onStall }: AnswerStream): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    start: (controller) => { onStall(() => { controller.close() }) },
    pull: async (controller) => {
      // An error would be printed for each reader; the end says the same: come back and resume.
      const { done, value } = await chunks.next().catch(() => ({ done: true, value: undefined }))
      if (done === true || value === undefined) controller.close()
      else controller.enqueue(value)
    },
    cancel: async () => {
      stop()
      await chunks.return()
    },
  }, { highWaterMark: 0 })
}

/** The answer as a web response, with its own headers or what became of them. */
export function toResponse({ status, headers: own, body }: Answer, method: string, headers: HeadersInit = own): Response {
  const content = method === 'HEAD' || status === 204 ? null : typeof body === 'string' ? body : toReadable(body)
  return new Response(content, { status, headers })
}
