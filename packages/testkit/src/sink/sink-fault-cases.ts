import { expect } from 'vitest'
import { type ConformanceCase, notApplicable } from '../conformance-case.ts'
import { makeEvents } from '../journal/journal-events.ts'
import { assertWholeForReaders, type SinkSession } from './sink-session.ts'

const isRefusal = (error: unknown): boolean => (error as { readonly code?: unknown } | undefined)?.code === 'EVENT_REFUSED'

/** Another side that is down, forgets to answer, or says no. */
export const faultCases: readonly ConformanceCase<SinkSession>[] = [
  {
    id: 'S10',
    name: 'while the other side is down, send rejects and blames no event',
    run: async ({ harness, send }) => {
      if (harness.fail === undefined) notApplicable('the harness cannot take the other side down')
      await harness.fail()
      const error: unknown = await send(makeEvents(1, 3)).then(() => undefined, (reason: unknown) => reason)
      expect(error, 'send rejects').toBeInstanceOf(Error)
      expect(isRefusal(error), 'it is no verdict on an event').toBe(false)
    },
  },
  {
    id: 'S11',
    name: 'when the other side is back, the same batch gets through and nothing is lost',
    run: async (session) => {
      const { harness, send, insist } = session
      if (harness.fail === undefined || harness.heal === undefined) notApplicable('the harness cannot take the other side down')
      await send(makeEvents(1, 3))
      await harness.fail()
      // What it answers for is not sent again: the relay believes it.
      const isTaken = await send(makeEvents(4, 3)).then(() => true, () => false)
      await harness.heal()
      if (!isTaken) await insist(makeEvents(4, 3))
      await insist(makeEvents(7, 3))
      await assertWholeForReaders(session, 'main', 9)
    },
  },
  {
    id: 'S12',
    name: 'a lost answer repeats events under the same ids, and loses none',
    run: async (session) => {
      const { harness, insist } = session
      if (harness.loseAnswer === undefined) notApplicable('the harness cannot lose an answer')
      await insist(makeEvents(1, 3))
      await harness.loseAnswer()
      await insist(makeEvents(4, 3))
      await insist(makeEvents(7, 3))
      await assertWholeForReaders(session, 'main', 9)
    },
  },
  {
    id: 'S13',
    name: 'an event that is refused is named a refusal, and what was delivered of its batch is a beginning of it',
    run: async (session) => {
      const { harness, send } = session
      if (harness.refuse === undefined) notApplicable('the harness cannot refuse an event')
      await harness.refuse('order-3')
      const error: unknown = await send(makeEvents(1, 5)).then(() => undefined, (reason: unknown) => reason)
      expect(isRefusal(error), 'send rejects with the code EVENT_REFUSED').toBe(true)
      const before = (await harness.delivered('main')).map(({ sequence }) => sequence)
      expect(before).toEqual([1, 2].slice(0, before.length))
      await send(makeEvents(1, 2))
      await send(makeEvents(4, 2))
      expect([...new Set((await harness.delivered('main')).map(({ sequence }) => sequence))]).toEqual([1, 2, 4, 5])
    },
  },
  {
    id: 'S14',
    name: 'an account whose event is refused does not hold up another',
    run: async (session) => {
      const { harness, send } = session
      if (harness.refuse === undefined) notApplicable('the harness cannot refuse an event')
      await harness.refuse('order-2')
      const [poisoned, well] = await Promise.allSettled([send(makeEvents(2, 1)), send(makeEvents(101, 20, 'other'))])
      expect(poisoned.status).toBe('rejected')
      expect(well.status).toBe('fulfilled')
      expect([...new Set((await harness.delivered('other')).map(({ sequence }) => sequence))]).toEqual(makeEvents(101, 20, 'other').map(({ sequence }) => sequence))
    },
  },
  {
    id: 'S15',
    name: 'a new sink goes on where the old one stopped',
    run: async (session) => {
      const { harness, sink, send, insist, open } = session
      if (harness.restart === undefined) notApplicable('the harness has no second sink')
      await send(makeEvents(1, 5))
      await sink.close?.()
      const second = await harness.restart()
      await open(second)
      await insist(makeEvents(4, 5), second)
      await second.close?.()
      await assertWholeForReaders(session, 'main', 8)
    },
  },
]
