import { BUILT_IN_GUARDS, type GuardFactory } from '../guards/built-in-guards.ts'
import { formatDecimal } from '../order/decimal.ts'
import { GLOBAL_ACCOUNT } from '../order/event.ts'
import { isFinished, type OrderState, statusOf } from '../order/order.ts'
import { sha256Hex } from '../runtime/hash.ts'
import type { ReplayedJournal } from './begin-account.ts'
import type { Difference } from './difference.ts'
import { readGlobalHistory } from './global-history.ts'
import { type ReplayedAccount, replayAccount, type Underived } from './replay-account.ts'

export interface ReplayOptions {
  /** Your own guards by name, each as the function that makes it from its options. Those of Sluice are known. */
  readonly guards?: Readonly<Record<string, GuardFactory>>
  /** Default: all. */
  readonly accounts?: readonly string[]
  /** Called for each difference as it is found. */
  readonly onDifference?: (difference: Difference) => void
  /** Called for each event. A throw ends the replay. */
  readonly onEvent?: () => void
  /** Called with each account when its last event is replayed. */
  readonly onAccount?: (account: ReplayedAccount) => void
}

/** One account of a replay. */
export interface ReplayAccountReport {
  readonly account: string
  readonly events: number
  readonly decisions: number
  readonly orders: number
  readonly openOrders: number
  /** The event after which the replay began, for an account that was pruned: that of the snapshot behind which it was. */
  readonly from?: number
  /** What of it could not be derived, where something could not. */
  readonly underived?: Underived
  /** SHA-256 over the state of every order and position: two replays that agree came to the same, bit for bit. */
  readonly digest: string
}

/** What a replay came to. */
export interface ReplayReport {
  /** True when everything that was derived followed from what was before it: see `pruned`. */
  readonly ok: boolean
  readonly events: number
  readonly decisions: number
  readonly accounts: readonly ReplayAccountReport[]
  /** How many differences there are. */
  readonly differences: number
  /** The first of them. */
  readonly first: readonly Difference[]
  /** Accounts whose first events were pruned, with the first that is left, if one is: and no snapshot from which to begin: nothing of them was derived, so nothing is proven. */
  readonly pruned: readonly { readonly account: string; readonly begins?: number }[]
  /** Guards that nobody gave: their own verdicts were taken from the record. */
  readonly unknownGuards: readonly string[]
}

/** A journal in ruins has enough differences after these. */
const SHOWN = 100

const isUnderived = ({ events, decisions, guards }: Underived): boolean => events > 0 || decisions > 0 || guards.length > 0

const stateText = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? `${value}n` : value)

function digestOf({ orders, ledger }: ReplayedAccount): string {
  const states = [...orders.values()].map((order: OrderState) => sha256Hex(JSON.stringify(order, stateText)))
  const positions = [...ledger.entries()].map(({ broker, symbol, position }) => `${broker} ${symbol} ${formatDecimal(position.quantity)} ${formatDecimal(position.averagePrice)}`)
  return sha256Hex([...states, ...positions.toSorted()].join('\n'))
}

/**
 * Derives every order state and every verdict of a journal again from its events, and says where the record says otherwise: guards
 * run on the history and on the inputs recorded with each decision (PROTOCOL E2). Reads only.
 */
export async function replayJournal(journal: ReplayedJournal, options: ReplayOptions = {}): Promise<ReplayReport> {
  const factories = new Map<string, GuardFactory>([...BUILT_IN_GUARDS, ...Object.entries(options.guards ?? {})])
  const first: Difference[] = []
  const reports: ReplayAccountReport[] = []
  const pruned: ReplayReport['pruned'][number][] = []
  let differences = 0
  const seen = new Set<string>()
  const take = (difference: Difference): void => {
    // A guard that cannot be made is met once in every account.
    const key = difference.kind === 'limits' ? JSON.stringify(difference) : ''
    if (key !== '' && seen.has(key)) return
    seen.add(key)
    differences += 1
    if (first.length < SHOWN) first.push(difference)
    options.onDifference?.(difference)
  }
  const onEvent = (): void => { options.onEvent?.() }
  const global = await readGlobalHistory(journal, take, onEvent)
  const all = await journal.accounts()
  for (const account of options.accounts ?? all) {
    if (account === GLOBAL_ACCOUNT) continue
    const replayed = await replayAccount(account, { journal, global, factories, take, onEvent })
    const { begins, from, underived } = replayed
    if (from === undefined) {
      pruned.push({ account, ...(begins !== undefined && { begins }) })
      continue
    }
    options.onAccount?.(replayed)
    const open = [...replayed.orders.values()].filter((order) => !isFinished(statusOf(order)))
    reports.push({ account, events: replayed.events, decisions: replayed.decisions, orders: replayed.orders.size, openOrders: open.length, digest: digestOf(replayed), ...(from > 0 && { from }), ...(isUnderived(underived) && { underived }) })
  }
  const names = global.limits.flatMap(({ data }) => data.guards.map(({ name }) => name))
  return {
    ok: differences === 0,
    events: reports.reduce((sum, { events }) => sum + events, global.events),
    decisions: reports.reduce((sum, { decisions }) => sum + decisions, 0),
    accounts: reports, differences, first, pruned,
    unknownGuards: [...new Set(names)].filter((name) => !factories.has(name)).toSorted(),
  }
}
