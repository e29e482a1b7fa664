import { socketIoSink } from '@sluice/events/socketio'
import { followEvents, type FollowSocket } from '@sluice/events/socketio/client'
import { Server } from 'socket.io'
import type { Socket } from 'socket.io-client'
import { expect, onTestFinished, test } from 'vitest'
import type { Hello } from '../src/socketio/protocol.ts'
import { makeHistory } from './support/make-history.ts'
import { kill, openSockets, until } from './support/open-sockets.ts'
import { upTo } from './support/open-relay.ts'

const refused = (socket: Socket): Promise<unknown> => new Promise((resolve) => {
  socket.once('connect_error', (error) => { resolve((error as Error & { data?: { code: string } }).data?.code ?? error.message) })
})
const sequencesOf = (items: readonly { readonly account: string; readonly sequence: number }[], account: string): number[] =>
  items.filter((item) => item.account === account).map(({ sequence }) => sequence)

test('a reader gets the past from history and the rest from the socket, each event once', async () => {
  const history = makeHistory()
  await history.append('main', 500)
  const { users, follow } = await openSockets({ history })
  users.set('a', { id: 'a', accounts: ['main'] })
  const follower = follow('a', ['main'])
  await until(() => follower.state === 'live')
  await history.append('main', 100)
  await until(() => follower.position.get('main') === 600)
  expect(sequencesOf(follower.items, 'main')).toEqual(upTo(600))
  expect(follower.heals).toBe(1)
})

test('nobody gets in without a name, with a right missing, or while authentication fails', async () => {
  const { users, connect } = await openSockets({ sink: { authenticateWithin: 50 } })
  users.set('blind', { id: 'b', accounts: ['main'], rights: ['trade'] }).set('nothing', { id: 'n', accounts: [] })
  expect(await refused(connect('stranger'))).toBe('unauthorized')
  expect(await refused(connect('blind'))).toBe('unauthorized')
  expect(await refused(connect('nothing'))).toBe('unauthorized')
  const broken = await openSockets({ sink: { authenticate: async () => { throw new Error('the directory is down') } } })
  expect(await refused(broken.connect('a'))).toBe('unavailable')
  const slow = await openSockets({ sink: { authenticate: () => new Promise(() => undefined), authenticateWithin: 20 } })
  expect(await refused(slow.connect('a'))).toBe('unavailable')
  expect(() => socketIoSink({ io: new Server(), authenticate: undefined as never })).toThrow('needs authenticate')
})

test('a principal holds a bounded number of sockets', async () => {
  const { users, connect } = await openSockets({ sink: { maximumConnections: 2 } })
  users.set('a', { id: 'a', accounts: ['main'] })
  const sockets = [connect('a'), connect('a')]
  await until(() => sockets.every((socket) => socket.connected))
  expect(await refused(connect('a'))).toBe('too_many_connections')
  sockets[0]?.disconnect()
  const retried = connect('a')
  await until(() => retried.connected || (retried.connect(), false))
})

test('foreign rooms stay closed, whatever a client says', async () => {
  const { users, connect, history, follow } = await openSockets()
  users.set('a', { id: 'a', accounts: ['mine'] }).set('b', { id: 'b', accounts: ['foreign'] })
  const spy = connect('a', { auth: { token: 'a', accounts: ['foreign'], rooms: ['account:foreign'] }, query: { account: 'foreign' } })
  const seen: unknown[] = []
  spy.onAny((...values: unknown[]) => { seen.push(values) })
  await until(() => spy.connected)
  for (const event of ['join', 'subscribe', 'sluice:join', 'sluice:hello', 'sluice:batch']) spy.emit(event, 'account:foreign', { account: 'foreign' })
  const hello = await new Promise<unknown>((resolve) => { spy.emit('sluice:hello', resolve) })
  const owner = follow('b', ['foreign'])
  await until(() => owner.state === 'live')
  await history.append('foreign', 20)
  await history.append('mine', 1)
  await until(() => owner.position.get('foreign') === 20 && JSON.stringify(seen).includes('mine:1'))
  expect(JSON.stringify([seen, hello])).not.toContain('foreign')
})

test('events of no single account: each reader sees its own, and the numbers of all', async () => {
  const { users, follow, history } = await openSockets()
  users.set('a', { id: 'a', accounts: ['a'] }).set('b', { id: 'b', accounts: ['b'] }).set('all', { id: 'all', accounts: '*' })
  await history.append('*', 1, () => kill('account:b', 1))
  const [a, b, all] = [follow('a', ['a']), follow('b', ['b']), follow('all', ['a'])]
  await until(() => [a, b, all].every(({ state }) => state === 'live'))
  const limits = { type: 'limits_changed', data: {} } as never
  for (const make of [kill('global', 2), kill('account:a', 3), kill('account:b', 4), limits, kill('symbol:X', 5)]) await history.append('*', 1, () => make)
  await until(() => [a, b, all].every(({ position }) => position.get('*') === 6))
  expect(sequencesOf(a.items, '*')).toEqual([2, 3, 6])
  expect(sequencesOf(b.items, '*')).toEqual([1, 2, 4, 6])
  expect(sequencesOf(all.items, '*')).toEqual(upTo(6))
  expect(a.heals, 'what it may not see is no gap').toBe(0)
})

test('a reader who missed only what it may not see waits for nothing', async () => {
  const { users, follow, history } = await openSockets()
  users.set('a', { id: 'a', accounts: ['a'] })
  const follower = follow('a', ['a'])
  await until(() => follower.state === 'live')
  follower.socket.io.engine.close()
  await until(() => follower.state === 'offline')
  await history.append('*', 3, (sequence) => kill('account:b', sequence))
  await until(() => follower.state === 'live' && follower.position.get('*') === 3)
  expect(follower.items).toEqual([])
})

test('another journal behind the same address is told by a reset, not by silence', async () => {
  const { users, follow, history } = await openSockets()
  await history.append('main', 5)
  users.set('a', { id: 'a', accounts: ['main'] })
  let resets = 0
  const follower = follow('a', ['main'], {
    after: new Map([['main', 900]]),
    // What the service answers to a place that its journal never had.
    history: async function* fromNew() { resets += 1; yield { type: 'stream_reset', account: 'main', sequence: 5, orders: [], positions: [] } },
  })
  await until(() => follower.state === 'live')
  expect(resets).toBe(1)
  await history.append('main', 2)
  await until(() => follower.position.get('main') === 7)
  expect(follower.items.map(({ type, sequence }) => `${type} ${sequence}`)).toEqual(['stream_reset 5', 'order_expired 6', 'order_expired 7'])
})

test('a greeting that is older than what history told meanwhile is no other journal: a reader is live without an event to come', async () => {
  const greeting = (last: number): Hello => ({ accounts: { main: { head: last, last, visible: last }, '*': { head: 0, last: 0, visible: 0 } } })
  for (const lags of [0, 3]) {
    let asked = 0
    const listeners = new Map<string, (value: unknown) => void>()
    const socket: FollowSocket = {
      connected: false, on: (event, listener) => listeners.set(event, listener), off: (event) => listeners.delete(event),
      emit: (_event, answer) => { asked += 1; (answer as (hello: Hello) => void)(greeting(asked > lags ? 12 : 11)) },
    }
    let read = 0
    const follower = followEvents({
      socket, accounts: ['main'], after: new Map([['main', 12]]), onItem: () => undefined, retryDelay: 1,
      // Nothing comes after what is known, for as long as somebody listens.
      history: async function* quiet({ signal }) {
        read += 1
        await new Promise((resolve) => { signal.addEventListener('abort', resolve) })
        yield* []
      },
    })
    listeners.get('sluice:hello')?.(greeting(11))
    await until(() => follower.state === 'live')
    expect([follower.position.get('main'), read, asked > lags]).toEqual([12, lags === 0 ? 0 : 1, true])
    follower.close()
  }
})

test('what an older connection reads of history is given up with it', async () => {
  const { users, follow, history } = await openSockets()
  users.set('a', { id: 'a', accounts: ['main'] })
  await history.append('main', 5)
  const readings: AbortSignal[] = []
  const follower = follow('a', ['main'], {
    history: async function* stuck({ signal }) {
      readings.push(signal)
      await new Promise((resolve) => { signal.addEventListener('abort', resolve) })
      yield* []
    },
  })
  await until(() => readings.length === 1)
  follower.socket.io.engine.close()
  await until(() => readings.length === 2)
  expect(readings.map(({ aborted }) => aborted)).toEqual([true, false])
})

test('a slow reader is cut, and heals', async () => {
  const { users, follow, history, server } = await openSockets({ sink: { maximumQueued: 5 } })
  users.set('a', { id: 'a', accounts: ['main'] })
  const follower = follow('a', ['main'])
  await until(() => follower.state === 'live')
  const [socket] = server.of('/sluice').sockets.values()
  const { transport } = socket!.conn as unknown as { transport: { writable: boolean } }
  let cuts = 0
  socket!.on('disconnect', () => { cuts += 1 })
  transport.writable = false
  for (const _ of upTo(20)) {
    await history.append('main', 1)
    await new Promise((resolve) => { setTimeout(resolve, 5) })
  }
  await until(() => cuts === 1)
  await until(() => follower.position.get('main') === 20)
  expect(sequencesOf(follower.items, 'main')).toEqual(upTo(20))
})

test('who is no longer known is cut at the next question, who has other accounts comes back with them', async () => {
  const { users, connect, server } = await openSockets({ sink: { reauthenticateEvery: 50 } })
  users.set('a', { id: 'a', accounts: ['a'] }).set('b', { id: 'b', accounts: ['b'] }).set('c', { id: 'c', accounts: ['c'] })
  const [a, b, c] = [connect('a'), connect('b'), connect('c')]
  await until(() => a.connected && b.connected && c.connected)
  users.delete('a')
  users.set('b', { id: 'b', accounts: ['b', 'x'] })
  await until(() => !a.connected && !b.connected)
  expect(c.connected).toBe(true)
  expect(server.of('/sluice').sockets.size).toBe(1)
})

test('what a host does in its own namespaces is untouched', async () => {
  const { server, connect } = await openSockets()
  server.on('connection', (socket) => { socket.emit('welcome', 'host') })
  const socket = connect('nobody').io.socket('/')
  onTestFinished(() => { socket.disconnect() })
  expect(await new Promise((resolve) => { socket.once('welcome', resolve) })).toBe('host')
})
