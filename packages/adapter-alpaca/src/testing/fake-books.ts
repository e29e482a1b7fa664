import type { Units } from '@sluice/core'
import type { FakeAccount } from './fake-account.ts'
import type { FakeLedger } from './fake-ledger.ts'
import type { FakeOrder, FakeTerms } from './fake-order.ts'
import type { FakeVenue } from './fake-venue.ts'

/** What the parts of the exchange share. */
export interface FakeBooks {
  readonly account: FakeAccount
  readonly venue: FakeVenue
  readonly ledger: FakeLedger
  readonly orders: ReadonlyMap<string, FakeOrder>
  readonly clientIds: ReadonlyMap<string, FakeOrder>
  readonly fillDelay: number
  readonly cancelDelay: number
  readonly fillParts: number
  /** Which order the event `replaced` carries. */
  readonly replacedShows: 'old' | 'new'
  readonly newId: () => string
  readonly stamp: () => string
  readonly later: (delay: number, work: () => void) => void
  readonly make: (terms: FakeTerms, status: FakeOrder['status'], parent?: FakeOrder) => FakeOrder
  readonly end: (order: FakeOrder, status: 'canceled' | 'expired' | 'rejected') => void
  readonly tell: (order: FakeOrder, event: string, extra?: Readonly<Record<string, unknown>>) => void
}

/** The changes a PATCH asks for. */
export interface FakeChanges {
  readonly clientOrderId: string
  readonly quantity?: Units | undefined
  readonly limitPrice?: Units | undefined
  readonly stopPrice?: Units | undefined
  readonly trail?: Units | undefined
  readonly timeInForce?: string | undefined
}
