import { type EventSink, idOf, memorySink, SinkError } from '@sluice/events'
import { NotApplicable, openSinkSession, sinkCases, type SinkHarness } from '@sluice/testkit'
import { expect, test } from 'vitest'

type Plant = (inner: Parts) => Partial<Parts>
interface Parts {
  readonly sink: EventSink
  readonly harness: Omit<SinkHarness, 'sink'>
}

const delivered = (sink: ReturnType<typeof memorySink>): SinkHarness['delivered'] => async (account) =>
  sink.received.filter((item) => item.account === account).map((item) => ({
    id: idOf(item), account, sequence: item.sequence, type: item.type, data: item.type === 'stream_reset' ? { orders: item.orders, positions: item.positions } : item.data,
  }))

function partsOf(): Parts {
  const sink = memorySink()
  return {
    sink,
    harness: {
      delivered: delivered(sink), fail: sink.fail, heal: sink.heal, loseAnswer: sink.loseAnswer, restart: async () => sink, close: async () => undefined,
      refuse: (orderId) => { sink.refuse((item) => item.type !== 'stream_reset' && 'orderId' in item.data && item.data.orderId === orderId) },
    },
  }
}
const sending = ({ sink }: Parts, send: (batch: Parameters<EventSink['send']>[0]) => Promise<void>): Partial<Parts> => ({ sink: { ...sink, send } })
const rereading = ({ harness }: Parts, change: (items: Awaited<ReturnType<SinkHarness['delivered']>>) => Awaited<ReturnType<SinkHarness['delivered']>>): Partial<Parts> =>
  ({ harness: { ...harness, delivered: async (account) => change(await harness.delivered(account)) } })

let calls = 0
/** For each case the bug that it is there to find. */
const bugs: readonly (readonly [id: string, bug: string, plant: Plant])[] = [
  ['S01', 'a name with a slash', ({ sink }) => ({ sink: { ...sink, name: 'kafka/orders' } })],
  ['S02', 'it answers before anything is there', (inner) => sending(inner, async (batch) => { setTimeout(() => { void inner.sink.send(batch) }, 50) })],
  ['S03', 'every third batch overtakes the one before it', (inner) => rereading(inner, (items) => [...items.slice(10, 15), ...items.slice(5, 10), ...items.slice(0, 5), ...items.slice(15)])],
  ['S04', 'accounts share one list', ({ harness }) => ({ harness: { ...harness, delivered: async () => harness.delivered('account-1') } })],
  ['S05', 'the global account is left out', (inner) => sending(inner, async (batch) => { if (batch.account !== '*') await inner.sink.send(batch) })],
  ['S06', 'every delivery gets an id of its own', (inner) => rereading(inner, (items) => items.map((item, index) => ({ ...item, id: `${item.id}-${index}` })))],
  ['S07', 'a reset passes for an event', (inner) => rereading(inner, (items) => items.map((item) => ({ ...item, id: `${item.account}:${item.sequence}` })))],
  ['S08', 'what is beyond 100 items is cut off', (inner) => sending(inner, (batch) => inner.sink.send({ ...batch, items: batch.items.slice(0, 100) }))],
  ['S09', 'a second close throws', ({ sink }) => ({ sink: { ...sink, close: async () => { if ((calls += 1) % 2 === 0) throw new Error('closed already') } } })],
  ['S10', 'a dead connection is blamed on the event', (inner) => sending(inner, (batch) => inner.sink.send(batch).catch(() => { throw new SinkError('EVENT_REFUSED', 'no') }))],
  ['S11', 'what fails is dropped and called delivered', (inner) => sending(inner, (batch) => inner.sink.send(batch).catch(() => undefined))],
  ['S12', 'after a lost answer the batch is thought to be lost, and gets new numbers', (inner) => {
    let lost = 0
    return sending(inner, async (batch) => {
      const moved = { ...batch, items: batch.items.map((item) => ({ ...item, sequence: item.sequence + lost, id: `${item.account}:${item.sequence + lost}` })) }
      await inner.sink.send(moved as never).catch((error: unknown) => { lost = 100; throw error })
    })
  }],
  ['S13', 'a refusal has no name', (inner) => sending(inner, (batch) => inner.sink.send(batch).catch(() => { throw new Error('400') }))],
  ['S14', 'one refusal stops every account', (inner) => {
    let refused = false
    return sending(inner, async (batch) => {
      if (refused) throw new SinkError('SINK_UNAVAILABLE', 'stopped')
      refused = batch.account === 'main'
      await inner.sink.send(batch)
    })
  }],
  ['S15', 'a new sink begins with what comes next', (inner) => ({
    harness: { ...inner.harness, restart: async () => ({ ...inner.sink, send: async (batch) => { await inner.sink.send({ ...batch, items: batch.items.slice(3) }) } }) },
  })],
]

test.each(bugs)('%s catches: %s', async (id, _, plant) => {
  const parts = partsOf()
  const { sink, harness } = { ...parts, ...plant(parts) }
  const session = await openSinkSession({ ...harness, sink })
  const error: unknown = await sinkCases.find((item) => item.id === id)?.run(session).then(() => undefined, (reason: unknown) => reason)
  expect(error, 'the case fails').toBeInstanceOf(Error)
  expect(error).not.toBeInstanceOf(NotApplicable)
})

test('every case has a planted bug', () => {
  expect(bugs.map(([id]) => id)).toEqual(sinkCases.map(({ id }) => id))
})
