import { appendFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { type RawData, WebSocket, WebSocketServer } from 'ws'
import { type AlpacaTransport, nodeTransport } from '../src/index.ts'

export interface Recording {
  /** For the adapter, in place of its own. */
  readonly transport: AlpacaTransport
  readonly streamUrl: string
  close(): Promise<void>
}

/** `ws` gives whole messages as one buffer. */
const textOf = (data: RawData): string => (data as Buffer).toString('utf8')

/**
 * Stands between an adapter and Alpaca, and writes what Alpaca says into a file, a line of JSON for each answer and each frame: what
 * the fake is measured by, once somebody runs the conformance suite on real keys. Headers, and what the adapter sends on the stream,
 * hold the credentials and are left out.
 */
export async function startRecording(file: string, streamUrl: string): Promise<Recording> {
  const write = (entry: object): void => { appendFileSync(file, `${JSON.stringify(entry)}\n`) }
  const inner = nodeTransport()
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  await new Promise((resolve) => { server.once('listening', resolve) })
  server.on('connection', (client) => {
    const upstream = new WebSocket(streamUrl, { perMessageDeflate: false })
    const early: RawData[] = []
    client.on('message', (data) => { if (upstream.readyState === WebSocket.OPEN) upstream.send(textOf(data)); else early.push(data) })
    upstream.on('open', () => { for (const data of early.splice(0)) upstream.send(textOf(data)) })
    upstream.on('message', (data, binary) => {
      write({ frame: textOf(data), binary })
      client.send(data, { binary })
    })
    const end = (): void => { client.terminate(); upstream.terminate() }
    for (const side of [client, upstream]) side.on('close', end).on('error', end)
  })
  return {
    streamUrl: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`,
    transport: {
      send: async (request) => {
        const response = await inner.send(request)
        const text = await response.text()
        write({ method: request.method, path: new URL(request.url).pathname, body: request.body, status: response.status, answer: text })
        return new Response(text === '' ? null : text, { status: response.status, headers: response.headers })
      },
      close: () => { inner.close() },
    },
    close: () => new Promise((resolve) => {
      for (const client of server.clients) client.terminate()
      server.close(() => { resolve() })
    }),
  }
}
