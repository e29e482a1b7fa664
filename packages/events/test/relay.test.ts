import { type EventSink, memorySink, type SinkBatch } from '@sluice/events'
import { createVirtualClock } from '@sluice/core/testing'
import { expect, test } from 'vitest'
import { makeHistory } from './support/make-history.ts'
import { openRelay, upTo } from './support/open-relay.ts'

const sequencesOf = (items: readonly { readonly account: string; readonly sequence: number }[], account = 'main'): number[] =>
  items.filter((item) => item.account === account).map(({ sequence }) => sequence)

test('every event reaches every sink once and in order, from before the start and after it', async () => {
  const history = makeHistory()
  await history.append('main', 700)
  const [first, second] = [memorySink({ name: 'first' }), memorySink({ name: 'second' })]
  const { clock, relay } = await openRelay({ sinks: [first, second] }, history)
  await clock.advance(50)
  await history.append('main', 20)
  await history.append('other', 5)
  await history.append('*', 2)
  await clock.advance(50)
  for (const sink of [first, second]) {
    expect(sequencesOf(sink.received)).toEqual(upTo(720))
    expect(sequencesOf(sink.received, 'other')).toEqual(upTo(5))
    expect(sequencesOf(sink.received, '*')).toEqual(upTo(2))
  }
  expect(relay.lag()).toBe(0)
})

test('one batch of an account is on its way at a time, while other accounts go on', async () => {
  const inFlight = new Map<string, number>()
  const order: string[] = []
  const answers: (() => void)[] = []
  const sink: EventSink = {
    name: 'slow',
    send: async ({ account, items }) => {
      inFlight.set(account, (inFlight.get(account) ?? 0) + 1)
      expect(inFlight.get(account)).toBe(1)
      order.push(`${account}:${items.length}`)
      if (account === 'main') await new Promise<void>((resolve) => { answers.push(resolve) })
      inFlight.set(account, 0)
    },
  }
  const { history, clock, relay } = await openRelay({ sinks: [sink], batch: 10 })
  await history.append('main', 25)
  await history.append('other', 25)
  await clock.advance(100)
  expect(order.filter((name) => name.startsWith('main'))).toEqual(['main:10'])
  expect(order.filter((name) => name.startsWith('other'))).toEqual(['other:10', 'other:10', 'other:5'])
  expect(relay.lag('slow')).toBe(25)
  for (let index = 0; index < 3; index += 1) {
    answers[index]?.()
    await clock.advance(10)
  }
  expect(relay.lag()).toBe(0)
})

test('a relay goes on from its own place after a restart, and repeats only what it had not written down', async () => {
  const sink = memorySink()
  const first = await openRelay({ sinks: [sink] })
  await first.history.append('main', 10)
  await first.clock.advance(500)
  await first.history.append('main', 5)
  await first.clock.advance(10)
  // No close: the process dies between the delivery and the write of its place.
  const second = await openRelay({ sinks: [sink] }, first.history)
  await second.clock.advance(500)
  expect(sequencesOf(sink.received)).toEqual([...upTo(15), 11, 12, 13, 14, 15])
  expect(sequencesOf(sink.unique)).toEqual(upTo(15))
})

test('a relay that was closed repeats nothing', async () => {
  const sink = memorySink()
  const first = await openRelay({ sinks: [sink] })
  await first.history.append('main', 10)
  await first.clock.advance(10)
  await first.relay.close()
  await first.history.append('main', 3)
  const second = await openRelay({ sinks: [sink] }, first.history)
  await second.clock.advance(10)
  expect(sequencesOf(sink.received)).toEqual(upTo(13))
})

test('a sink that never answers costs a few batches of memory, holds up no other sink and no event', async () => {
  const stuck: EventSink = { name: 'stuck', send: () => new Promise(() => undefined) }
  const sink = memorySink()
  const history = makeHistory()
  let read = 0
  const counted = { ...history, service: { ...history.service, events: (options: Parameters<typeof history.service.events>[0]) => (async function* counting() {
    for await (const item of history.service.events(options)) { read += 1; yield item }
  })() } }
  const { clock, relay, codes } = await openRelay({ sinks: [stuck], batch: 10, closeWithin: 100 }, counted)
  const { clock: other } = await openRelay({ sinks: [sink] }, history)
  await history.append('main', 5000)
  await clock.advance(50)
  await other.advance(50)
  expect(sink.received).toHaveLength(5000)
  expect(relay.lag()).toBe(5000)
  expect(read).toBeLessThanOrEqual(20)
  await clock.advance(30_000)
  expect(codes()).toEqual(['SINK_STALLED'])
  const closing = relay.close()
  await clock.advance(100)
  await closing
})

test('events that are no longer kept are replaced by one explicit reset', async () => {
  const history = makeHistory()
  await history.append('main', 20)
  history.prune('main', 12)
  const sink = memorySink()
  const { clock, codes } = await openRelay({ sinks: [sink] }, history)
  await clock.advance(50)
  expect(sink.received[0]).toMatchObject({ type: 'stream_reset', sequence: 12 })
  expect(sequencesOf(sink.received.slice(1))).toEqual([13, 14, 15, 16, 17, 18, 19, 20])
  expect(codes()).toEqual(['STREAM_RESET'])
})

test('a live sink begins with what comes after the start, at every start', async () => {
  const history = makeHistory()
  await history.append('main', 300)
  const sink = memorySink({ delivery: 'live' })
  const first = await openRelay({ sinks: [sink] }, history)
  await history.append('main', 2)
  await history.append('new', 2)
  await first.clock.advance(500)
  await first.relay.close()
  await history.append('main', 3)
  const second = await openRelay({ sinks: [sink] }, history)
  await history.append('main', 1)
  await second.clock.advance(50)
  expect(sequencesOf(sink.received)).toEqual([301, 302, 306])
  expect(sequencesOf(sink.received, 'new')).toEqual([1, 2])
})

test('a durable sink that starts from now keeps that place even when nothing happens before the next start', async () => {
  const history = makeHistory()
  await history.append('main', 300)
  const sink = memorySink()
  const first = await openRelay({ sinks: [sink], from: 'now' }, history)
  await first.relay.close()
  await history.append('main', 2)
  const second = await openRelay({ sinks: [sink], from: 'now' }, history)
  await second.clock.advance(50)
  expect(sequencesOf(sink.received)).toEqual([301, 302])
})

test('drained tells when every sink has everything, and when it does not in time', async () => {
  const sink = memorySink()
  const { history, clock, relay } = await openRelay({ sinks: [sink] })
  sink.fail()
  await history.append('main', 3)
  const late = relay.drained(1000)
  await clock.advance(1000)
  expect(await late).toBe(false)
  sink.heal()
  const soon = relay.drained(20_000)
  await clock.advance(20_000)
  expect(await soon).toBe(true)
})

test('a place that cannot be written is written later, and said', async () => {
  const history = makeHistory()
  let broken = true
  const journal = { ...history.journal, saveCursor: async (name: string, value: string) => { if (broken) throw new Error('disk'); await history.journal.saveCursor(name, value) } }
  const { clock, codes } = await openRelay({ sinks: [memorySink()], journal }, history)
  await history.append('main', 3)
  await clock.advance(60_000)
  expect(codes()).toEqual(['CURSOR_FAILED'])
  broken = false
  await clock.advance(10_000)
  expect(await history.journal.cursor('sink:memory:main')).toBe('{"sequence":3}')
})

test('two sinks of one name are refused, and names that cannot be a place', async () => {
  const history = makeHistory()
  const clock = createVirtualClock()
  const start = (sinks: readonly EventSink[]) => openRelay({ sinks, clock }, history)
  await expect(start([memorySink(), memorySink()])).rejects.toMatchObject({ code: 'CONFIGURATION_INVALID' })
  await expect(start([memorySink({ name: 'A b' })])).rejects.toMatchObject({ code: 'CONFIGURATION_INVALID' })
})

test('batches say what comes before them', async () => {
  const batches: SinkBatch[] = []
  const sink: EventSink = { name: 'seen', send: async (batch) => { batches.push(batch) } }
  const { history, clock } = await openRelay({ sinks: [sink], batch: 4 })
  await history.append('main', 10)
  await clock.advance(50)
  expect(batches.map(({ after, items }) => [after, items.length])).toEqual([[0, 4], [4, 4], [8, 2]])
})

test('listeners, probes and sinks that throw where they should not stop nothing', async () => {
  const taken: number[] = []
  const rude: EventSink = {
    name: 'rude',
    send: ({ items }) => {
      if (items.some(({ sequence }) => sequence === 2) && taken.length < 5) { taken.push(0); throw new Error('not even a promise') }
      taken.push(...items.map(({ sequence }) => sequence))
      return Promise.resolve()
    },
    probe: () => { throw new Error('nor this') },
    close: async () => { throw new Error('nor this') },
  }
  const { history, clock, relay } = await openRelay({ sinks: [rude], batch: 1, onAlert: () => { throw new Error('the pager is down') } })
  await history.append('main', 3)
  await clock.advance(60_000)
  expect(taken.filter((sequence) => sequence > 0)).toEqual([1, 2, 3])
  await relay.close()
})

test('history that cannot be read is asked for again, and that is said once', async () => {
  const history = makeHistory()
  let broken = true
  const service = { ...history.service, events: (options: Parameters<typeof history.service.events>[0]) => { if (broken) throw new Error('rescue'); return history.service.events(options) } }
  const sink = memorySink()
  const { clock, codes } = await openRelay({ sinks: [sink], service }, history)
  await history.append('main', 3)
  await clock.advance(60_000)
  expect(codes()).toEqual(['READ_FAILED'])
  broken = false
  await clock.advance(2000)
  expect(sequencesOf(sink.received)).toEqual(upTo(3))
})

test('a sink and a journal that never answer do not keep a relay from closing', async () => {
  const history = makeHistory()
  const never = (): Promise<never> => new Promise(() => undefined)
  const sink: EventSink = { name: 'stuck', send: async () => undefined, close: never }
  const { clock, relay } = await openRelay({ sinks: [sink], journal: { ...history.journal, saveCursor: never }, closeWithin: 100 }, history)
  await history.append('main', 3)
  await clock.advance(50)
  let closed = false
  void relay.close().then(() => { closed = true })
  await clock.advance(250)
  expect(closed).toBe(true)
})
