import type { Holding } from './holdings.ts'

/** How the books look in the store: one entry for each order, execution and position, and one for what they share. */
export const META_KEY = 'meta'
export const ORDER_PREFIX = 'order/'
export const EXECUTION_PREFIX = 'execution/'
export const POSITION_PREFIX = 'position/'

export interface BookMeta {
  readonly version: 1
  /** Part of every id, so that a new book never repeats the ids of an older one. */
  readonly name: string
  /** Orders and executions ever made: the counters behind their ids. */
  readonly orders: number
  readonly executions: number
  /** Scaled 1e18. */
  readonly cash: string
  /** How far the market has been worked off, in ms since the epoch. */
  readonly time: number
}

/** The shared entry, or the one of a new book. */
export function readMeta(entries: ReadonlyMap<string, string>, cash: bigint, now: number): BookMeta {
  const stored = entries.get(META_KEY)
  if (stored === undefined) return { version: 1, name: now.toString(36), orders: 0, executions: 0, cash: String(cash), time: now }
  return JSON.parse(stored) as BookMeta
}

/** The entries of numbered things, oldest first. */
export function readNumbered(entries: ReadonlyMap<string, string>, prefix: string): readonly (readonly [number: number, text: string])[] {
  return readNamed(entries, prefix).map(([name, text]): [number, string] => [Number(name), text]).toSorted(([left], [right]) => left - right)
}

export function readPositions(entries: ReadonlyMap<string, string>): readonly (readonly [symbol: string, holding: Holding])[] {
  return readNamed(entries, POSITION_PREFIX).map(([symbol, text]) => {
    const { quantity, cost } = JSON.parse(text) as { quantity: string; cost: string }
    return [symbol, { quantity: BigInt(quantity), cost: BigInt(cost) }]
  })
}

/** undefined: nothing is held, the entry goes. */
export function encodeHolding({ quantity, cost }: Holding): string | undefined {
  return quantity === 0n ? undefined : JSON.stringify({ quantity: String(quantity), cost: String(cost) })
}

function readNamed(entries: ReadonlyMap<string, string>, prefix: string): (readonly [name: string, text: string])[] {
  return [...entries].filter(([key]) => key.startsWith(prefix)).map(([key, text]) => [key.slice(prefix.length), text])
}
