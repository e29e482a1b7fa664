// What surrounds a session on its way to a broker: hosts, hours, certificates, passwords, a line that does not keep up.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type AddressInfo, connect, createServer as createPlainServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer } from 'node:tls'
import type { BrokerAdapter } from '@sluice/core'
import { makeApprovedOrder, makeContext } from '@sluice/core/testing'
import { afterEach, expect, it, vi } from 'vitest'
import { openDesk } from './support/scripted-desk.ts'
import { scriptedSession } from './support/scripted-session.ts'
import { createSchedule, fixBroker, type FixBrokerOptions, memoryFixStore } from '../src/index.ts'
import { type FixAcceptor, type FixAcceptorOptions, startFixAcceptor } from '../src/testing/index.ts'

const OPENSSL = process.env['OPENSSL'] ?? 'openssl'
const hasOpenssl = spawnSync(OPENSSL, ['version']).status === 0
const ending: (() => Promise<void> | void)[] = []
afterEach(async () => { for (const end of ending.splice(0).toReversed()) await end() })

async function start(options: Partial<FixAcceptorOptions> = {}): Promise<FixAcceptor> {
  const acceptor = await startFixAcceptor({ version: '4.4', ...options })
  ending.push(acceptor.close)
  return acceptor
}
function brokerOf(ports: readonly number[], options: Partial<FixBrokerOptions> = {}): BrokerAdapter {
  const broker = fixBroker({
    environment: 'paper', version: '4.4', senderCompId: 'DESK', targetCompId: 'BROKER', addresses: ports.map((port) => ({ host: '127.0.0.1', port })), store: memoryFixStore(), reconnectDelay: 10, ...options,
  })
  ending.push(broker.close)
  return broker
}
const order = makeApprovedOrder({ clientOrderId: 'C1', terms: { limitPrice: '1' } })
/** Nobody listens there. */
const CLOSED_PORT = 1

it('the second host is taken when the first does not answer', async () => {
  const acceptor = await start()
  const broker = brokerOf([CLOSED_PORT, acceptor.port])
  await broker.connect(makeContext())
  expect(await broker.submit(order)).toMatchObject({ kind: 'accepted' })
})

it('when no host answers, connect says so after each was tried', async () => {
  await expect(brokerOf([CLOSED_PORT, CLOSED_PORT]).connect(makeContext())).rejects.toMatchObject({ code: 'NOT_READY', retryable: true })
})

it('outside of its hours nobody is even called', async () => {
  let calls = 0
  const server = createPlainServer(() => { calls += 1 })
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  ending.push(() => { server.close() })
  const isNever = { isOpen: () => false, startOf: () => 0 }
  await expect(brokerOf([(server.address() as AddressInfo).port], { session: { schedule: isNever } }).connect(makeContext())).rejects.toThrow('outside of the schedule')
  expect(calls).toBe(0)
})

it('a session logs out when its hours end, and begins at 1 in the next ones', () => {
  const hour = 3_600_000
  const schedule = createSchedule({ zone: 'America/New_York', start: '09:30', end: '17:00' })
  const script = scriptedSession('4.4', { schedule, heartbeatInterval: 100_000 }, { nextSender: 5, nextTarget: 7, createdAt: 0 })
  // 2026-11-22, 09:30 in New York: its first moment. What was counted before belongs to another session.
  script.logOn()
  expect([script.session.nextSender, script.session.nextTarget]).toEqual([2, 2])
  script.wait(7.5 * hour - 1000)
  expect([script.session.status, script.types()]).toEqual(['active', ''])
  script.wait(1000)
  expect([script.session.status, script.types()]).toEqual(['logout_sent', '5'])
  script.peer('5')
  script.wait(16.5 * hour)
  script.peerNext = 1
  script.logOn()
  expect([script.session.status, script.session.nextSender, script.session.nextTarget]).toEqual(['active', 2, 2])
})

it.skipIf(!hasOpenssl)('orders go through mutual TLS with a name by SNI; without our certificate nobody answers', async () => {
  const acceptor = await start()
  const folder = mkdtempSync(join(tmpdir(), 'sluice-fix-mtls-'))
  ending.push(() => { rmSync(folder, { recursive: true, force: true }) })
  const [keyPath, path] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')]
  execFileSync(OPENSSL, ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=fix.broker.test', '-addext', 'subjectAltName=DNS:fix.broker.test', '-keyout', keyPath, '-out', path], { stdio: 'ignore' })
  const [certificate, key] = [readFileSync(path, 'utf8'), readFileSync(keyPath, 'utf8')]
  const names: string[] = []
  const proxy = createServer({ cert: certificate, key, ca: certificate, requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.2', SNICallback: (name, done) => { names.push(name); done(null) } }, (secure) => {
    const plain = connect(acceptor.port, '127.0.0.1')
    plain.on('error', () => { secure.destroy() })
    secure.on('error', () => { plain.destroy() })
    secure.pipe(plain).pipe(secure)
  })
  proxy.on('tlsClientError', () => undefined)
  await new Promise<void>((resolve) => { proxy.listen(0, '127.0.0.1', resolve) })
  ending.push(() => new Promise<void>((resolve) => { proxy.close(() => { resolve() }) }))
  const { port } = proxy.address() as AddressInfo
  const broker = brokerOf([port], { tls: { ca: certificate, certificate, key, serverName: 'fix.broker.test' } })
  await broker.connect(makeContext())
  expect([await broker.submit(order), names[0]]).toMatchObject([{ kind: 'accepted' }, 'fix.broker.test'])
  await broker.close()
  await expect(brokerOf([port], { tls: { ca: certificate, serverName: 'fix.broker.test' }, session: { logonTimeout: 500 } }).connect(makeContext())).rejects.toMatchObject({ code: 'NOT_READY' })
})

it('user, password, a new password and a signature are in the Logon, and in no log', async () => {
  const acceptor = await start()
  const logged: string[] = []
  const log = (text: string, fields?: object): void => { logged.push(`${text} ${JSON.stringify(fields ?? {})}`) }
  const seen: string[] = []
  const relay = createPlainServer((socket) => {
    const plain = connect(acceptor.port, '127.0.0.1')
    socket.on('data', (chunk: Buffer) => { seen.push(chunk.toString('latin1').replaceAll('\u0001', '|')) })
    socket.on('error', () => undefined)
    plain.on('error', () => undefined)
    socket.pipe(plain).pipe(socket)
  })
  await new Promise<void>((resolve) => { relay.listen(0, '127.0.0.1', resolve) })
  ending.push(() => { relay.close() })
  const broker = brokerOf([(relay.address() as AddressInfo).port], {
    session: {
      logonFields: [[553, 'me'], [554, 'zqcanary-pass-word-1'], [925, 'zqcanary-pass-word-2']], nextExpectedOnLogon: true,
      signLogon: ({ sequence, sendingTime }) => { const raw = `zqcanary-signed/${sequence}/${sendingTime}`; return [[95, raw.length], [96, raw]] },
    },
  })
  await broker.connect(makeContext({ logger: { debug: log, info: log, warn: log, error: log } }))
  acceptor.fault.disconnect()
  await vi.waitFor(() => { expect(acceptor.logons).toBe(2) })
  expect(seen[0]).toMatch(/\|553=me\|554=zqcanary-pass-word-1\|925=zqcanary-pass-word-2\|/)
  expect(seen[0]).toMatch(/\|789=1\|/)
  expect(seen[0]).toMatch(/\|95=\d+\|96=zqcanary-signed\/1\//)
  expect(logged.join('\n')).not.toMatch(/pass-word|signed/)
})

it('while the broker does not keep up no new risk is written, and cancels are', async () => {
  const at = openDesk('4.4', { isSlow: true })
  expect(await at.desk.submit(order)).toMatchObject({ kind: 'not_sent', retryable: true })
  void at.desk.cancel({ orderId: 'o', account: 'main', clientOrderId: 'K1', originalClientOrderId: 'C9', brokerOrderId: 'B9', symbol: 'AAPL', side: 'buy' })
  expect(at.sent.map(({ type }) => type)).toEqual(['F'])
})
