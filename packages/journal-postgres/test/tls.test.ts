import { execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ConnectionOptions } from 'node:tls'
import { afterAll, describe, expect, it } from 'vitest'
import { postgresJournal } from '../src/index.ts'
import { findRunner } from '../src/testing/postgres-binaries.ts'
import { startPostgres } from '../src/testing/index.ts'
import { execute, newSchema } from './support/schemas.ts'

const OPENSSL = process.env['OPENSSL'] ?? 'openssl'
const hasOpenssl = spawnSync(OPENSSL, ['version']).status === 0
const folder = mkdtempSync(join(tmpdir(), 'sluice-postgres-tls-'))
const paths = { key: join(folder, 'key.pem'), certificate: join(folder, 'certificate.pem') }

function makeCertificate(key: string, certificate: string): void {
  execFileSync(OPENSSL, ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=localhost',
    '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', certificate], { stdio: 'ignore' })
}

/** The server opens its key only when nobody else may, and it is its own. */
function giveAway(): void {
  const { uid, gid = uid } = findRunner()
  if (uid === undefined || gid === undefined) return
  for (const path of [folder, paths.key, paths.certificate]) chownSync(path, uid, gid)
}

async function startWithTls(): ReturnType<typeof startPostgres> {
  if (!hasOpenssl) return undefined
  makeCertificate(paths.key, paths.certificate)
  giveAway()
  return startPostgres(['ssl=on', `ssl_cert_file=${paths.certificate}`, `ssl_key_file=${paths.key}`])
}

// A server that is given by PG_URL has a certificate of its own, which nobody here knows.
const server = process.env['PG_URL'] === undefined ? await startWithTls() : undefined
afterAll(async () => {
  await server?.stop()
  rmSync(folder, { recursive: true, force: true })
})

describe.skipIf(server === undefined)('TLS to PostgreSQL (needs openssl and a server of our own)', () => {
  const url = (host: string): string => Object.assign(new URL(server?.connectionString ?? ''), { hostname: host }).href

  const claim = async (connectionString: string, ssl: boolean | ConnectionOptions): Promise<number> => {
    const schema = newSchema()
    // What may pass is tried for longer than this test may take.
    const journal = postgresJournal({ connectionString, ssl, schema, lease: 1000, reconnectFor: 600_000 })
    try {
      return (await journal.claim('main')).epoch
    } finally {
      await journal.close()
      await execute(server?.connectionString ?? '', `DROP SCHEMA IF EXISTS ${schema} CASCADE`)
    }
  }

  it('goes to a server whose authority and name are right, and every session is encrypted', async () => {
    const ca = readFileSync(paths.certificate, 'utf8')
    const schema = newSchema()
    const journal = postgresJournal({ connectionString: url('localhost'), ssl: { ca }, schema, lease: 1000, name: 'over-tls' })
    expect((await journal.claim('main')).epoch).toBe(1)
    const sessions = await execute(server?.connectionString ?? '', `SELECT ssl.ssl FROM pg_stat_ssl ssl JOIN pg_stat_activity activity USING (pid) WHERE activity.application_name = 'over-tls'`)
    expect(sessions.length).toBeGreaterThan(0)
    expect(sessions.every((session) => session['ssl'] === true)).toBe(true)
    await journal.close()
    await execute(server?.connectionString ?? '', `DROP SCHEMA IF EXISTS ${schema} CASCADE`)
  })

  it('refuses at once, for good, and before a word was said: an unknown authority, a wrong name, a server without TLS, a stranger', async () => {
    const ca = readFileSync(paths.certificate, 'utf8')
    const refused = (connectionString: string, ssl: boolean | ConnectionOptions, words: RegExp): Promise<void> =>
      expect(claim(connectionString, ssl)).rejects.toMatchObject({ code: 'CONFIGURATION_INVALID', retryable: false, message: expect.stringMatching(words) as string })
    await refused(url('localhost'), true, /certificate is not trusted: self-signed.*ssl\.ca/)
    await refused(url('127.0.0.1'), { ca }, /certificate is not trusted: .*127\.0\.0\.1/)
    await refused(Object.assign(new URL(url('localhost')), { pathname: '/nowhere' }).href, { ca }, /refuses the connection: database "nowhere" does not exist/)
    await refused(Object.assign(new URL(url('localhost')), { username: 'stranger' }).href, { ca }, /refuses the connection: role "stranger" does not exist/)
    const plain = createServer((socket) => socket.once('data', () => socket.write('N'))).listen(0, '127.0.0.1')
    await once(plain, 'listening')
    await refused(`postgresql://sluice:zqcanary-password@127.0.0.1:${(plain.address() as AddressInfo).port}/postgres`, { ca }, /does not speak TLS/)
    plain.close()
  })
})
