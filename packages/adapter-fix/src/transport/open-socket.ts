import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls, type ConnectionOptions } from 'node:tls'

export interface FixAddress {
  readonly host: string
  readonly port: number
}

/** TLS 1.2 or later, always with the broker's certificate verified. */
export interface FixTlsOptions {
  /** Certificates of the authorities to trust, PEM. Default: those of the runtime. */
  readonly ca?: string | readonly string[]
  /** Our certificate, PEM, for mutual TLS. */
  readonly certificate?: string
  /** The key of our certificate, PEM. */
  readonly key?: string
  readonly passphrase?: string
  /** The name to ask for and to verify (SNI). Default the host. */
  readonly serverName?: string
}

/** Opens a socket; rejects when that fails or takes too long. */
export function openSocket(address: FixAddress, tls: FixTlsOptions | undefined, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket: Socket = tls === undefined ? connectTcp(address) : connectTls(tlsOptions(address, tls))
    const fail = (error: Error): void => {
      signal.removeEventListener('abort', abort)
      socket.destroy()
      reject(error)
    }
    const abort = (): void => { fail(new Error('the connection was called off')) }
    socket.once(tls === undefined ? 'connect' : 'secureConnect', () => {
      signal.removeEventListener('abort', abort)
      socket.off('error', fail)
      socket.setNoDelay(true)
      socket.setKeepAlive(true, 10_000)
      resolve(socket)
    })
    socket.once('error', fail)
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort, { once: true })
  })
}

function tlsOptions({ host, port }: FixAddress, tls: FixTlsOptions): ConnectionOptions {
  const { ca, certificate, key, passphrase, serverName = host } = tls
  return {
    host, port, servername: serverName, minVersion: 'TLSv1.2', rejectUnauthorized: true,
    ...(ca !== undefined && { ca: typeof ca === 'string' ? ca : [...ca] }), ...(certificate !== undefined && { cert: certificate }),
    ...(key !== undefined && { key }), ...(passphrase !== undefined && { passphrase }),
  }
}
