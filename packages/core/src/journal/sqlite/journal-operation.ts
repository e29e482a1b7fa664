import type { Appended, KeyRecord, Lease, OrderName } from '../journal.ts'
import type { RecordedFill } from '../recorded-fill.ts'
import type { EventText } from './event-text.ts'

/** An event as a row: its data is already JSON. */
export interface EventRow extends EventText {
  readonly sequence: number
  readonly time: string
  readonly type: string
  /** The order it names, where it names one. */
  readonly orderId: string | null
}

/** What the journal writes: plain data in, plain data out. */
export interface JournalOperations {
  readonly claim: { readonly input: { readonly account: string }; readonly output: Lease }
  readonly append: {
    readonly input: {
      readonly lease: Lease
      readonly events: readonly EventRow[]
      readonly keys: readonly (KeyRecord & { readonly key: string })[]
      readonly names: readonly OrderName[]
      readonly executions: readonly RecordedFill[]
      readonly cursors: readonly (readonly [name: string, value: string])[]
    }
    readonly output: Appended
  }
  readonly advance: { readonly input: { readonly counter: string; readonly to: number }; readonly output: boolean }
  readonly snapshot: {
    readonly input: { readonly lease: Lease; readonly sequence: number; readonly state: string }
    readonly output: undefined
  }
  readonly cursor: { readonly input: { readonly name: string; readonly value: string }; readonly output: undefined }
}

export type JournalOperation = {
  readonly [Kind in keyof JournalOperations]: { readonly kind: Kind } & JournalOperations[Kind]['input']
}[keyof JournalOperations]
