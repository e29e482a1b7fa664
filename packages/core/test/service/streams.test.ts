import { map, mergeMap } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { simulatedBroker } from '../../src/broker/simulated/simulated-broker.ts'
import type { Journal } from '../../src/journal/journal.ts'
import type { StoredEvent } from '../../src/order/event.ts'
import { sleep } from '../../src/runtime/clock.ts'
import { createRandom } from '../../src/runtime/random.ts'
import { createExecutionService } from '../../src/service/create-execution-service.ts'
import type { Alert } from '../../src/pipeline/alert.ts'
import type { ExecutionService, StreamItem } from '../../src/service/execution-service.ts'
import { createVirtualClock, makeRequest, seededIds, type VirtualClock } from '../../src/testing/index.ts'
import { slowJournal } from '../support/slow-journal.ts'
import { historyOf, lastingJournal, until } from '../support/world.ts'

interface Open {
  readonly service: ExecutionService
  readonly clock: VirtualClock
  readonly journal: Journal
  readonly alerts: Alert[]
}

/** Two accounts, each with a broker of its own. */
async function open(journal: Journal = lastingJournal(), clock: VirtualClock = createVirtualClock()): Promise<Open> {
  const broker = (seed: string) => simulatedBroker({ latency: [0, 0], seed, prices: { AAPL: '100' }, volatility: 0 })
  const service = await until(clock, createExecutionService({
    clock, journal, ids: seededIds('streams'), accounts: ['main', 'other'], brokers: { one: broker('1'), two: broker('2') },
    brokerAccounts: { one: 'main', two: 'other' }, route: ({ account }) => (account === 'main' ? 'one' : 'two'),
  }))
  const alerts: Alert[] = []
  service.on('alert', (alert) => { alerts.push(alert) })
  return { service, clock, journal, alerts }
}

async function place({ service, clock }: Open, times: number, account = 'main'): Promise<void> {
  for (let time = 0; time < times; time += 1) await until(clock, service.placeOrder(makeRequest({ limitPrice: '90', quantity: '1', account })))
}

interface Reader {
  readonly items: StreamItem[]
  readonly ended: boolean
}

/** Reads as fast as it can, or as fast as `pause` lets it. */
function follow(stream: AsyncIterable<StreamItem>, pause: () => Promise<void> = async () => undefined): Reader {
  const items: StreamItem[] = []
  let ended = false
  void (async () => {
    for await (const item of stream) {
      items.push(item)
      await pause()
    }
    ended = true
  })()
  return { items, get ended() { return ended } }
}

const sequences = ({ items }: Reader): number[] => items.map(({ sequence }) => sequence)
const upTo = (last: number, from = 1): number[] => Array.from({ length: last - from + 1 }, (_, index) => from + index)

describe('events', () => {
  it('I11: resume from any sequence number and go on live, without a gap', async () => {
    const desk = await open()
    await place(desk, 3)
    const last = (await historyOf(desk.journal)).length
    const readers = upTo(last + 1, 0).slice(0, -1).map((after) => ({ after, reader: follow(desk.service.events({ after })) }))
    await place(desk, 3)
    const now = (await historyOf(desk.journal)).length
    expect(now).toBeGreaterThan(last)
    for (const { after, reader } of readers) expect(sequences(reader)).toEqual(upTo(now, after + 1))
    expect(readers[0]?.reader.items).toEqual(await historyOf(desk.journal))
  })

  it('I11: are not lost on a reader who is slower than ten thousand of them', async () => {
    const desk = await open()
    const slow = follow(desk.service.events(), () => sleep(desk.clock, 1))
    for (let round = 0; round < 90; round += 1) await Promise.all(Array.from({ length: 60 }, () => desk.service.placeOrder(makeRequest({ limitPrice: '90', quantity: '0.01' }))))
    const { length } = await historyOf(desk.journal)
    expect(length).toBeGreaterThan(10_000)
    expect(slow.items.length).toBeLessThan(length)
    await desk.clock.advance(length + 10)
    expect(sequences(slow)).toEqual(upTo(length))
    // Whoever begins where memory ends and the journal has to help out misses nothing either.
    const firsts: number[] = []
    for (let after = length - 8200; after < length - 4000; after += 1) {
      for await (const { sequence } of desk.service.events({ after })) { firsts.push(sequence - after); break }
    }
    expect(new Set(firsts)).toEqual(new Set([1]))
  })

  it('I11: of two accounts are two histories', async () => {
    const desk = await open()
    const main = follow(desk.service.events({ account: 'main' }))
    const other = follow(desk.service.events({ account: 'other' }))
    await place(desk, 2, 'main')
    await place(desk, 1, 'other')
    expect(new Set([...main.items].map(({ account }) => account))).toEqual(new Set(['main']))
    expect(new Set([...other.items].map(({ account }) => account))).toEqual(new Set(['other']))
    expect(main.items.length).toBeGreaterThan(other.items.length)
  })

  it('C3: of no single account belong to the account *', async () => {
    const desk = await open()
    const kills = follow(desk.service.events({ account: '*' }))
    await until(desk.clock, desk.service.killSwitch.engage({ scope: 'symbol:AAPL', level: 'no_new', reason: 'test' }))
    await until(desk.clock, desk.service.killSwitch.release({ scope: 'symbol:AAPL', reason: 'test' }))
    expect(kills.items).toMatchObject([{ sequence: 1, type: 'limits_changed' }, { sequence: 2, data: { action: 'engage' } }, { sequence: 3, data: { action: 'release' } }])
  })

  it('C3: after more than there is begin with a reset and the state, and go on from there', async () => {
    const desk = await open()
    await place(desk, 1)
    const { length } = await historyOf(desk.journal)
    const reader = follow(desk.service.events({ after: length + 100 }))
    await place(desk, 1)
    expect(reader.items[0]).toMatchObject({ type: 'stream_reset', account: 'main', sequence: length, orders: [{ status: 'new' }], positions: [{ symbol: 'AAPL', workingBuy: '1' }] })
    expect(sequences(reader).slice(1)).toEqual(upTo((await historyOf(desk.journal)).length, length + 1))
  })

  it('C3: after less than what is kept begin with a reset and the state, and go on from there without a hole', async () => {
    const desk = await open()
    await place(desk, 3)
    const { length } = await historyOf(desk.journal)
    await until(desk.clock, desk.service.close())
    // A journal whose oldest events are pruned: it begins to read at what is left.
    const pruned: Journal = { ...desk.journal, read: (account, from) => desk.journal.read(account, account === 'main' ? Math.max(from, 4) : from) }
    const again = await open(pruned)
    const reader = follow(again.service.events({ after: 1 }))
    const kept = follow(again.service.events({ after: 3 }))
    await again.clock.advance(100)
    const last = (await historyOf(desk.journal)).length
    expect(reader.items[0]).toMatchObject({ type: 'stream_reset', account: 'main' })
    const { sequence } = reader.items[0] as { sequence: number }
    expect(sequence).toBeGreaterThanOrEqual(length)
    expect(last).toBeGreaterThanOrEqual(sequence)
    expect(sequences(reader).slice(1)).toEqual(upTo(last, sequence + 1))
    expect(sequences(kept)).toEqual(upTo(last, 4))
  })

  it('end by the reader\'s signal, and with the service', async () => {
    const desk = await open()
    const abort = new AbortController()
    const one = follow(desk.service.events({ signal: abort.signal }))
    const two = follow(desk.service.events())
    await place(desk, 1)
    abort.abort()
    await desk.clock.advance(0)
    expect([one.ended, two.ended]).toEqual([true, false])
    await place(desk, 1)
    expect(one.items.length).toBeLessThan(two.items.length)
    await until(desk.clock, desk.service.close())
    expect(two.ended).toBe(true)
    expect(follow(desk.service.events()).items).toEqual([])
  })

  it('end quietly with the service for a reader who is in the middle of the journal', async () => {
    const inner = lastingJournal()
    let closed = false
    const journal: Journal = {
      ...inner,
      close: async () => { closed = true },
      read: async function* read(account, from) {
        for await (const event of inner.read(account, from)) {
          if (closed) throw new Error('the journal is closed')
          yield event
        }
      },
    }
    const first = await open(journal)
    await place(first, 5)
    const second = await open(journal, first.clock)
    const errors: unknown[] = []
    const reading = (async () => {
      try {
        for await (const _ of second.service.events()) await sleep(second.clock, 10)
      } catch (error) {
        errors.push(error)
      }
    })()
    await second.clock.advance(15)
    await until(second.clock, second.service.close())
    await until(second.clock, reading)
    expect(errors).toEqual([])
  })
})

describe('live streams', () => {
  it('I11: say nothing before it is durable, and say everything in order, whenever the journal answers', async () => {
    const clock = createVirtualClock()
    const inner = lastingJournal()
    const random = createRandom('out of order')
    // Every append is written at once and answered after a time of its own: answers overtake each other.
    const desk = await open(slowJournal(inner, clock, () => random.integer(50)), clock)
    const events: StoredEvent[] = []
    const orders: string[] = []
    const durable = new Set<string>()
    desk.service.events$.subscribe((event) => { events.push(event) })
    desk.service.orders$.subscribe((order) => {
      orders.push(order.id)
      if (events.some((event) => 'orderId' in event.data && event.data.orderId === order.id)) durable.add(order.id)
    })
    for (let number = 0; number < 40; number += 1) void desk.service.placeOrder(makeRequest({ account: number % 3 === 0 ? 'other' : 'main', limitPrice: '90', quantity: '1' }))
    await desk.clock.advance(0)
    expect([events, orders]).toEqual([[], []])
    await desk.clock.advance(3000)
    for (const account of ['main', 'other']) {
      const published = events.filter((event) => event.account === account).map(({ sequence }) => sequence)
      expect(published).toEqual(upTo(published.at(-1)!, published[0]))
      expect(published.at(-1)).toBe((await historyOf(inner, account)).length)
    }
    expect([new Set(orders).size, durable.size]).toEqual([40, 40])
  })

  it('of one event come to events$, to its own listeners and to those of all events', async () => {
    const desk = await open()
    const heard: string[] = []
    desk.service.events$.subscribe((event) => { heard.push(`events$ ${event.type}`) })
    desk.service.on('order_pending_new', (event) => { heard.push(`on ${event.data.clientOrderId.slice(0, 4)}`) })
    const stop = desk.service.on('event', (event) => { heard.push(`event ${event.type}`) })
    await place(desk, 1)
    expect(heard.slice(0, 3)).toEqual(['events$ order_pending_new', 'on slc-', 'event order_pending_new'])
    const { length } = heard.filter((line) => line.startsWith('event '))
    stop()
    await place(desk, 1)
    expect(heard.filter((line) => line.startsWith('event '))).toHaveLength(length)
  })
})

describe('a listener that throws', () => {
  const bang = (): never => { throw new Error('bang') }
  /** What JavaScript lets anybody pass: a listener that is an async function. */
  const late: () => void = Object.assign(async (): Promise<never> => { await Promise.resolve(); throw new Error('late bang') })

  const attach: Readonly<Record<string, (service: ExecutionService) => unknown>> = {
    'on an event': (service) => service.on('order_accepted', bang),
    'on every event': (service) => service.on('event', bang),
    'in events$': (service) => service.events$.subscribe(bang),
    'in an observer of events$': (service) => service.events$.subscribe({ next: bang }),
    'in a chain from events$': (service) => service.events$.pipe(map(bang)).subscribe(),
    'at the end of a chain': (service) => service.events$.pipe(map(({ type }) => type), mergeMap(async (type) => type)).subscribe(bang),
    'in orders$': (service) => service.orders$.subscribe(bang),
    'in positions$': (service) => service.positions$.subscribe(bang),
    'in connection$': (service) => service.connection$.subscribe(bang),
    'in the state of the kill switch': (service) => service.killSwitch.state$.subscribe(bang),
    'later, on an event': (service) => service.on('order_accepted', late),
    'later, in events$': (service) => service.events$.subscribe(late),
  }

  it.each(Object.keys(attach))('%s harms nobody and raises an alert', async (name) => {
    const desk = await open()
    const before: string[] = []
    const after: string[] = []
    desk.service.events$.subscribe(({ id }) => { before.push(id) })
    attach[name]!(desk.service)
    desk.service.events$.subscribe(({ id }) => { after.push(id) })
    const order = await until(desk.clock, desk.service.placeOrder(makeRequest({ type: 'market', quantity: '1' })))
    expect(order.status).toBe('filled')
    await desk.clock.advance(10)
    expect(after).toEqual(before)
    expect(before.length).toBeGreaterThan(2)
    expect(desk.alerts).toContainEqual(expect.objectContaining({ code: 'LISTENER_FAILED', message: expect.stringContaining('bang') as string }))
    await until(desk.clock, desk.service.close())
  })

  it('on an alert ends there', async () => {
    const desk = await open()
    desk.service.on('alert', bang)
    desk.service.on('order_accepted', bang)
    await place(desk, 2)
    expect(desk.alerts).toHaveLength(2)
  })
})
