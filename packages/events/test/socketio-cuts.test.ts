import { idOf } from '@sluice/events'
import { createSeededRandom } from '@sluice/testkit/simulation'
import { expect, test } from 'vitest'
import { kill, openSockets, until } from './support/open-sockets.ts'
import { upTo } from './support/open-relay.ts'

const CUTS = 1000
const READERS = 20

test(`after ${CUTS} random cuts every reader has exactly what the server has`, { timeout: 120_000 }, async () => {
  const seed = process.env['SLUICE_SEED'] ?? 'cuts'
  const random = createSeededRandom(seed)
  const { users, follow, history, server } = await openSockets({ server: { connectionStateRecovery: {} } })
  const accounts = ['a', 'b', 'c']
  for (const account of accounts) users.set(account, { id: account, accounts: [account] })
  users.set('all', { id: 'all', accounts: '*' })
  const readers = upTo(READERS).map((index) => {
    const token = ['a', 'b', 'c', 'all'][index % 4]!
    const followed = token === 'all' ? accounts : [token]
    return { token, followed, follower: follow(token, followed) }
  })
  const cuts: string[] = []
  for (const { follower } of readers) follower.socket.on('disconnect', (reason) => { cuts.push(reason) })
  const append = async (): Promise<void> => {
    const account = random.pick([...accounts, '*'])
    await history.append(account, random.between(1, 5), account === '*' ? (sequence) => kill(random.pick(['global', 'account:a', 'account:b']), sequence) : undefined)
  }
  while (cuts.length < CUTS) {
    const sockets = [...server.of('/sluice').sockets.values()]
    // On a busy machine most may be away: what is appended then only makes their return longer, and there is little to cut.
    if (sockets.length < READERS / 2) {
      await new Promise((resolve) => { setTimeout(resolve, 5) })
      continue
    }
    await append()
    switch (random.between(0, 2)) {
      // The client's side breaks, the server's side breaks, or the wire is cut in the middle of whatever is on it.
      case 0: { random.pick(readers).follower.socket.io.engine?.close(); break }
      case 1: { random.pick(sockets).conn.close(true); break }
      default: (random.pick(sockets).conn as unknown as { transport: { socket?: { terminate(): void } } }).transport.socket?.terminate()
    }
    if (random.chance(0.1)) await append()
    if (random.chance(0.5)) await new Promise((resolve) => { setTimeout(resolve, random.between(0, 8)) })
  }
  await append()
  const heads = new Map([...accounts, '*'].map((account) => [account, history.events.filter((event) => event.account === account).length]))
  await until(() => readers.every(({ follower, followed }) => follower.state === 'live' && [...followed, '*'].every((account) => follower.position.get(account) === heads.get(account))))

  for (const { token, followed, follower } of readers) {
    for (const account of followed) {
      expect(follower.items.filter((item) => item.account === account).map((item) => idOf(item)), `${token} ${account}, seed ${seed}`)
        .toEqual(upTo(heads.get(account)!).map((sequence) => `${account}:${sequence}`))
    }
    const visible = history.events.filter((event) => event.account === '*' && (token === 'all' || event.type !== 'kill_switch_changed' || !event.data.scope.startsWith('account:') || event.data.scope === `account:${token}`))
    expect(follower.items.filter(({ account }) => account === '*').map(({ sequence }) => sequence)).toEqual(visible.map(({ sequence }) => sequence))
  }
  expect(readers.reduce((sum, { follower }) => sum + follower.heals, 0)).toBeGreaterThan(CUTS / 10)
})

test('a batch that is lost between two others is noticed and fetched', async () => {
  const random = createSeededRandom(process.env['SLUICE_SEED'] ?? 'lost')
  const { users, follow, connect, history } = await openSockets()
  users.set('a', { id: 'a', accounts: ['a'] })
  const socket = connect('a')
  let lost = 0
  let lossy = true
  const leaky = new Proxy(socket, {
    get: (target, name) => {
      if (name !== 'on') {
        const value: unknown = Reflect.get(target, name)
        return typeof value === 'function' ? (value as () => unknown).bind(target) : value
      }
      return (event: string, listener: (batch: unknown) => void) => target.on(event, (...values: unknown[]) => {
        if (lossy && event === 'sluice:batch' && random.chance(0.3)) lost += 1
        else listener(values[0])
      })
    },
  })
  const follower = follow('a', ['a'], { socket: leaky })
  await until(() => follower.state === 'live')
  for (let round = 0; round < 300; round += 1) {
    await history.append('a', random.between(1, 3))
    if (random.chance(0.3)) await history.append('*', 1, (sequence) => kill(random.pick(['global', 'account:b']), sequence))
    await new Promise((resolve) => { setTimeout(resolve, random.between(0, 5)) })
  }
  lossy = false
  for (const account of ['a', '*']) await history.append(account, 1, account === '*' ? (sequence) => kill('global', sequence) : undefined)
  const last = (account: string): number => history.events.filter((event) => event.account === account).length
  await until(() => follower.position.get('a') === last('a') && follower.position.get('*') === last('*'))
  expect(lost).toBeGreaterThan(30)
  expect(follower.items.filter(({ account }) => account === 'a').map(({ sequence }) => sequence)).toEqual(upTo(last('a')))
  expect(follower.items.filter(({ account }) => account === '*').map(({ sequence }) => sequence))
    .toEqual(history.events.filter((event) => event.account === '*' && (event.data as { scope: string }).scope === 'global').map(({ sequence }) => sequence))
})
