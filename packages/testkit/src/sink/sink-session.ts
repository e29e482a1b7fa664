import { silentLogger, type StreamItem, systemClock } from '@sluice/core'
import { expect } from 'vitest'
import type { SinkHarness, SinkUnderTest } from './sink-harness.ts'

/** What a case of the sink suite works with. */
export interface SinkSession {
  readonly harness: SinkHarness
  readonly sink: SinkUnderTest
  /** Sends items of one account as the relay does. */
  readonly send: (items: readonly StreamItem[], sink?: SinkUnderTest) => Promise<void>
  /** Sends events until the sink takes them, at most `tries` times. */
  readonly insist: (items: readonly StreamItem[], sink?: SinkUnderTest) => Promise<void>
  readonly open: (sink: SinkUnderTest) => Promise<void>
}

const TRIES = 20

export async function openSinkSession(harness: SinkHarness): Promise<SinkSession> {
  const heads = new Map<string, number>()
  const opened: SinkUnderTest[] = []
  const session: SinkSession = {
    harness,
    sink: harness.sink,
    send: async (items, sink = harness.sink) => {
      const [first] = items
      const last = items.at(-1)
      if (first === undefined || last === undefined) throw new RangeError('a batch has at least one item')
      heads.set(first.account, Math.max(last.sequence, heads.get(first.account) ?? 0))
      await sink.send({ account: first.account, after: first.sequence - 1, items, signal: new AbortController().signal })
    },
    insist: async (items, sink = harness.sink) => {
      for (let attempt = 1; ; attempt += 1) {
        try {
          await session.send(items, sink)
          return
        } catch (error) {
          if (attempt === TRIES) throw error
          await new Promise<void>((resolve) => { systemClock.setTimer(resolve, 50, true) })
        }
      }
    },
    open: async (sink) => {
      opened.push(sink)
      await sink.open?.({
        clock: systemClock, logger: silentLogger, head: (account) => heads.get(account) ?? 0, accounts: () => [...heads.keys()],
        async* history() {
          // Nothing has happened yet.
        },
      })
    },
  }
  await session.open(harness.sink)
  return session
}

/** The other side has exactly these items, once each. */
export async function assertDelivered({ harness }: SinkSession, account: string, items: readonly StreamItem[]): Promise<void> {
  const delivered = await harness.delivered(account)
  const keyOf = (item: { readonly account: string; readonly sequence: number; readonly type: string }): string => `${item.account}:${item.sequence} ${item.type}`
  expect(delivered.map(keyOf)).toEqual(items.map(keyOf))
}

/** What a reader has who drops every sequence number that is not above the last. */
export async function assertWholeForReaders({ harness }: SinkSession, account: string, last: number): Promise<void> {
  let seen = 0
  const ids = new Map<number, string>()
  for (const { id, sequence } of await harness.delivered(account)) {
    expect(sequence, `nothing is skipped before ${id}`).toBeLessThanOrEqual(seen + 1)
    expect(ids.get(sequence) ?? id, 'an event that comes again has the same id').toBe(id)
    ids.set(sequence, id)
    seen = Math.max(seen, sequence)
  }
  expect(seen).toBe(last)
}

