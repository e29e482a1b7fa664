import type { StoredEvent } from '@sluice/core'
import { expect } from 'vitest'
import type { ConformanceCase } from '../conformance-case.ts'
import { collect, makeEvent, makeEvents, sequences, upTo } from './journal-events.ts'
import type { JournalHarness } from './journal-harness.ts'

/** Order, atomicity and reading. */
export const appendCases: readonly ConformanceCase<JournalHarness>[] = [
  {
    id: 'J01',
    name: 'what is appended is read back as it was, in order',
    run: async ({ journal }) => {
      const lease = await journal.claim('main')
      const text = `${'x'.repeat(50_000)} "quoted" \\ \u0000 \u2028 ü 漢 😀`
      const rich: StoredEvent = {
        id: 'main:3', account: 'main', sequence: 3, time: '2026-11-22T17:00:00.123Z', type: 'limit_warning',
        data: { guard: text, code: 'POSITION_LIMIT', limit: '0.000000001', observed: '-999999999999.999999999', percent: 70 },
      }
      const events = [...makeEvents(1, 2), rich]
      await journal.append(lease, { events })
      expect(await collect(journal)).toEqual(events)
    },
  },
  {
    id: 'J02',
    name: 'append answers the first and the last sequence number of its batch',
    run: async ({ journal }) => {
      const lease = await journal.claim('main')
      expect(lease.sequence).toBe(0)
      expect(await journal.append(lease, { events: makeEvents(1, 1) })).toEqual({ first: 1, last: 1 })
      expect(await journal.append(lease, { events: makeEvents(2, 4) })).toEqual({ first: 2, last: 5 })
    },
  },
  {
    id: 'J03',
    name: 'appends that are not awaited are written in the order of the calls',
    run: async ({ journal }) => {
      const lease = await journal.claim('main')
      const settled: number[] = []
      await Promise.all(upTo(100).map(async (sequence) => {
        const { last } = await journal.append(lease, { events: [makeEvent(sequence)] })
        settled.push(last)
      }))
      expect(settled).toEqual(upTo(100))
      expect(await sequences(journal)).toEqual(upTo(100))
    },
  },
  {
    id: 'J04',
    name: 'a batch is written whole or not at all, its keys and cursors with it',
    run: async ({ journal }) => {
      const lease = await journal.claim('main')
      await journal.append(lease, { events: makeEvents(1, 2) })
      const broken = [makeEvent(3), makeEvent(4), makeEvent(6)]
      const keys = [{ key: 'torn', orderId: 'order-3', digest: 'd' }]
      await expect(journal.append(lease, { events: broken, keys, cursors: { broker: 'torn' } })).rejects.toMatchObject({ code: 'SEQUENCE_CONFLICT' })
      expect(await sequences(journal)).toEqual([1, 2])
      expect(await journal.find('main', 'torn')).toBeUndefined()
      expect(await journal.cursor('broker')).toBeUndefined()
      expect((await journal.claim('main')).sequence).toBe(2)
    },
  },
  {
    id: 'J05',
    name: 'a batch that does not continue the sequence is SEQUENCE_CONFLICT, and its lease writes nothing more',
    run: async ({ journal }) => {
      for (const wrong of [1, 4]) {
        const lease = await journal.claim(`from-${wrong}`)
        const { account } = lease
        await journal.append(lease, { events: makeEvents(1, 2, account) })
        const results = await Promise.allSettled([
          journal.append(lease, { events: [makeEvent(wrong, account)] }),
          journal.append(lease, { events: [makeEvent(3, account)] }),
        ])
        for (const result of results) expect(result).toMatchObject({ status: 'rejected', reason: { code: 'SEQUENCE_CONFLICT' } })
        await expect(journal.append(lease, { events: [makeEvent(3, account)] })).rejects.toMatchObject({ code: 'SEQUENCE_CONFLICT' })
        const next = await journal.claim(account)
        expect(next.sequence).toBe(2)
        await journal.append(next, { events: [makeEvent(3, account)] })
        expect(await sequences(journal, account)).toEqual([1, 2, 3])
      }
    },
  },
  {
    id: 'J06',
    name: 'reading begins where it is told to, in a history of any length',
    run: async ({ journal }) => {
      const lease = await journal.claim('main')
      await journal.append(lease, { events: makeEvents(1, 2500) })
      expect(await sequences(journal, 'main', 2000)).toEqual(upTo(2500).slice(1999))
      expect(await sequences(journal, 'main', 2500)).toEqual([2500])
      expect(await sequences(journal, 'main', 2501)).toEqual([])
      expect(await sequences(journal, 'main', 0)).toHaveLength(2500)
      expect(await sequences(journal, 'nobody')).toEqual([])
      if (journal.readPages === undefined) return
      for (const from of [0, 1, 2000, 2500, 2501]) {
        const pages: StoredEvent[][] = []
        for await (const page of journal.readPages('main', from)) pages.push([...page])
        expect(pages.flat()).toEqual(await collect(journal, 'main', from))
        expect(pages.every(({ length }) => length > 0)).toBe(true)
      }
    },
  },
  {
    id: 'J07',
    name: 'reading while appends arrive gives no hole, no repetition and nothing out of order',
    run: async ({ journal }) => {
      const lease = await journal.claim('main')
      await journal.append(lease, { events: makeEvents(1, 1500) })
      const appends: Promise<unknown>[] = []
      const seen: number[] = []
      for await (const { sequence } of journal.read('main', 1)) {
        seen.push(sequence)
        if (appends.length < 50) appends.push(journal.append(lease, { events: [makeEvent(1501 + appends.length)] }))
      }
      expect(seen).toEqual(upTo(seen.length))
      expect(seen.length).toBeGreaterThanOrEqual(1500)
      await Promise.all(appends)
      expect(await sequences(journal)).toEqual(upTo(1550))
    },
  },
]
