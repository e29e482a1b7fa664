import { connect, type Socket } from 'node:net'
import { percentile } from '../harness.ts'

/** Readers of one stream, who only count. */
export interface Readers {
  /** Events that have arrived, over all readers. */
  count(): number
  /** Of the events since it was last asked: how long after it was recorded the slowest of a hundred arrived, in ms. */
  takeLatency(): number
  close(): void
}

export interface ReadersOptions {
  /** The last event before them. */
  readonly after: number
  /** How many of them never read. */
  readonly stalled?: number
}

/** Opens so many streams from here on; resolves when the last has its head. */
export async function openReaders(port: number, readers: number, { after, stalled = 0 }: ReadersOptions): Promise<Readers> {
  let count = 0
  let latencies: number[] = []
  const sockets: Socket[] = []
  const take = (text: string): void => {
    const now = Date.now()
    for (let at = text.indexOf('\ndata: '); at >= 0; at = text.indexOf('\ndata: ', at + 7)) {
      count += 1
      const time = /"time":"([^"]+)"/.exec(text.slice(at, at + 200))?.[1]
      if (time !== undefined && count % 16 === 0) latencies.push(now - Date.parse(time))
    }
  }
  await Promise.all(Array.from({ length: readers + stalled }, (_, index) => new Promise<void>((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => { socket.write(`GET /api/v1/execution/events?account=main&after=${after} HTTP/1.1\r\nHost: x\r\n\r\n`) })
    socket.setEncoding('latin1').once('data', () => {
      if (index >= readers) socket.pause()
      else socket.on('data', take)
      resolve()
    }).on('error', reject)
    sockets.push(socket)
  })))
  return {
    count: () => count,
    takeLatency: () => {
      const taken = percentile(latencies, 0.99)
      latencies = []
      return taken
    },
    close: () => { for (const socket of sockets) socket.destroy() },
  }
}
