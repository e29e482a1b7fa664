import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

/** A line to the server that can be cut, and whose answers can be lost. */
export interface LineProxy {
  readonly port: number
  /** A server's URL by way of this line. */
  through(url: string): string
  /** Breaks every connection there is. New ones work. */
  cut(): void
  /** From now on what the server says is lost, until `heal` breaks those connections. */
  deafen(): void
  heal(): void
  close(): Promise<void>
}

const NOTIFICATION = 'A'.charCodeAt(0)

/** The server's messages without its notifications: a type, a length that counts itself, and the rest. */
function withoutNotifications(): (bytes: Buffer) => Buffer {
  let rest: Buffer = Buffer.alloc(0)
  return (bytes) => {
    rest = Buffer.concat([rest, bytes])
    const kept: Buffer[] = []
    while (rest.length >= 5 && rest.length > rest.readUInt32BE(1)) {
      const end = rest.readUInt32BE(1) + 1
      if (rest[0] !== NOTIFICATION) kept.push(rest.subarray(0, end))
      rest = rest.subarray(end)
    }
    return Buffer.concat(kept)
  }
}

/** @param mute takes the notifications out of what the server says */
export async function lineProxy(port: number, host = '127.0.0.1', mute = false): Promise<LineProxy> {
  const sockets = new Set<Socket>()
  let deaf = false
  const server = createServer((near) => {
    const far = connect(port, host)
    const heard = mute ? withoutNotifications() : (bytes: Buffer): Buffer => bytes
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
    far.on('data', (bytes: Buffer) => {
      const passed = heard(bytes)
      if (!deaf && passed.length > 0) near.write(passed)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const cut = (): void => { for (const socket of sockets) socket.destroy() }
  const { port: own } = server.address() as { readonly port: number }
  return {
    port: own,
    through: (url) => Object.assign(new URL(url), { hostname: '127.0.0.1', port: String(own) }).href,
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
