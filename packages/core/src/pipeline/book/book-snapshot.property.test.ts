import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bookPorts } from '../../../test/support/book-ports.ts'
import { historyArbitrary } from '../../../test/support/random-history.ts'
import { plainCodes } from '../../../test/support/codes.ts'
import { defineGuard, type Guard } from '../../guards/guard.ts'
import { highValueApproval } from '../../guards/high-value-approval.ts'
import { messageRate } from '../../guards/message-rate.ts'
import type { Journal } from '../../journal/journal.ts'
import { memoryJournal } from '../../journal/memory-journal.ts'
import type { Json, StoredEvent } from '../../order/event.ts'
import { beginsOrder, historyOrderIdOf } from '../../order/order-of-event.ts'
import { createVirtualClock } from '../../testing/index.ts'
import type { AccountBook } from './account-book.ts'
import { openBook } from './open-book.ts'
import { recall } from '../look-up/recall.ts'

interface Counts { readonly types: Map<string, bigint>; last: string | undefined }

/** Counts events of each type, in steps that are an option; a memory with all that a snapshot has to carry. */
const counter = (step: number): Guard => defineGuard<{ step: number }, Counts>({
  name: 'counter', options: { step }, initial: { types: new Map(), last: undefined },
  apply: (state, event) => {
    state.types.set(event.type, (state.types.get(event.type) ?? 0n) + BigInt(step))
    return { ...state, last: event.id }
  },
  check: () => ({ verdict: 'allow' }),
})

const guardsWith = (step: number): readonly Guard[] => [
  messageRate({ perSecond: 10 }), highValueApproval({ above: '1000', approvals: plainCodes() }), counter(step),
]

/** Records a history in a book as a service would, and keeps a snapshot before the event `cut`. */
async function tell(history: readonly StoredEvent[], cut: number, finishedOrders: number): Promise<{ readonly journal: Journal; readonly live: AccountBook }> {
  const journal = memoryJournal()
  const clock = createVirtualClock()
  const live = await openBook('main', bookPorts(journal, { clock, finishedOrders, guards: guardsWith(1) }))
  for (const [index, { type, data }] of history.entries()) {
    if (index === cut) await live.saveSnapshot()
    await clock.advance(37)
    const draft = { type, data } as StoredEvent
    const orderId = historyOrderIdOf(draft)
    if (orderId !== undefined && !live.orders.has(orderId) && !beginsOrder(draft)) live.memory.restore(await journal.readOrder('main', orderId))
    await live.record([draft])
  }
  return { journal, live }
}

const withoutSnapshot = (journal: Journal): Journal => ({ ...journal, loadSnapshot: async () => undefined })

const reopen = (journal: Journal, finishedOrders: number, step = 1): Promise<AccountBook> => openBook('main', bookPorts(journal, { finishedOrders, guards: guardsWith(step) }))

const asText = (book: AccountBook): string => JSON.stringify(book.capture())

/** Where two texts part, with what is around it: a whole book is too long to read. */
function parting(left: string, right: string): string | undefined {
  if (left === right) return undefined
  let at = 0
  while (left[at] === right[at]) at += 1
  return `${left.slice(Math.max(0, at - 150), at + 150)}\n${right.slice(Math.max(0, at - 150), at + 150)}`
}

const arbitrary = fc.tuple(historyArbitrary(), fc.nat(400), fc.constantFrom(0, 1, 3, 50))

describe('C5: a start from a snapshot', () => {
  it('is the full replay bit for bit, and both are the book that lived', async () => {
    await fc.assert(fc.asyncProperty(arbitrary, async ([history, cut, finishedOrders]) => {
      const { journal, live } = await tell(history, cut % history.length, finishedOrders)
      const full = await reopen(withoutSnapshot(journal), finishedOrders)
      const quick = await reopen(journal, finishedOrders)
      expect(parting(asText(quick), asText(full))).toBeUndefined()
      expect(parting(asText(quick), asText(live))).toBeUndefined()
      expect(quick.ledger.state).toEqual(full.ledger.state)
      for (const id of new Set(history.flatMap((event) => historyOrderIdOf(event) ?? []))) {
        expect(await recall({ journal }, quick, id)).toEqual(await recall({ journal }, full, id))
      }
    }), { numRuns: 60, endOnFailure: true })
  })

  it('folds the memory of a guard anew when its options changed', async () => {
    await fc.assert(fc.asyncProperty(arbitrary, async ([history, cut, finishedOrders]) => {
      const { journal } = await tell(history, cut % history.length, finishedOrders)
      const [full, quick] = [await reopen(withoutSnapshot(journal), finishedOrders, 7), await reopen(journal, finishedOrders, 7)]
      expect(quick.guardStates).toEqual(full.guardStates)
    }), { numRuns: 20, endOnFailure: true })
  })

  it.each<[string, Json]>([['of another version', { version: 99 }], ['that is damaged', { version: 2, open: 7, ledger: null, guards: {} }]])('a snapshot %s costs a full replay and nothing else', async (_, state) => {
    const [history] = fc.sample(historyArbitrary(), { numRuns: 1, seed: 7 })
    const { journal, live } = await tell(history ?? [], 10, 3)
    const warned: string[] = []
    const strange = { ...journal, loadSnapshot: async () => ({ sequence: 5, state }) }
    const book = await openBook('main', bookPorts(strange, { finishedOrders: 3, guards: guardsWith(1), warn: (message) => { warned.push(message) } }))
    expect(asText(book)).toBe(asText(live))
    expect(warned).toHaveLength((state as { version: number }).version === 2 ? 1 : 0)
  })

  it('a history whose beginning is pruned opens from a snapshot that reaches it, and never over a hole', async () => {
    const [history = []] = fc.sample(historyArbitrary(), { numRuns: 1, seed: 11 })
    const { journal, live } = await tell(history, 20, 3)
    const prunedTo = (first: number): Journal => ({ ...journal, read: (account, from) => journal.read(account, Math.max(from, first)) })
    expect(asText(await reopen(prunedTo(21), 3))).toBe(asText(live))
    await expect(reopen(prunedTo(22), 3)).rejects.toMatchObject({ code: 'JOURNAL_CORRUPT' })
    await expect(reopen(withoutSnapshot(prunedTo(21)), 3)).rejects.toMatchObject({ code: 'JOURNAL_CORRUPT' })
  })
})
