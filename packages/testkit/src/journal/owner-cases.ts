import { expect } from 'vitest'
import type { ConformanceCase } from '../conformance-case.ts'
import { makeEvent, makeEvents, sequences } from './journal-events.ts'
import type { JournalHarness } from './journal-harness.ts'

/** Who may write to an account. */
export const ownerCases: readonly ConformanceCase<JournalHarness>[] = [
  {
    id: 'J08',
    name: 'every claim has a higher epoch and knows where the history ends',
    run: async ({ journal }) => {
      const first = await journal.claim('main')
      await journal.append(first, { events: makeEvents(1, 3) })
      const second = await journal.claim('main')
      const third = await journal.claim('main')
      expect([first.account, second.account]).toEqual(['main', 'main'])
      expect(second.epoch).toBeGreaterThan(first.epoch)
      expect(third.epoch).toBeGreaterThan(second.epoch)
      expect([first.sequence, second.sequence, third.sequence]).toEqual([0, 3, 3])
    },
  },
  {
    id: 'J09',
    name: 'a claim fences the owner before it: its appends are FENCED and write nothing',
    run: async ({ journal }) => {
      const old = await journal.claim('main')
      const before = journal.append(old, { events: [makeEvent(1)] })
      const claim = journal.claim('main')
      const after = journal.append(old, { events: [makeEvent(2)], keys: [{ key: 'late', orderId: 'o', digest: 'd' }] })
      await expect(after).rejects.toMatchObject({ code: 'FENCED' })
      await before
      const owner = await claim
      expect(owner.sequence).toBe(1)
      await expect(journal.append(old, { events: [makeEvent(2)] })).rejects.toMatchObject({ code: 'FENCED' })
      expect(await journal.find('main', 'late')).toBeUndefined()
      await journal.append(owner, { events: [makeEvent(2, 'main', 'of the owner')] })
      expect(await sequences(journal)).toEqual([1, 2])
    },
  },
  {
    id: 'J10',
    name: 'accounts are independent: neither sequences nor claims of one touch another',
    run: async ({ journal }) => {
      const one = await journal.claim('one')
      const two = await journal.claim('two')
      await Promise.all([
        journal.append(one, { events: makeEvents(1, 2, 'one') }),
        journal.append(two, { events: makeEvents(1, 3, 'two') }),
        journal.append(one, { events: makeEvents(3, 1, 'one') }),
      ])
      await journal.claim('two')
      await journal.append(one, { events: makeEvents(4, 1, 'one') })
      expect(await sequences(journal, 'one')).toEqual([1, 2, 3, 4])
      expect(await sequences(journal, 'two')).toEqual([1, 2, 3])
    },
  },
  {
    id: 'J11',
    name: 'accounts() names every account with a history, the global one included, and no other',
    run: async ({ journal }) => {
      expect(await journal.accounts()).toEqual([])
      for (const account of ['main', '*', 'second']) {
        const lease = await journal.claim(account)
        await journal.append(lease, { events: [makeEvent(1, account)] })
      }
      await journal.claim('claimed-only')
      expect([...await journal.accounts()].toSorted()).toEqual(['*', 'main', 'second'])
    },
  },
]
