import type { StoredEvent, StreamReset } from '@sluice/core'
import { expect } from 'vitest'
import { type ConformanceCase, notApplicable } from '../conformance-case.ts'
import { makeEvent, makeEvents } from '../journal/journal-events.ts'
import { faultCases } from './sink-fault-cases.ts'
import { assertDelivered, assertWholeForReaders, type SinkSession } from './sink-session.ts'

const orderOne = { orderId: 'order-1' }

/** What must hold of every sink. */
export const sinkCases: readonly ConformanceCase<SinkSession>[] = [
  {
    id: 'S01',
    name: 'its name can name a place in the journal',
    run: async ({ sink }) => { expect(sink.name).toMatch(/^[a-z0-9][a-z0-9._-]{0,63}$/) },
  },
  {
    id: 'S02',
    name: 'when send resolves, the other side has the batch, in order and as it was',
    run: async (session) => {
      const text = `${'x'.repeat(20_000)} "quoted" \\ \u2028 ü 漢 😀`
      const rich: StoredEvent = {
        id: 'main:3', account: 'main', sequence: 3, time: '2026-11-22T17:00:00.123Z', type: 'limit_warning',
        data: { guard: text, code: 'POSITION_LIMIT', limit: '0.000000001', observed: '-999999999999.999999999', percent: 70 },
      }
      const items = [...makeEvents(1, 2), rich]
      await session.send(items)
      const delivered = await session.harness.delivered('main')
      expect(delivered).toEqual(items.map(({ id, account, sequence, type, data }) => ({ id, account, sequence, type, data })))
    },
  },
  {
    id: 'S03',
    name: 'batches of an account stay in the order in which they were sent',
    run: async (session) => {
      for (let index = 0; index < 20; index += 1) await session.send(makeEvents(1 + index * 5, 5))
      await assertDelivered(session, 'main', makeEvents(1, 100))
    },
  },
  {
    id: 'S04',
    name: 'accounts are sent side by side and do not mix',
    run: async (session) => {
      const accounts = Array.from({ length: 8 }, (_, index) => `account-${index}`)
      await Promise.all(accounts.map(async (account) => {
        for (let index = 0; index < 5; index += 1) await session.send(makeEvents(1 + index * 10, 10, account))
      }))
      for (const account of accounts) await assertDelivered(session, account, makeEvents(1, 50, account))
    },
  },
  {
    id: 'S05',
    name: 'the global account (*) is one like any other',
    run: async (session) => {
      await session.send(makeEvents(1, 3, '*'))
      await assertDelivered(session, '*', makeEvents(1, 3, '*'))
    },
  },
  {
    id: 'S06',
    name: 'a batch that is sent again comes with the same ids: readers who know them lose and repeat nothing',
    run: async (session) => {
      await session.send(makeEvents(1, 4))
      await session.send(makeEvents(1, 4))
      await session.send(makeEvents(5, 2))
      await assertWholeForReaders(session, 'main', 6)
    },
  },
  {
    id: 'S07',
    name: 'a reset is told apart from events and carries the state',
    run: async (session) => {
      const reset: StreamReset = { type: 'stream_reset', account: 'main', sequence: 41, orders: [], positions: [] }
      await session.send([reset])
      await session.send([makeEvent(42, 'main', 'order-1')])
      const delivered = await session.harness.delivered('main')
      expect(delivered.map(({ id, sequence, data }) => ({ id, sequence, data }))).toEqual([
        { id: 'main:41:reset', sequence: 41, data: { orders: [], positions: [] } },
        { id: 'main:42', sequence: 42, data: orderOne },
      ])
    },
  },
  {
    id: 'S08',
    name: 'a full batch of large events is taken',
    run: async (session) => {
      const items = makeEvents(1, 256).map((event): StoredEvent => ({ ...event, type: 'order_cancel_refused', data: { orderId: 'o', code: 'LARGE', message: 'x'.repeat(4000) } }))
      await session.send(items)
      await assertDelivered(session, 'main', items)
    },
  },
  {
    id: 'S09',
    name: 'close lets go of everything and may be called twice',
    run: async ({ sink, send }) => {
      await send(makeEvents(1, 1))
      if (sink.close === undefined) notApplicable('there is nothing to close')
      await sink.close()
      await sink.close()
    },
  },
  ...faultCases,
]
