import type { StreamItem } from '@sluice/core'

/** From the server: where the accounts of a socket stand. Sent after joining, and as the answer when a client asks. */
export const HELLO = 'sluice:hello'
/** From the server: what is new in one account. */
export const BATCH = 'sluice:batch'

/** Where an account stands. */
export interface AccountHead {
  /** The last event that this socket will not be told of any more: what comes after it is sent. */
  readonly head: number
  /** The last durable event: who knows of more knows another journal. */
  readonly last: number
  /** The last one that this principal may see; below `head` in the global account alone. */
  readonly visible: number
}

export interface Hello {
  readonly accounts: Readonly<Record<string, AccountHead>>
}

/** Consecutive events of one account. What the reader may not see is left out, and counted all the same. */
export interface Batch {
  readonly account: string
  /** The sequence number before it: who has less has missed something. */
  readonly after: number
  /** The sequence number it leads to. */
  readonly through: number
  readonly items: readonly StreamItem[]
}
