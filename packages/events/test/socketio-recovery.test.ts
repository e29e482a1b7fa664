import { expect, test } from 'vitest'
import { openSockets, until } from './support/open-sockets.ts'

const MINUTES = 120_000

test('a revoked principal does not get back in by recovery, nor what was said since', async () => {
  for (const skipMiddlewares of [true, false]) {
    const { users, connect, history, server, asked } = await openSockets({ server: { connectionStateRecovery: { maxDisconnectionDuration: MINUTES, skipMiddlewares } } })
    users.set('a', { id: 'a', accounts: ['main'] })
    const socket = connect('a')
    await until(() => socket.connected)
    await history.append('main', 3)
    const bytes: string[] = []
    socket.io.on('packet' as never, ((packet: unknown) => { bytes.push(JSON.stringify(packet)) }) as never)
    await history.append('main', 1)
    await until(() => bytes.join('').includes('main:4'))
    users.delete('a')
    const before = asked()
    const failed = new Promise<unknown>((resolve) => { socket.once('connect_error', (error) => { resolve((error as Error & { data?: unknown }).data) }) })
    socket.io.engine.close()
    await until(() => !socket.connected)
    await history.append('main', 5)
    expect(await failed).toEqual({ code: 'unauthorized' })
    await history.append('main', 5)
    await new Promise((resolve) => { setTimeout(resolve, 50) })
    expect(asked(), 'authenticate is asked on recovery too').toBeGreaterThan(before)
    expect(socket.recovered).toBe(false)
    expect(socket.connected).toBe(false)
    expect(bytes.join('')).not.toMatch(/main:(?:5|6|9|10|14)\b/)
    expect(server.of('/sluice').sockets.size).toBe(0)
    expect(server.of('/sluice').adapter.rooms.size).toBe(0)
  }
})

test('a principal who lost one account gets nothing of it after a cut', async () => {
  const { users, connect, history } = await openSockets({ server: { connectionStateRecovery: { maxDisconnectionDuration: MINUTES } } })
  users.set('a', { id: 'a', accounts: ['mine', 'lost'] })
  const socket = connect('a')
  const seen: string[] = []
  socket.onAny((...values: unknown[]) => { seen.push(JSON.stringify(values)) })
  await until(() => socket.connected)
  await history.append('lost', 1)
  await until(() => seen.join('').includes('lost:1'))
  users.set('a', { id: 'a', accounts: ['mine'] })
  socket.io.engine.close()
  await until(() => !socket.connected)
  await history.append('lost', 5)
  await until(() => socket.connected)
  await history.append('lost', 5)
  await history.append('mine', 1)
  await until(() => seen.join('').includes('mine:1'))
  expect(seen.join('')).not.toMatch(/lost:(?:[2-9]|1\d)/)
})

test('revoke cuts every socket of a principal at once, and none of another', async () => {
  const { users, connect, history, sink } = await openSockets()
  users.set('a', { id: 'a', accounts: ['main'] }).set('b', { id: 'b', accounts: ['main'] })
  const [first, second, other] = [connect('a'), connect('a'), connect('b')]
  const seen: unknown[] = []
  for (const socket of [first, second]) socket.on('sluice:batch', (batch: unknown) => { seen.push(batch) })
  await until(() => first.connected && second.connected && other.connected)
  users.delete('a')
  sink.revoke('a')
  await history.append('main', 1)
  await until(() => !first.connected && !second.connected)
  expect(seen).toEqual([])
  expect(other.connected).toBe(true)
  first.connect()
  await new Promise((resolve) => { first.once('connect_error', resolve) })
})

test.each([true, false])('a socket that an adapter of the host has recovered all the same is thrown out (skipMiddlewares: %s)', async (skipMiddlewares) => {
  const { connect, server, asked } = await openSockets({ server: { connectionStateRecovery: { maxDisconnectionDuration: MINUTES, skipMiddlewares } } })
  const namespace = server.of('/sluice')
  // An adapter that was put in after the sink.
  Object.assign(namespace.adapter, { restoreSession: async () => ({ sid: 'old', pid: 'known', rooms: ['account:main'], data: {}, missedPackets: [] }) })
  const socket = connect('a')
  Object.assign(socket, { _pid: 'known', _lastOffset: 'x' })
  await new Promise((resolve) => { socket.once('connect_error', resolve) })
  expect(asked()).toBe(1)
  expect(namespace.sockets.size).toBe(0)
  expect(namespace.adapter.rooms.has('account:main')).toBe(false)
})
