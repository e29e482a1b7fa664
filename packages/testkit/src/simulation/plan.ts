import { type BrokerCapabilities, type KillLevel, type KillScope, type OrderRequest, type ReplaceRequest, toIso } from '@sluice/core'
import { BROKER_FAULTS, type BrokerFaultKind } from '../faults/fault.ts'
import type { JournalFaultKind } from '../faults/faulty-journal.ts'
import { createSeededRandom, type SeededRandom } from '../virtual/random.ts'
import { MONDAY } from '../virtual/virtual-time.ts'

/** Something that happens to the service or its world, at a time in ms since the start. Orders are named by their keys. */
export type Action = { readonly at: number } & (
  | { readonly kind: 'place'; readonly key: string; readonly request: OrderRequest }
  /** The same key again: with the same order, or with another one. */
  | { readonly kind: 'retry'; readonly key: string }
  | { readonly kind: 'conflict'; readonly key: string }
  | { readonly kind: 'cancel'; readonly key: string }
  | { readonly kind: 'cancel_all' }
  | { readonly kind: 'replace'; readonly key: string; readonly changes: ReplaceRequest }
  /** `code` is a step of the one-time codes; a used or unknown one must not pass. */
  | { readonly kind: 'approve'; readonly code: number }
  | { readonly kind: 'engage'; readonly scope: KillScope; readonly level: KillLevel }
  | { readonly kind: 'release'; readonly code: number }
  /** A human takes over the positions that the broker shows. */
  | { readonly kind: 'adopt'; readonly code: number }
  /** A human looks into the broker's books and says what became of unknown orders. */
  | { readonly kind: 'resolve'; readonly code: number }
  | { readonly kind: 'move'; readonly symbol: string; readonly price: number }
  | { readonly kind: 'jump'; readonly by: number }
  /** Of the writes that were not synced, so many are on the disk all the same. */
  | { readonly kind: 'crash'; readonly kept: number; readonly down: number }
  | { readonly kind: 'close' }
  | { readonly kind: 'fault'; readonly fault: BrokerFaultKind }
  | { readonly kind: 'journal_fault'; readonly fault: JournalFaultKind }
)

export interface Plan {
  readonly seed: string
  /** What the broker declares. */
  readonly capabilities: Partial<BrokerCapabilities>
  readonly actions: readonly Action[]
}

export const SYMBOLS = ['AAPL', 'MSFT'] as const

const WEIGHTS = {
  place: 30, retry: 4, conflict: 1, cancel: 9, cancel_all: 1, replace: 10, approve: 9, engage: 2, release: 4, resolve: 2, adopt: 2, move: 9, jump: 2,
  crash: 4, close: 0.5, fault: 18, journal_fault: 3,
} as const

/** Faults after which the account trades no more without a human are rarer, so that runs stay busy. */
const FAULT_WEIGHTS: Readonly<Record<BrokerFaultKind, number>> = {
  ...(Object.fromEntries(BROKER_FAULTS.map((fault) => [fault, 4])) as Record<BrokerFaultKind, number>), late_fill: 2, bust: 2, correction: 2, silence_quotes: 1,
}

function requestOf(random: SeededRandom, key: string, at: number): OrderRequest {
  const symbol = random.pick(SYMBOLS)
  const side = random.chance(0.65) ? 'buy' : 'sell'
  const quantity = String(random.between(1, random.chance(0.1) ? 70 : 12))
  const type = random.weighted({ market: 35, limit: 50, stop: 8, stop_limit: 7 })
  const near = (): string => (100 + random.between(-300, 300) / 100).toFixed(2)
  const timeInForce = random.weighted({ day: 45, gtc: 20, gtd: 12, ioc: 12, fok: 6 })
  const isTimed = timeInForce === 'gtd' && type === 'limit'
  return {
    idempotencyKey: key, symbol, side, type, quantity,
    timeInForce: type === 'stop' || type === 'stop_limit' || (timeInForce === 'gtd' && !isTimed) ? 'day' : timeInForce,
    ...(isTimed && { expireAt: toIso(MONDAY + at + random.between(1000, 9000)) }),
    ...((type === 'limit' || type === 'stop_limit') && { limitPrice: near() }),
    ...((type === 'stop' || type === 'stop_limit') && { stopPrice: near() }),
    ...(random.chance(0.3) && { strategy: random.pick(['alpha', 'beta']) }),
  } as OrderRequest
}

function changesOf(random: SeededRandom): ReplaceRequest {
  return random.weighted({ price: 5, quantity: 4, both: 2 }) === 'price'
    ? { limitPrice: (100 + random.between(-300, 300) / 100).toFixed(2) }
    : { quantity: String(random.between(1, 20)) }
}

const SCOPES: readonly KillScope[] = ['global', 'symbol:AAPL', 'symbol:MSFT', 'strategy:alpha', 'account:main', 'broker:main']
const LEVELS: readonly KillLevel[] = ['reduce_only', 'no_new', 'cancel_all', 'cancel_all', 'flatten']

/** What a seed means. The same seed always means the same. */
export function planOf(seed: string, length = 45): Plan {
  const random = createSeededRandom(seed)
  const capabilities: Partial<BrokerCapabilities> = {
    dedupesClientOrderId: random.chance(0.5),
    cancelByClientOrderId: random.chance(0.5),
    ...(random.chance(0.12) && { absence: undefined }),
  }
  const actions: Action[] = []
  const keys: string[] = []
  let at = 50
  let code = 0
  for (let index = 0; index < length; index += 1) {
    at += random.chance(0.3) ? random.between(0, 3) : random.between(5, 600)
    const known = (): string => random.pick(keys.slice(-6))
    const nextCode = (): number => (random.chance(0.85) ? (code += 1) : random.between(0, code))
    const wanted = random.weighted(WEIGHTS)
    const kind = keys.length === 0 && (wanted === 'retry' || wanted === 'conflict' || wanted === 'cancel' || wanted === 'replace') ? 'place' : wanted
    switch (kind) {
      case 'place': {
        const key = `k${keys.length + 1}`
        keys.push(key)
        actions.push({ at, kind, key, request: requestOf(random, key, at) })
        break
      }
      case 'retry': case 'conflict': case 'cancel': actions.push({ at, kind, key: known() }); break
      case 'replace': actions.push({ at, kind, key: known(), changes: changesOf(random) }); break
      case 'approve': case 'release': case 'resolve': case 'adopt': actions.push({ at, kind, code: nextCode() }); break
      case 'engage': actions.push({ at, kind, scope: random.pick(SCOPES), level: random.pick(LEVELS) }); break
      case 'move': actions.push({ at, kind, symbol: random.pick(SYMBOLS), price: 100 + random.between(-300, 300) / 100 }); break
      case 'jump': actions.push({ at, kind, by: random.pick([-3_600_000, -5000, -5000, -700, 700, 5000, 5000, 3_600_000]) }); break
      case 'crash': actions.push({ at, kind, kept: random.between(0, 3), down: random.between(10, 800) }); break
      case 'fault': actions.push({ at, kind, fault: random.weighted(FAULT_WEIGHTS) }); break
      case 'journal_fault': actions.push({ at, kind, fault: random.weighted({ fail_append: 3, hang_append: 2, slow_append: 4, fail_read: 1 }) }); break
      case 'cancel_all': case 'close': actions.push({ at, kind }); break
    }
  }
  return { seed, capabilities, actions }
}

/** An action in a line. */
export function describeAction({ at, kind, ...rest }: Action): string {
  return `${String(at).padStart(6)} ${kind} ${JSON.stringify(rest)}`
}
