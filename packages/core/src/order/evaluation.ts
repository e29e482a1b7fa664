/** A value that survives JSON unchanged. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/** What one guard decided and on which numbers. */
export interface DecisionRecord {
  readonly guard: string
  readonly verdict: 'allow' | 'reject' | 'challenge'
  readonly code?: string
  readonly message?: string
  readonly limit?: string
  readonly observed?: string
  readonly own?: string
  readonly retryAfter?: number
  /** 70 or 90 when the observed value reached that share of the limit, in percent. */
  readonly warning?: 70 | 90
}

/** What all decisions of one tick stand on. */
export interface DecisionBasis {
  /** The kill switch's epoch the guards saw. */
  readonly killEpoch: number
  /** The version of the limits in force: that of the last `limits_changed`. */
  readonly limits: number
}

/**
 * Every guard's decision on an order, with every value from outside the journal that was read for it: prices with their ages,
 * clock, broker's word. What is missing is recorded as missing. With the history before it this is all a verdict depends on, so
 * that `replayJournal` derives each verdict again.
 */
export interface Evaluation extends DecisionBasis {
  readonly decisions: readonly DecisionRecord[]
  readonly inputs: { readonly [name: string]: Json }
  /** The account's last event when it was made, where others came between it and its own. */
  readonly after?: number
}

/** What a guard's trip follows from. */
export interface TripEvidence {
  readonly account: string
  readonly broker: string
  /** The account's last event when it tripped. */
  readonly after: number
  /** Version of the limits in force. */
  readonly limits: number
  readonly inputs: { readonly [name: string]: Json }
}

/** A guard as it is in force: its name, and its options as plain JSON. */
export interface GuardLimits {
  readonly name: string
  readonly options: Json
}

/** What decisions depend on besides guards, history and the inputs recorded with each. */
export interface DecisionSettings {
  /** Begins every client order id. */
  readonly tag: string
  /** How old a quote may be when a guard reads it, in ms. */
  readonly quoteMaximumAge: number
  /** How old account values may be when a guard reads them, in ms. */
  readonly accountMaximumAge: number
  /** Market orders are valued this much beyond the quote. */
  readonly slippagePercent: number
  /** By name, in the order in which exposures are added up. */
  readonly brokers: { readonly [name: string]: {
    readonly account: string
    readonly capabilities: Json
    readonly marketData: boolean
    readonly reference: boolean
  } }
}

/** What a guard's note stands on: the account after the event before it, judged at a broker, and what the guard read. */
export interface NoteEvidence {
  readonly broker: string
  /** Version of the limits in force. */
  readonly limits: number
  readonly inputs: { readonly [name: string]: Json }
}
