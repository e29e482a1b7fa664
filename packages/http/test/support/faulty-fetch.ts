/** A fetch whose responses break off after so many bytes; undefined leaves one whole. */
export function cuttingFetch(cuts: Iterator<number | undefined>): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, init)
    const cut = cuts.next().value as number | undefined
    if (cut === undefined || response.body === null) return response
    let left = cut
    const reader = response.body.getReader()
    const body = new ReadableStream<Uint8Array>({
      pull: async (controller) => {
        const { done, value } = await reader.read()
        if (done) { controller.close(); return }
        controller.enqueue(value.subarray(0, left))
        left -= value.byteLength
        if (left > 0) return
        await reader.cancel()
        controller.error(new TypeError('network error'))
      },
      cancel: (reason) => reader.cancel(reason),
    }, { highWaterMark: 0 })
    return new Response(body, { status: response.status, headers: response.headers })
  }
}

/** A fetch that sends and loses the answer, so many times. */
export function losingFetch(times: number): typeof fetch {
  let left = times
  return async (input, init) => {
    const response = await fetch(input, init)
    if (left === 0) return response
    left -= 1
    await response.arrayBuffer()
    throw new TypeError('fetch failed')
  }
}
