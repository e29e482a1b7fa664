import type { ExecutionService, StoredEvent, StreamItem } from '@sluice/core'
import { createVirtualClock } from '@sluice/core/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createEventFeed } from './event-feed.ts'
import { createLiveTails } from './live-tails.ts'

type Next = { next: (event: StoredEvent) => void; complete: () => void }

/** A service that is nothing but a growing history. */
function makeHistory(account = 'main') {
  const history: StoredEvent[] = []
  const waiting = new Set<() => void>()
  const subscribers: Next[] = []
  const reads: number[] = []
  const service = {
    events$: { subscribe: (subscriber: Next) => { subscribers.push(subscriber) } },
    async* events({ account: asked, after, signal }: { account: string; after: number; signal: AbortSignal }) {
      reads.push(after)
      for (let sequence = after; !signal.aborted;) {
        const event = asked === account ? history[sequence] : undefined
        if (event !== undefined) {
          yield event
          sequence += 1
        } else {
          await new Promise<void>((resolve) => {
            waiting.add(resolve)
            signal.addEventListener('abort', () => { resolve() })
          })
        }
      }
    },
  }
  return {
    service: service as unknown as ExecutionService,
    reads,
    complete: () => { for (const { complete } of subscribers) complete() },
    publish: (count: number) => {
      for (let index = 0; index < count; index += 1) {
        const sequence = history.length + 1
        const event: StoredEvent = { id: `${account}:${sequence}`, account, sequence, time: '', type: 'anomaly_detected', data: { code: 'X', message: '' } }
        history.push(event)
        for (const { next } of subscribers) next(event)
      }
      for (const wake of waiting) wake()
      waiting.clear()
    },
  }
}

type Step = { readonly publish: number } | { readonly take: true }

test('a reader gets every event once and in order, whether it keeps up, falls behind or starts late', async () => {
  const step = fc.oneof(
    fc.record({ publish: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.constantFrom(300, 1500, 2500)) }),
    fc.constant<Step>({ take: true }), fc.constant<Step>({ take: true }),
  )
  await fc.assert(fc.asyncProperty(fc.nat(20), fc.nat(20), fc.array(step, { maxLength: 30 }), async (before, after, steps) => {
    const { service, publish } = makeHistory()
    const clock = createVirtualClock()
    publish(before)
    const start = Math.min(after, before)
    const feed = createEventFeed({ service, tails: createLiveTails(service, clock), start: new Map([['main', start]]), clock, heartbeat: 1e9, onFailure: (error) => { throw error } })
    const seen: number[] = []
    let total = before
    let pending: Promise<readonly StreamItem[] | undefined> | undefined
    const take = async (): Promise<void> => {
      pending ??= feed.take()
      await clock.advance(1)
      if (seen.length + start === total) return
      seen.push(...((await pending) ?? []).map((item) => item.sequence))
      pending = undefined
    }
    for (const action of steps) {
      if ('publish' in action) {
        publish(action.publish)
        total += action.publish
      } else await take()
    }
    while (seen.length + start < total) await take()
    expect(seen).toEqual(Array.from({ length: total - start }, (_, index) => start + index + 1))
    feed.close()
  }), { numRuns: 60 })
})

test('readers who stand at the same place share one list, and history is read once', async () => {
  const { service, publish, reads } = makeHistory()
  const clock = createVirtualClock()
  const tails = createLiveTails(service, clock)
  const feeds = Array.from({ length: 3 }, () => createEventFeed({ service, tails, start: new Map([['main', 0]]), clock, heartbeat: 1e9, onFailure: () => undefined }))
  const takeAll = async (): Promise<readonly (readonly StreamItem[] | undefined)[]> => {
    const taken = feeds.map((feed) => feed.take())
    publish(3)
    await clock.advance(1)
    return Promise.all(taken)
  }
  await takeAll()
  const [first, ...others] = await takeAll()
  expect(first?.map((item) => item.sequence)).toEqual([4, 5, 6])
  for (const other of others) expect(other).toBe(first)
  expect(reads).toEqual([0, 0, 0])
})

test('the end of the service is the end of its readers', async () => {
  const { service, complete } = makeHistory()
  const clock = createVirtualClock()
  const feed = createEventFeed({ service, tails: createLiveTails(service, clock), start: new Map([['main', 0]]), clock, heartbeat: 1e9, onFailure: () => undefined })
  const taken = feed.take()
  complete()
  expect(await taken).toBeUndefined()
  feed.close()
  expect(clock.pending()).toBe(0)
})
