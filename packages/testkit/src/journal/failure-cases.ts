import { expect } from 'vitest'
import { type ConformanceCase, notApplicable } from '../conformance-case.ts'
import { collect, makeEvent, makeEvents, sequences } from './journal-events.ts'
import type { JournalHarness } from './journal-harness.ts'

/** Closing, restarting and failing. */
export const failureCases: readonly ConformanceCase<JournalHarness>[] = [
  {
    id: 'J17',
    name: 'after close every call rejects with JOURNAL_FAILED, and closing again is harmless',
    run: async ({ journal }) => {
      const lease = await journal.claim('main')
      await journal.append(lease, { events: [makeEvent(1)] })
      await journal.close()
      await journal.close()
      const calls: readonly (() => Promise<unknown>)[] = [
        () => journal.claim('main'), () => journal.append(lease, { events: [makeEvent(2)] }), () => journal.advance('c', 1),
        () => collect(journal), () => journal.find('main', 'k'), () => journal.resolve('main', 'n'), () => journal.readOrder('main', 'order-1'), () => journal.accounts(), () => journal.loadSnapshot('main'),
        () => journal.saveSnapshot(lease, { sequence: 1, state: null }), () => journal.cursor('c'), () => journal.saveCursor('c', 'v'),
      ]
      for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'JOURNAL_FAILED' })
    },
  },
  {
    id: 'J18',
    name: 'a restart keeps everything, and the epochs go on growing',
    run: async ({ journal, reopen }) => {
      if (reopen === undefined) {
        expect(journal.durability, 'a synced journal must offer `reopen` to the suite').toBe('memory')
        notApplicable('durability is memory')
      }
      const lease = await journal.claim('main')
      await journal.append(lease, { events: makeEvents(1, 5), keys: [{ key: 'k', orderId: 'order-1', digest: 'd' }], names: [{ name: 'client:1', orderId: 'order-1' }], cursors: { broker: '7' } })
      await journal.advance('totp', 5)
      await journal.saveSnapshot(lease, { sequence: 4, state: { step: 4 } })
      await journal.saveCursor('sink', 's')
      const before = await collect(journal)
      const again = await reopen()
      expect(await collect(again)).toEqual(before)
      expect(await again.find('main', 'k')).toEqual({ orderId: 'order-1', digest: 'd' })
      expect(await again.resolve('main', 'client:1')).toBe('order-1')
      expect(await again.readOrder('main', 'order-1')).toEqual(before.slice(0, 1))
      expect([await again.cursor('broker'), await again.cursor('sink')]).toEqual(['7', 's'])
      expect([await again.advance('totp', 5), await again.advance('totp', 6)]).toEqual([false, true])
      expect(await again.loadSnapshot('main')).toEqual({ sequence: 4, state: { step: 4 } })
      expect(await again.accounts()).toEqual(['main'])
      await expect(again.append(lease, { events: [makeEvent(6)], keys: [{ key: 'k', orderId: 'order-6', digest: 'd' }] })).rejects.toThrow()
      const next = await again.claim('main')
      expect(next.sequence).toBe(5)
      expect(next.epoch).toBeGreaterThan(lease.epoch)
      await expect(again.append(lease, { events: [makeEvent(6)] })).rejects.toMatchObject({ code: 'FENCED' })
    },
  },
  {
    id: 'J19',
    name: 'a failed write stops the journal: what was queued and whatever comes later is JOURNAL_FAILED and never read',
    run: async ({ journal, fault, reopen }) => {
      if (fault === undefined) notApplicable('the harness offers no `fault`')
      const lease = await journal.claim('main')
      await journal.append(lease, { events: makeEvents(1, 2) })
      await fault()
      const queued = await Promise.allSettled([3, 4, 5].map((sequence) => journal.append(lease, { events: [makeEvent(sequence)] })))
      for (const result of queued) expect(result).toMatchObject({ status: 'rejected', reason: { code: 'JOURNAL_FAILED' } })
      await expect(journal.append(lease, { events: [makeEvent(3)] })).rejects.toMatchObject({ code: 'JOURNAL_FAILED' })
      await expect(journal.advance('totp', 1)).rejects.toMatchObject({ code: 'JOURNAL_FAILED' })
      expect(await sequences(journal)).toEqual([1, 2])
      if (reopen === undefined) return
      // Whether the failed batches are there is unknown by contract; that they have no hole is not.
      const kept = await sequences(await reopen())
      expect(kept).toEqual(kept.map((_, index) => index + 1))
      expect(kept.length).toBeGreaterThanOrEqual(2)
    },
  },
]
