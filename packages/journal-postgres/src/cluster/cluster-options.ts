import type { ApprovalProvider, ExecutionServiceOptions, Guard, Logger } from '@sluice/core'
import type { PostgresJournalOptions } from '../options.ts'
import type { SharedLimitOptions } from './shared-limit.ts'

/** What the service of one account is made of. Its journal and accounts are the cluster's. */
export type AccountServiceOptions = ExecutionServiceOptions extends infer Options
  ? Options extends unknown ? Omit<Options, 'journal' | 'accounts' | 'brokerAccounts' | 'approverAttempts' | 'unlockApprovers'> : never
  : never

/** What the accounts of a cluster share. */
export interface Shared {
  /** A guard for a limit that accounts share; one object for each scope and process. */
  limit(options: SharedLimitOptions): Guard
}

/** One process of a cluster. All processes are given the same accounts, services and limits. */
export interface ClusterNodeOptions {
  readonly journal: PostgresJournalOptions
  /** Accounts of the cluster, besides those in the tables. */
  readonly accounts: readonly string[]
  /** Makes the options of the service of an account, when this node becomes its owner. The broker's connection is opened then. */
  readonly service: (account: string, shared: Shared) => AccountServiceOptions | Promise<AccountServiceOptions>
  /** Checks codes for what concerns the whole cluster: releases, looser limits, unlocking a person. Needed where a broker is live. Default: none. */
  readonly approvals?: ApprovalProvider
  /** Wrong codes in a row, on anything at any node, that lock a person until another one unlocks. Default 10. */
  readonly approverAttempts?: number
  /** How long the owner of an account may take to answer another node, in ms. Default 15 000. */
  readonly forwardTimeout?: number
  /** How many accounts are opened at once. Default 16. */
  readonly openAtOnce?: number
  readonly logger?: Logger
}
