import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer, type Server } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSocket } from './open-socket.ts'

const OPENSSL = process.env['OPENSSL'] ?? 'openssl'
const hasOpenssl = spawnSync(OPENSSL, ['version']).status === 0

describe.skipIf(!hasOpenssl)('TLS (needs openssl to make a certificate)', () => {
  let folder = ''
  let server: Server
  let port = 0
  let certificate = ''
  let key = ''
  const never = new AbortController().signal

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sluice-fix-tls-'))
    const [keyPath, path] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')]
    execFileSync(OPENSSL, ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=broker.test', '-addext', 'subjectAltName=DNS:broker.test', '-keyout', keyPath, '-out', path], { stdio: 'ignore' })
    certificate = readFileSync(path, 'utf8')
    key = readFileSync(keyPath, 'utf8')
    server = createServer({ cert: certificate, key, ca: certificate, requestCert: true, rejectUnauthorized: true }, (socket) => { socket.on('error', () => undefined) })
    server.on('tlsClientError', () => undefined)
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
    port = (server.address() as AddressInfo).port
  })
  afterAll(async () => {
    await new Promise<void>((resolve) => { server.close(() => { resolve() }) })
    rmSync(folder, { recursive: true, force: true })
  })

  it('connects with the right authority, name and certificate of our own', async () => {
    const socket = await openSocket({ host: '127.0.0.1', port }, { ca: certificate, certificate, key, serverName: 'broker.test' }, never)
    expect(socket.writable).toBe(true)
    socket.destroy()
  })

  it('refuses a broker that it cannot verify, or that has another name', async () => {
    await expect(openSocket({ host: '127.0.0.1', port }, { certificate, key, serverName: 'broker.test' }, never)).rejects.toThrow(/self-signed/)
    await expect(openSocket({ host: '127.0.0.1', port }, { ca: certificate, certificate, key, serverName: 'other.test' }, never)).rejects.toThrow(/other\.test/)
  })
})

it('rejects when nobody listens, and when it is called off', async () => {
  await expect(openSocket({ host: '127.0.0.1', port: 1 }, undefined, new AbortController().signal)).rejects.toThrow('ECONNREFUSED')
  await expect(openSocket({ host: '127.0.0.1', port: 1 }, undefined, AbortSignal.abort())).rejects.toThrow('called off')
})
