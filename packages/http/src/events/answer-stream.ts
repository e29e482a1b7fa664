import { rememberAnswer, streamHeaders } from '../answer/answer.ts'

/** A 200 whose body is read from the chunks as fast as the reader takes it, and no faster. */
export function answerStream(chunks: AsyncGenerator<string, void, undefined>, stop: () => void): Response {
  const encoder = new TextEncoder()
  const body = new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      // An error would be printed for each reader; the end says the same: come back and resume.
      const { done, value } = await chunks.next().catch(() => ({ done: true, value: undefined }))
      if (done === true || value === undefined) controller.close()
      else controller.enqueue(encoder.encode(value))
    },
    cancel: async () => {
      stop()
      await chunks.return()
    },
  }, { highWaterMark: 0 })
  return rememberAnswer(new Response(body, { headers: streamHeaders }), { headers: streamHeaders, body: chunks })
}
