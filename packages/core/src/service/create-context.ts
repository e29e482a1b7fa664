import type { ApprovalProvider } from '../approval/approval-provider.ts'
import type { BrokerAdapter } from '../broker/broker-adapter.ts'
import type { Guard } from '../guards/guard.ts'
import { killSwitchGuard } from '../guards/kill-switch.ts'
import { reconciledGuard } from '../guards/reconciled.ts'
import { staleDataGuard } from '../guards/stale-data.ts'
import { wellFormedGuard } from '../guards/well-formed.ts'
import type { Journal } from '../journal/journal.ts'
import type { BrokerLink, Timing } from '../pipeline/context.ts'
import { SluiceError } from '../runtime/errors.ts'
import type { ExecutionServiceOptions } from './options.ts'

/** Guards that no configuration can leave out, before those that set limits. */
const ALWAYS: readonly Guard[] = [killSwitchGuard, wellFormedGuard, reconciledGuard, staleDataGuard]

const invalid = (message: string): SluiceError => new SluiceError('CONFIGURATION_INVALID', message)

export function guardsOf(options: ExecutionServiceOptions): readonly Guard[] {
  const guards = [...ALWAYS, ...(options.guards ?? [])]
  const names = guards.map((guard) => guard.name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw invalid(`two guards are named ${twice}; names are unique`)
  return guards
}

function linkFor(name: string, account: string, adapter: BrokerAdapter): BrokerLink {
  return {
    name, account, adapter, connection: 'connecting', reconciled: false, accountValues: undefined,
    instruments: new Map(), sessions: new Map(), watched: new Set(), foreign: new Set(), unseen: new Set(), gaps: 0, updates: 0,
  }
}

/** The brokers by name, each with the one account that trades there. */
export function linksOf(options: ExecutionServiceOptions, accounts: readonly string[]): ReadonlyMap<string, BrokerLink> {
  const adapters = options.brokers ?? (options.broker === undefined ? {} : { main: options.broker })
  const links = Object.entries(adapters).map(([name, adapter]) => {
    const account = options.brokerAccounts?.[name] ?? accounts[0] ?? 'main'
    if (!accounts.includes(account)) throw invalid(`broker ${name} trades for account ${account}, which is not among accounts`)
    return [name, linkFor(name, account, adapter)] as const
  })
  if (links.length === 0) throw invalid('no broker: give broker, or brokers and route')
  return new Map(links)
}

/** What moves real money is held to more (DESIGN §7). */
export function assertProfile(links: ReadonlyMap<string, BrokerLink>, journal: Journal, approvals: ApprovalProvider | undefined): void {
  const live = [...links.values()].find(({ adapter }) => adapter.capabilities.environment === 'live')
  if (live === undefined) return
  if (journal.durability !== 'synced') throw invalid(`broker ${live.name} is live and needs a durable journal, for example sqliteJournal(path)`)
  if (approvals === undefined) throw invalid(`broker ${live.name} is live and needs approvals, for example a highValueApproval guard with totp`)
}

export function timingOf(options: ExecutionServiceOptions): Timing {
  return {
    submitTimeout: options.submitTimeout ?? 10_000,
    submitWithin: options.submitWithin ?? 1_000,
    prepareTimeout: options.prepareTimeout ?? 2_000,
    quoteMaximumAge: options.quoteMaximumAge ?? 5_000,
    accountMaximumAge: options.accountMaximumAge ?? 60_000,
    approvalTimeout: options.approvalTimeout ?? 120_000,
    approvalAttempts: options.approvalAttempts ?? 5,
    approverAttempts: options.approverAttempts ?? 10,
    maximumChallenges: options.maximumChallenges ?? 3,
    maximumInFlight: options.maximumInFlight ?? 1_024,
  }
}

/** @throws SluiceError CONFIGURATION_INVALID when it is no count. */
export function countOf(name: string, value: number | undefined, byDefault: number): number {
  if (value !== undefined && !(Number.isSafeInteger(value) && value >= 0)) throw invalid(`${name} must be a whole number from 0`)
  return value ?? byDefault
}

/** @throws SluiceError CONFIGURATION_INVALID when a tag cannot begin a client order id. */
export function tagOf(options: ExecutionServiceOptions): string {
  const tag = options.tag ?? 'slc-'
  if (!/^[A-Za-z0-9_-]{1,8}$/.test(tag)) throw invalid('tag must be 1 to 8 letters, digits, "_" or "-"')
  return tag
}
