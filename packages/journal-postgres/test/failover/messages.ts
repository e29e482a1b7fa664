import type { BrokerUpdate, OrderRequest } from '@sluice/core'

/** What a node process is told at its start. */
export interface NodeSettings {
  readonly connectionString: string
  readonly schema: string
  readonly accounts: readonly string[]
  readonly lease: number
  readonly name: string
  readonly plant?: string | undefined
  /** A limit that every account shares with all others. */
  readonly limit?: { readonly scope: string; readonly capacity: string; readonly slice: string }
}

/** From the parent to a node. */
export type ToNode =
  | { readonly kind: 'place'; readonly id: number; readonly request: OrderRequest }
  | { readonly kind: 'answer'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'update'; readonly account: string; readonly update: BrokerUpdate }
  | { readonly kind: 'close' }

/** How a placement ended, as its caller sees it. */
export interface Placed {
  readonly status?: string
  readonly code?: string
  readonly clientOrderId?: string | undefined
  readonly error?: string
}

/** From a node to the parent: its broker's socket, and what it tells of itself. */
export type FromNode =
  | { readonly kind: 'ready' }
  | { readonly kind: 'placed'; readonly id: number; readonly placed: Placed }
  | { readonly kind: 'ask'; readonly id: number; readonly method: 'submit' | 'cancel' | 'lookup' | 'snapshot'; readonly input: readonly unknown[] }
  | { readonly kind: 'moved' }
  | { readonly kind: 'disorder'; readonly what: string }
  | { readonly kind: 'log'; readonly text: string }
