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
  /** Somebody places, or cancels, an order on the same broker account past the service. */
  | { readonly kind: 'external'; readonly id: string; readonly request: OrderRequest }
  | { readonly kind: 'external_cancel'; readonly id: string }
  /** Another limit of the position, while the service runs. */
  | { readonly kind: 'limit'; readonly quantity: number; readonly code: number }
  | { readonly kind: 'move'; readonly symbol: string; readonly price: number }
  | { readonly kind: 'jump'; readonly by: number }
  /** Of the writes that were not synced, so many are on the disk all the same. */
  | { readonly kind: 'crash'; readonly kept: number; readonly down: number }
  | { readonly kind: 'close' }
  | { readonly kind: 'fault'; readonly fault: BrokerFaultKind }
  | { readonly kind: 'journal_fault'; readonly fault: JournalFaultKind }
)

/** What a run takes place in. */
export interface PlanWorld {
  /** With two, each symbol is traded at one of them. */
  readonly brokers: 1 | 2
  /** Quantities with decimals, and orders by money. */
  readonly fractional: boolean
  /** The books are compared every few seconds while a service runs. */
  readonly reviews: boolean
  /** Loss of the day from which only reducing orders go; undefined: no such guard. */
  readonly loss: number | undefined
}

export interface Plan {
  readonly seed: string
  readonly world: PlanWorld
  /** What the broker declares. */
  readonly capabilities: Partial<BrokerCapabilities>
  readonly actions: readonly Action[]
}

export const SYMBOLS = ['AAPL', 'MSFT'] as const

/** Where a symbol is traded. */
export function brokerOf({ brokers }: PlanWorld, symbol: string): string {
  return brokers === 2 && symbol === 'MSFT' ? 'second' : 'main'
}

/** Orders placed past the service are told by their ids. */
export const BY_HAND = 'hand-'

const WEIGHTS = {
  place: 30, retry: 4, conflict: 1, cancel: 9, cancel_all: 1, replace: 10, approve: 9, engage: 2, release: 4, resolve: 2, adopt: 2, move: 9, jump: 2,
  crash: 4, close: 0.5, fault: 18, journal_fault: 3, external: 2, external_cancel: 1, limit: 1,
} as const

/** Faults after which the account trades no more without a human are rarer, so that runs stay busy. */
const FAULT_WEIGHTS: Readonly<Record<BrokerFaultKind, number>> = {
  ...(Object.fromEntries(BROKER_FAULTS.map((fault) => [fault, 4])) as Record<BrokerFaultKind, number>), late_fill: 2, bust: 2, correction: 2, silence_quotes: 1, late_reject: 3, late_arrival: 1,
}

const price = (cents: number): string => (100 + cents / 100).toFixed(2)

/** An order with exits; or, as a group without an entry, two exits of what is held. */
function groupOf(random: SeededRandom, key: string): OrderRequest {
  const side = random.chance(0.65) ? 'buy' : 'sell'
  const sign = side === 'buy' ? 1 : -1
  const orderClass = random.weighted({ bracket: 5, oto: 3, oco: 3 })
  const [up, down] = [random.between(20, 250), random.between(20, 250)]
  const isOco = orderClass === 'oco'
  // An OCO closes: what takes profit is above the market for a sell.
  const profit = { limitPrice: price((isOco ? -sign : sign) * up) }
  const loss = { stopPrice: price((isOco ? sign : -sign) * down) }
  const common = { idempotencyKey: key, symbol: random.pick(SYMBOLS), side, quantity: String(random.between(2, 10)), timeInForce: random.chance(0.5) ? 'day' : 'gtc', orderClass } as const
  if (isOco) return { ...common, type: 'limit', limitPrice: profit.limitPrice, takeProfit: profit, stopLoss: loss }
  const exits = orderClass === 'bracket' ? { takeProfit: profit, stopLoss: loss } : random.chance(0.5) ? { takeProfit: profit } : { stopLoss: loss }
  return { ...common, ...(random.chance(0.5) ? { type: 'market' } : { type: 'limit', limitPrice: price(random.between(-100, 100)) }), ...exits }
}

function moneyOf(random: SeededRandom, key: string): OrderRequest {
  const common = { idempotencyKey: key, symbol: random.pick(SYMBOLS), side: random.chance(0.65) ? 'buy' : 'sell', notional: String(random.between(50, 1500)), timeInForce: 'day' } as const
  return random.chance(0.6) ? { ...common, type: 'market' } : { ...common, type: 'limit', limitPrice: price(random.between(-200, 200)) }
}

/** `expiry`: when it ends by itself, where it says so. */
function requestOf(random: SeededRandom, key: string, at: number, fractional: boolean): { readonly request: OrderRequest; readonly expiry?: number } {
  if (random.chance(0.09)) return { request: groupOf(random, key) }
  if (fractional && random.chance(0.3)) return { request: moneyOf(random, key) }
  const symbol = random.pick(SYMBOLS)
  const side = random.chance(0.65) ? 'buy' : 'sell'
  const quantity = String(random.between(1, random.chance(0.1) ? 70 : 12))
  const type = random.weighted({ market: 33, limit: 47, stop: 7, stop_limit: 6, trailing_stop: 7 })
  if (type === 'trailing_stop') return { request: { idempotencyKey: key, symbol, side, quantity, type, timeInForce: random.chance(0.5) ? 'day' : 'gtc', ...(random.chance(0.5) ? { trailAmount: String(random.between(1, 4) / 2) } : { trailPercent: '1.5' }) } }
  const near = (): string => price(random.between(-300, 300))
  const timeInForce = random.weighted({ day: 45, gtc: 20, gtd: 12, ioc: 12, fok: 6, opg: 1, cls: 1 })
  const isTimed = timeInForce === 'gtd' && type === 'limit'
  const expiry = isTimed ? at + random.between(1000, 9000) : undefined
  const request = {
    idempotencyKey: key, symbol, side, type, quantity,
    timeInForce: type === 'stop' || type === 'stop_limit' || (timeInForce === 'gtd' && !isTimed) ? 'day' : timeInForce,
    ...(expiry !== undefined && { expireAt: toIso(MONDAY + expiry) }),
    ...((type === 'limit' || type === 'stop_limit') && { limitPrice: near() }),
    ...((type === 'stop' || type === 'stop_limit') && { stopPrice: near() }),
    ...(random.chance(0.3) && { strategy: random.pick(['alpha', 'beta']) }),
  } as OrderRequest
  return { request, ...(expiry !== undefined && { expiry }) }
}

function changesOf(random: SeededRandom): ReplaceRequest {
  return random.weighted({ price: 5, quantity: 4, both: 2 }) === 'price'
    ? { limitPrice: (100 + random.between(-300, 300) / 100).toFixed(2) }
    : { quantity: String(random.between(1, 20)) }
}

/** A change of an order that is on its way while the order expires. */
function changeAtTheEnd(random: SeededRandom, key: string, expiry: number): readonly Action[] {
  const at = expiry - random.between(50, 450)
  return [{ at: at - 1, kind: 'fault', fault: 'replace_race' }, { at, kind: 'replace', key, changes: changesOf(random) }]
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
  const world: PlanWorld = { brokers: random.chance(0.25) ? 2 : 1, fractional: random.chance(0.2), reviews: random.chance(0.5), loss: random.chance(0.25) ? 60 : undefined }
  const actions: Action[] = []
  let hands = 0
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
        const { request, expiry } = requestOf(random, key, at, world.fractional)
        actions.push({ at, kind, key, request })
        if (expiry !== undefined && random.chance(0.4)) actions.push(...changeAtTheEnd(random, key, expiry))
        break
      }
      case 'retry': case 'conflict': case 'cancel': actions.push({ at, kind, key: known() }); break
      case 'replace': actions.push({ at, kind, key: known(), changes: changesOf(random) }); break
      case 'approve': case 'release': case 'resolve': case 'adopt': actions.push({ at, kind, code: nextCode() }); break
      case 'engage': actions.push({ at, kind, scope: random.pick(SCOPES), level: random.pick(LEVELS) }); break
      case 'external': {
        hands += 1
        actions.push({ at, kind, id: `${BY_HAND}${hands}`, request: requestOf(random, `h${hands}`, at, false).request })
        break
      }
      case 'external_cancel': actions.push({ at, kind, id: `${BY_HAND}${random.between(1, Math.max(1, hands))}` }); break
      case 'limit': actions.push({ at, kind, quantity: random.pick([20, 40, 60, 80]), code: nextCode() }); break
      case 'move': actions.push({ at, kind, symbol: random.pick(SYMBOLS), price: 100 + random.between(-300, 300) / 100 }); break
      case 'jump': actions.push({ at, kind, by: random.pick([-3_600_000, -5000, -5000, -700, 700, 5000, 5000, 3_600_000]) }); break
      case 'crash': actions.push({ at, kind, kept: random.between(0, 3), down: random.between(10, 800) }); break
      case 'fault': actions.push({ at, kind, fault: random.weighted(FAULT_WEIGHTS) }); break
      case 'journal_fault': actions.push({ at, kind, fault: random.weighted({ fail_append: 3, hang_append: 2, slow_append: 4, fail_read: 1 }) }); break
      case 'cancel_all': case 'close': actions.push({ at, kind }); break
    }
  }
  return { seed, world, capabilities, actions: actions.toSorted((left, right) => left.at - right.at) }
}

/** An action in a line. */
export function describeAction({ at, kind, ...rest }: Action): string {
  return `${String(at).padStart(6)} ${kind} ${JSON.stringify(rest)}`
}
