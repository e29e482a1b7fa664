import { type OrderState, statusOf } from '../../order/order.ts'
import { SluiceError } from '../../runtime/errors.ts'
import type { PipelineContext } from '../context.ts'
import { waitDurable } from '../wait-durable.ts'
import type { AccountBook } from '../book/account-book.ts'
import type { KeyClaim } from '../book/order-index.ts'

export const aborted = (): SluiceError => new SluiceError('ABORTED', 'the caller gave up before anything was recorded')

/** A denied NOT_SENT order may be attempted again by its own key. */
export function mayRetry(state: OrderState | undefined): boolean {
  return state !== undefined && statusOf(state) === 'denied' && state.denial?.code === 'NOT_SENT' && state.executions.length === 0
}

/** Ends an attempt: where nothing was recorded, nothing stays claimed. */
export function endClaim(book: AccountBook, key: string, claim: KeyClaim): void {
  claim.pending = undefined
  if (!book.orders.has(claim.orderId) && book.keys.get(key) === claim) book.keys.delete(key)
}

export const conflict = (orderId: string): SluiceError =>
  new SluiceError('IDEMPOTENCY_CONFLICT', 'the idempotency key was used for another order; use a new key', { orderId })

async function readClaimed(context: PipelineContext, book: AccountBook, key: string, claim: KeyClaim): Promise<OrderState | undefined> {
  const record = await context.journal.find(book.account, key)
  if (record === undefined) return undefined
  if (record.digest !== claim.digest) throw conflict(record.orderId)
  const former = book.memory.restore(await context.journal.readOrder(book.account, record.orderId))
  if (former === undefined) throw new SluiceError('JOURNAL_CORRUPT', `key ${key} belongs to order ${record.orderId}, of which the journal has no event`)
  claim.orderId = former.id
  return former
}

/**
 * The order that a key which memory does not know stands for, brought back from the journal; undefined when the key is new. The
 * claim holds meanwhile, so that nobody else takes the key; whoever comes with another order waits for the answer.
 */
export function askJournal(context: PipelineContext, book: AccountBook, key: string, claim: KeyClaim): Promise<OrderState | undefined> {
  const ask = async (): Promise<OrderState | undefined> => {
    try {
      const former = await waitDurable(context, readClaimed(context, book, key, claim))
      if (claim.callers === 0) throw aborted()
      return former
    } catch (error) {
      if (book.keys.get(key) === claim) book.keys.delete(key)
      throw error
    } finally {
      claim.asking = undefined
    }
  }
  const answer = ask()
  claim.asking = answer.catch(() => undefined)
  return answer
}

/** One caller's share in a result. As long as nothing is recorded a caller may give up for itself, and the last one for all. */
export function shareResult(book: AccountBook, key: string, claim: KeyClaim, result: Promise<OrderState>, signal: AbortSignal | undefined): Promise<OrderState> {
  claim.callers += 1
  if (signal === undefined) return result
  return new Promise((resolve, reject) => {
    const giveUp = (): void => {
      const state = book.orders.get(claim.orderId)
      if (state !== undefined && !mayRetry(state)) return
      claim.callers -= 1
      if (claim.callers === 0) endClaim(book, key, claim)
      reject(aborted())
    }
    signal.addEventListener('abort', giveUp, { once: true })
    const settled = (end: () => void): void => {
      signal.removeEventListener('abort', giveUp)
      end()
    }
    result.then((state) => { settled(() => { resolve(state) }) }, (error: unknown) => { settled(() => { reject(error) }) })
  })
}
