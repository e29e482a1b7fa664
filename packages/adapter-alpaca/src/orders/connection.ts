import type { AdapterContext, SubmitOutcome } from '@sluice/core'
import type { AlpacaSettings } from '../options.ts'
import type { RestClient } from '../rest/rest-client.ts'
import type { OrderChain } from './order-chain.ts'
import type { OrderGroups } from './order-groups.ts'
import type { OrderMemory } from './order-memory.ts'
import type { ToldOrders } from '../stream/told-orders.ts'

/** What the commands of one connection share. */
export interface Connection {
  readonly settings: AlpacaSettings
  readonly context: AdapterContext
  readonly rest: RestClient
  readonly memory: OrderMemory
  readonly chain: OrderChain
  readonly groups: OrderGroups
  readonly told: ToldOrders
  /** Updates flow: the stream has said that it is listening. */
  readonly isReady: () => boolean
}

export function notSent(reason: string, retryable = true): Extract<SubmitOutcome, { kind: 'not_sent' }> {
  return { kind: 'not_sent', reason, retryable }
}

export function ambiguous(reason: string): Extract<SubmitOutcome, { kind: 'ambiguous' }> {
  return { kind: 'ambiguous', reason }
}
