import { type EventSink, memorySink, type MemorySink } from '@sluice/events'
import type { StreamItem } from '@sluice/core'
import { expect, test } from 'vitest'
import { openRelay, upTo } from './support/open-relay.ts'

const poison = (sequence: number, account = 'main') => (item: StreamItem): boolean => item.account === account && item.sequence === sequence
const sequencesOf = ({ unique }: MemorySink, account = 'main'): number[] => unique.filter((item) => item.account === account).map(({ sequence }) => sequence)

test('a refused event becomes a dead letter after some attempts, its account goes on, and no other waited', async () => {
  const sink = memorySink()
  sink.refuse(poison(7))
  const { history, clock, relay, alerts } = await openRelay({ sinks: [sink], attempts: 5 })
  await history.append('main', 20)
  await history.append('other', 20)
  await clock.advance(20)
  expect(sequencesOf(sink)).toEqual(upTo(6))
  expect(sequencesOf(sink, 'other')).toEqual(upTo(20))
  expect(relay.status().find(({ account }) => account === 'main')).toMatchObject({ state: 'retrying', lag: 14, suspect: { eventId: 'main:7' } })
  await clock.advance(5000)
  expect(sequencesOf(sink)).toEqual(upTo(20).filter((sequence) => sequence !== 7))
  expect(relay.lag()).toBe(0)
  expect(alerts).toEqual([expect.objectContaining({ code: 'EVENT_DEAD_LETTERED', sink: 'memory', account: 'main', eventId: 'main:7' })])
  expect(relay.deadLetters()).toEqual([expect.objectContaining({ sink: 'memory', eventId: 'main:7', attempts: 5, reason: 'the memory sink was told to refuse main:7' })])
})

test('what was before the refused event in its batch is not sent again, when the sink names it', async () => {
  const sink = memorySink()
  sink.refuse(poison(7))
  const { history, clock } = await openRelay({ sinks: [sink] })
  await history.append('main', 20)
  await clock.advance(5000)
  expect(sink.received).toHaveLength(19)
})

test('a sink that does not name it is asked one event at a time', async () => {
  const taken: number[] = []
  const sink: EventSink = {
    name: 'mute',
    send: async ({ items }) => {
      if (items.some(({ sequence }) => sequence === 7)) throw Object.assign(new Error('no'), { [Symbol.for('sluice.sink-error')]: true, code: 'EVENT_REFUSED' })
      taken.push(...items.map(({ sequence }) => sequence))
    },
  }
  const { history, clock, relay } = await openRelay({ sinks: [sink] })
  await history.append('main', 20)
  await clock.advance(5000)
  expect(taken).toEqual(upTo(20).filter((sequence) => sequence !== 7))
  expect(relay.deadLetters().map(({ sequence }) => sequence)).toEqual([7])
})

test('a dead letter and the step over it are durable together: after a crash the event is not tried again', async () => {
  const sink = memorySink()
  sink.refuse(poison(3))
  const first = await openRelay({ sinks: [sink], saveEvery: 1_000_000 })
  await first.history.append('main', 3)
  await first.clock.advance(5000)
  expect(first.codes()).toEqual(['EVENT_DEAD_LETTERED'])
  const second = await openRelay({ sinks: [sink] }, first.history)
  await second.clock.advance(5000)
  expect(second.relay.deadLetters().map(({ eventId }) => eventId)).toEqual(['main:3'])
  expect(second.relay.lag()).toBe(0)
  expect(second.codes()).toEqual([])
})

test('a sink that is down makes no dead letters, however long it lasts', async () => {
  const sink = memorySink()
  sink.fail()
  const { history, clock, relay, codes } = await openRelay({ sinks: [sink] })
  await history.append('main', 5)
  await history.append('other', 5)
  await clock.advance(24 * 3_600_000)
  expect(relay.deadLetters()).toEqual([])
  expect(relay.lag()).toBe(10)
  expect(codes()).toEqual(['SINK_FAILING', 'SINK_FAILING'])
  sink.heal()
  await clock.advance(20_000)
  expect(relay.lag()).toBe(0)
  expect(codes().slice(2)).toEqual(['SINK_RECOVERED', 'SINK_RECOVERED'])
})

test('an error without a name is a verdict only while the sink is well for others', async () => {
  const taken: string[] = []
  const sink: EventSink = {
    name: 'throws',
    send: async ({ items }) => {
      if (items.some((item) => poison(2)(item))) throw new TypeError('cannot be serialised')
      taken.push(...items.map(({ account, sequence }) => `${account}:${sequence}`))
    },
  }
  const { history, clock, relay } = await openRelay({ sinks: [sink], longestDelay: 200 })
  await history.append('main', 3)
  await clock.advance(60_000)
  expect(relay.deadLetters(), 'nobody else gets through: the sink may be down').toEqual([])
  for (let index = 0; index < 20; index += 1) {
    await history.append('other', 1)
    await clock.advance(500)
  }
  expect(relay.deadLetters().map(({ eventId }) => eventId)).toEqual(['main:2'])
  expect(taken.filter((id) => id.startsWith('main'))).toEqual(['main:1', 'main:3'])
})

test('an error without a name is a verdict when the sink says that it is well', async () => {
  const sink: EventSink = {
    name: 'probed', probe: async () => undefined,
    send: async ({ items }) => { if (items.some((item) => poison(2)(item))) throw new TypeError('cannot be serialised') },
  }
  const { history, clock, relay } = await openRelay({ sinks: [sink] })
  await history.append('main', 3)
  await clock.advance(60_000)
  expect(relay.deadLetters().map(({ eventId }) => eventId)).toEqual(['main:2'])
})

test('when everything is refused the account stops instead of giving up all of it', async () => {
  const sink = memorySink()
  sink.refuse(({ account }) => account === 'main')
  const { history, clock, relay, codes } = await openRelay({ sinks: [sink], attempts: 1, maximumDeadLetters: 3 })
  await history.append('main', 10)
  await history.append('other', 10)
  await clock.advance(60_000)
  expect(relay.deadLetters()).toHaveLength(3)
  expect(codes()).toEqual(['EVENT_DEAD_LETTERED', 'EVENT_DEAD_LETTERED', 'EVENT_DEAD_LETTERED', 'ACCOUNT_BLOCKED'])
  expect(relay.status().find(({ account }) => account === 'main')).toMatchObject({ state: 'blocked', lag: 7 })
  expect(sequencesOf(sink, 'other')).toEqual(upTo(10))
  sink.refuse(() => false)
  await clock.advance(60_000)
  expect(sequencesOf(sink)).toEqual([4, 5, 6, 7, 8, 9, 10])
})

test('a person may give up the event that stands in the way, and only that one', async () => {
  const sink: EventSink = { name: 'stuck', send: async ({ items }) => { if (items.some((item) => poison(2)(item))) throw new Error('who knows') } }
  const { history, clock, relay } = await openRelay({ sinks: [sink], batch: 1 })
  await history.append('main', 3)
  await clock.advance(20_000)
  expect(relay.skip('stuck', 'main:3', 'not in the way')).toBe(false)
  expect(relay.skip('stuck', 'main:2', 'the topic does not take it')).toBe(true)
  await clock.advance(20_000)
  expect(relay.lag()).toBe(0)
  expect(relay.deadLetters()).toEqual([expect.objectContaining({ eventId: 'main:2', reason: 'the topic does not take it' })])
})
