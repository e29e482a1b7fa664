import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** A line to the server that can be cut, and whose answers can be lost. */
export interface LineProxy {
  readonly port: number
  /** Breaks every connection there is. New ones work. */
  cut(): void
  /** From now on what the server says is lost, until `heal` breaks those connections. */
  deafen(): void
  heal(): void
  close(): Promise<void>
}

export async function lineProxy(port: number, host = '127.0.0.1'): Promise<LineProxy> {
  const sockets = new Set<Socket>()
  let deaf = false
  const server = createServer((near) => {
    const far = connect(port, host)
    for (const socket of [near, far]) {
      socket.setNoDelay(true)
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        near.destroy()
        far.destroy()
      })
    }
    near.on('data', (bytes) => { far.write(bytes) })
    far.on('data', (bytes) => { if (!deaf) near.write(bytes) })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cut = (): void => { for (const socket of sockets) socket.destroy() }
  return {
    port: (server.address() as { readonly port: number }).port,
    cut,
    deafen: () => { deaf = true },
    heal: () => {
      deaf = false
      cut()
    },
    close: async () => {
      cut()
      server.close()
      await once(server, 'close')
    },
  }
}
