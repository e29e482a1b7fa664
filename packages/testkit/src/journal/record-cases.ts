import { expect } from 'vitest'
import type { ConformanceCase } from '../conformance-case.ts'
import { makeEvent, makeEvents, makeFill, sequences } from './journal-events.ts'
import type { JournalHarness } from './journal-harness.ts'

/** Keys, counters, cursors and snapshots. */
export const recordCases: readonly ConformanceCase<JournalHarness>[] = [
  {
    id: 'J12',
    name: 'find answers what a key of the account was used for',
    run: async ({ journal }) => {
      const lease = await journal.claim('main')
      const keys = [{ key: 'a', orderId: 'order-1', digest: 'digest-a' }, { key: 'b', orderId: 'order-2', digest: 'digest-b' }]
      await journal.append(lease, { events: makeEvents(1, 2), keys })
      await journal.append(await journal.claim('other'), { events: makeEvents(1, 1, 'other'), keys: [{ key: 'a', orderId: 'order-9', digest: 'digest-9' }] })
      expect(await journal.find('main', 'a')).toEqual({ orderId: 'order-1', digest: 'digest-a' })
      expect(await journal.find('main', 'b')).toEqual({ orderId: 'order-2', digest: 'digest-b' })
      expect(await journal.find('other', 'a')).toEqual({ orderId: 'order-9', digest: 'digest-9' })
      expect(await journal.find('other', 'b')).toBeUndefined()
      expect(await journal.find('nobody', 'a')).toBeUndefined()
    },
  },
  {
    id: 'J13',
    name: 'a key keeps its first order: binding it again is harmless, binding it to another is IDEMPOTENCY_CONFLICT and writes nothing',
    run: async ({ journal }) => {
      const lease = await journal.claim('main')
      const bound = { key: 'k', orderId: 'order-1', digest: 'd' }
      await journal.append(lease, { events: [makeEvent(1)], keys: [bound] })
      await journal.append(lease, { events: [makeEvent(2)], keys: [bound] })
      const rebound = journal.append(lease, { events: [makeEvent(3)], keys: [{ ...bound, orderId: 'order-3' }] })
      await expect(rebound).rejects.toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' })
      expect(await journal.find('main', 'k')).toEqual({ orderId: 'order-1', digest: 'd' })
      expect(await sequences(journal)).toEqual([1, 2])
    },
  },
  {
    id: 'J14',
    name: 'of 100 concurrent advances to one value exactly one gets true, and a counter never goes back',
    run: async ({ journal }) => {
      const race = async (to: number): Promise<number> => {
        const answers = await Promise.all(Array.from({ length: 100 }, () => journal.advance('totp:ann', to)))
        return answers.filter(Boolean).length
      }
      expect(await race(58_000_000)).toBe(1)
      expect(await race(58_000_000)).toBe(0)
      expect(await journal.advance('totp:ann', 57_999_999)).toBe(false)
      expect(await journal.advance('totp:bob', 57_999_999)).toBe(true)
      expect(await race(58_000_001)).toBe(1)
    },
  },
  {
    id: 'J15',
    name: 'cursors move with a batch or alone, and one does not touch another',
    run: async ({ journal }) => {
      const lease = await journal.claim('main')
      expect(await journal.cursor('broker')).toBeUndefined()
      await journal.append(lease, { events: [makeEvent(1)], cursors: { broker: '10', other: 'x' } })
      expect(await journal.cursor('broker')).toBe('10')
      await journal.saveCursor('sink', 'a')
      await journal.saveCursor('sink', 'b')
      expect(await journal.append(lease, { events: [], cursors: { broker: '11' } })).toMatchObject({ last: 1 })
      expect([await journal.cursor('broker'), await journal.cursor('other'), await journal.cursor('sink')]).toEqual(['11', 'x', 'b'])
    },
  },
  {
    id: 'J16',
    name: 'the latest snapshot is kept; an older, a fenced or a premature one does not replace it',
    run: async ({ journal }) => {
      const lease = await journal.claim('main')
      expect(await journal.loadSnapshot('main')).toBeUndefined()
      await journal.append(lease, { events: makeEvents(1, 5) })
      await journal.saveSnapshot(lease, { sequence: 2, state: { step: 'two' } })
      await journal.saveSnapshot(lease, { sequence: 4, state: { step: 'four', nested: [1, null, { deep: true }] } })
      await journal.saveSnapshot(lease, { sequence: 3, state: { step: 'three' } })
      const latest = { sequence: 4, state: { step: 'four', nested: [1, null, { deep: true }] } }
      expect(await journal.loadSnapshot('main')).toEqual(latest)
      await expect(journal.saveSnapshot(lease, { sequence: 6, state: 'ahead of the history' })).rejects.toMatchObject({ code: 'SEQUENCE_CONFLICT' })
      await journal.claim('main')
      await expect(journal.saveSnapshot(lease, { sequence: 5, state: 'of an old owner' })).rejects.toMatchObject({ code: 'FENCED' })
      expect(await journal.loadSnapshot('main')).toEqual(latest)
      expect(await journal.loadSnapshot('other')).toBeUndefined()
    },
  },
  {
    id: 'J20',
    name: 'resolve answers the order a name was last given to, and one account does not see the names of another',
    run: async ({ journal }) => {
      const lease = await journal.claim('main')
      await journal.append(lease, { events: makeEvents(1, 2), names: [{ name: 'client\na', orderId: 'order-1' }, { name: 'broker\na', orderId: 'order-2' }] })
      await journal.append(await journal.claim('other'), { events: makeEvents(1, 1, 'other'), names: [{ name: 'client\na', orderId: 'order-9' }] })
      expect(await journal.resolve('main', 'client\na')).toBe('order-1')
      expect(await journal.resolve('main', 'broker\na')).toBe('order-2')
      expect(await journal.resolve('other', 'client\na')).toBe('order-9')
      expect(await journal.resolve('other', 'broker\na')).toBeUndefined()
      expect(await journal.resolve('nobody', 'client\na')).toBeUndefined()
      await journal.append(lease, { events: [makeEvent(3)], names: [{ name: 'client\na', orderId: 'order-3' }] })
      expect(await journal.resolve('main', 'client\na')).toBe('order-3')
    },
  },
  {
    id: 'J21',
    name: 'readOrder gives exactly the events of the account that name the order, in order, also from the middle of a batch',
    run: async ({ journal }) => {
      const lease = await journal.claim('main')
      const named = (sequence: number): boolean => sequence % 3 === 0
      const events = Array.from({ length: 700 }, (_, index) => makeEvent(index + 1, 'main', named(index + 1) ? 'one' : `order-${index + 1}`))
      for (let from = 0; from < events.length; from += 50) await journal.append(lease, { events: events.slice(from, from + 50) })
      await journal.append(await journal.claim('other'), { events: [makeEvent(1, 'other', 'one')] })
      expect(await journal.readOrder('main', 'one')).toEqual(events.filter(({ sequence }) => named(sequence)))
      expect(await journal.readOrder('main', 'order-7')).toEqual([events[6]])
      expect(await journal.readOrder('other', 'one')).toHaveLength(1)
      expect([await journal.readOrder('main', 'nobody'), await journal.readOrder('nobody', 'one')]).toEqual([[], []])
    },
  },
  {
    id: 'J22',
    name: 'an execution is recorded once for ever: a second fill of it is EXECUTION_CONFLICT and writes nothing; what was inferred may come again',
    run: async ({ journal, reopen }) => {
      const lease = await journal.claim('main')
      await journal.append(lease, { events: [makeFill(1, 'e1'), makeFill(2, 'e2'), makeFill(3, 'guess', { inferred: true })] })
      await journal.append(lease, { events: [makeFill(4, 'e1', { broker: 'second' }), makeFill(5, 'guess', { inferred: true })] })
      await journal.append(await journal.claim('other'), { events: [{ ...makeFill(1, 'e1'), id: 'other:1', account: 'other' }] })
      const again = reopen === undefined ? journal : await reopen()
      const owner = await again.claim('main')
      const repeated = again.append(owner, { events: [makeFill(6, 'e3'), makeFill(7, 'e1')], keys: [{ key: 'with-it', orderId: 'o', digest: 'd' }] })
      await expect(repeated).rejects.toMatchObject({ code: 'EXECUTION_CONFLICT' })
      const next = await again.claim('main')
      const twice = again.append(next, { events: [makeFill(6, 'e3'), makeFill(7, 'e3')] })
      await expect(twice).rejects.toMatchObject({ code: 'EXECUTION_CONFLICT' })
      expect(await sequences(again)).toEqual([1, 2, 3, 4, 5])
      expect(await again.find('main', 'with-it')).toBeUndefined()
    },
  },
]
