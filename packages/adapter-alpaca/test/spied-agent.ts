import { Agent, type AgentOptions, type ClientRequestArgs } from 'node:http'
import type { Duplex } from 'node:stream'

/** Connections whose bytes are seen in the tick in which they are handed to the socket. */
export class SpiedAgent extends Agent {
  #text = ''

  constructor(options: AgentOptions = { keepAlive: true }) {
    super(options)
  }

  /** Whether bytes with this text have been written. */
  wrote(text: string): boolean {
    return this.#text.includes(text)
  }

  override createConnection(options: ClientRequestArgs, callback?: (error: Error | null, stream: Duplex) => void): Duplex | null | undefined {
    const socket = super.createConnection(options, callback)
    if (socket === null || socket === undefined) return socket
    const write = socket.write.bind(socket) as (...parameters: unknown[]) => boolean
    socket.write = ((chunk: unknown, ...rest: unknown[]) => {
      this.#text += String(chunk)
      return write(chunk, ...rest)
    }) as typeof socket.write
    return socket
  }
}
