import { type OrderState, statusOf } from '../order/order.ts'
import { SluiceError } from '../runtime/errors.ts'
import type { AccountBook, KeyClaim } from './account-book.ts'

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
