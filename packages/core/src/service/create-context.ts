import type { ApprovalProvider } from '../approval/approval-provider.ts'
import type { BrokerAdapter } from '../broker/broker-adapter.ts'
import type { Guard } from '../guards/guard.ts'
import { armingGuard } from '../guards/arming.ts'
import { clockSanityGuard } from '../guards/clock-sanity.ts'
import { environmentGuard } from '../guards/environment.ts'
import { killSwitchGuard } from '../guards/kill-switch.ts'
import { reconciledGuard } from '../guards/reconciled.ts'
import { staleDataGuard } from '../guards/stale-data.ts'
import { wellFormedGuard } from '../guards/well-formed.ts'
import type { Journal } from '../journal/journal.ts'
import type { BrokerLink, Timing } from '../pipeline/context.ts'
import { SluiceError } from '../runtime/errors.ts'
import type { ExecutionServiceOptions } from './options.ts'

/** Guards that no configuration can leave out, before those that set limits. */
const ALWAYS: readonly Guard[] = [killSwitchGuard, environmentGuard, armingGuard, wellFormedGuard, reconciledGuard, clockSanityGuard, staleDataGuard]

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
    instruments: new Map(), sessions: new Map(), watched: new Set(), hasListedTrades: false, hasListedOrders: false, hasUnboundExits: false, strangers: new Map(), trades: new Map(), unseen: new Set(), gaps: 0, updates: 0,
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

/** Limits that a live broker must have, and how each is added: what SEC 15c3-5 and RTS 6 article 15 ask for by name. */
const MANDATORY: ReadonlyMap<string, string> = new Map([
  ['price-collar', 'priceCollar({ percent: \'5\' })'],
  ['order-value', 'orderValue({ reject: \'…\' })'],
  ['order-quantity', 'orderQuantity({ quantity: \'…\' })'],
  ['message-rate', 'messageRate({ perSecond: … })'],
  ['max-position', 'maxPosition({ quantity: \'…\' })'],
  ['gross-exposure', 'grossExposure({ gross: \'…\' })'],
  ['daily-loss', 'dailyLoss({ loss: \'…\', roll, zone })'],
  ['duplicate-order', 'duplicateOrder({ window: … })'],
  ['automated-execution', 'automatedExecution({ executions: … })'],
])

/** What moves real money is held to more (DESIGN §7). */
export function assertProfile(links: ReadonlyMap<string, BrokerLink>, journal: Journal, approvals: ApprovalProvider | undefined, guards: readonly Guard[], waived: readonly string[] = []): void {
  const strange = waived.find((name) => !MANDATORY.has(name))
  if (strange !== undefined) throw invalid(`waivedLimits names ${strange}, which is no mandatory limit; those are ${[...MANDATORY.keys()].join(', ')}`)
  const live = [...links.values()].find(({ adapter }) => adapter.capabilities.environment === 'live')
  if (live === undefined) return
  if (journal.durability !== 'synced') throw new SluiceError('LIVE_JOURNAL_NOT_DURABLE', `broker ${live.name} is live and needs a durable journal: add journal: sqliteJournal(path)`)
  if (approvals === undefined) throw new SluiceError('LIVE_APPROVALS_MISSING', `broker ${live.name} is live and needs approvals: add a highValueApproval guard with totp, or the option approvals`)
  const missing = [...MANDATORY.keys()].filter((name) => !guards.some((guard) => guard.name === name) && !waived.includes(name))
  if (missing.length > 0) {
    throw new SluiceError('LIVE_LIMIT_MISSING', `broker ${live.name} is live and needs ${missing.join(', ')}: add ${missing.map((name) => MANDATORY.get(name)).join(', ')} to guards, or name them in waivedLimits`)
  }
}

export function timingOf(options: ExecutionServiceOptions): Timing {
  return {
    recoveryTimeout: options.recoveryTimeout ?? 30_000,
    reconcileEvery: countOf('reconcileEvery', options.reconcileEvery, 300_000),
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
