import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

const PRODUCE = 0

/** A wire to a broker that may be cut just when an answer to a produce request is on it. */
export interface CuttingProxy {
  readonly port: number
  /** Where it leads. */
  target: string
  /** The next `times` answers to produce requests are lost with their connection: the broker has appended. */
  loseAnswers(times: number): void
  /** Answers that were lost. */
  readonly lost: number
  close(): Promise<void>
}

/** Calls back for each frame of Kafka's protocol that passes. */
function frames(onFrame: (frame: Buffer) => void): (chunk: Buffer) => void {
  let pending: Buffer = Buffer.alloc(0)
  return (chunk) => {
    pending = Buffer.concat([pending, chunk])
    while (pending.length >= 4 && pending.length >= 4 + pending.readInt32BE()) {
      const length = pending.readInt32BE()
      onFrame(pending.subarray(4, 4 + length))
      pending = pending.subarray(4 + length)
    }
  }
}

export async function startCuttingProxy(): Promise<CuttingProxy> {
  const sockets = new Set<Socket>()
  let toLose = 0
  let lost = 0
  const server = createServer((client) => {
    const [host = '', port = ''] = proxy.target.split(':')
    const broker = connect(Number(port), host)
    const produced = new Set<number>()
    const end = (): void => { client.destroy(); broker.destroy() }
    for (const socket of [client, broker]) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', end).on('close', () => { sockets.delete(socket); end() })
    }
    client.on('data', frames((frame) => { if (frame.readInt16BE(0) === PRODUCE) produced.add(frame.readInt32BE(4)) }))
    client.on('data', (chunk: Buffer) => { broker.write(chunk) })
    const inspect = frames((frame) => {
      if (!produced.delete(frame.readInt32BE(0)) || toLose === 0) return
      toLose -= 1
      lost += 1
      end()
    })
    broker.on('data', (chunk: Buffer) => {
      inspect(chunk)
      if (!client.destroyed) client.write(chunk)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const proxy: CuttingProxy = {
    port: (server.address() as AddressInfo).port,
    target: '',
    loseAnswers: (times) => { toLose += times },
    get lost() { return lost },
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
  return proxy
}
