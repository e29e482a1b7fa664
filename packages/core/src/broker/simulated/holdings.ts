import { absolute, type Units } from '../../order/decimal.ts'
import type { Direction } from './simulated-order.ts'

/** What is held of a symbol. */
export interface Holding {
  /** Negative when short. */
  readonly quantity: Units
  /** What it cost, scaled 1e18; negative when short. */
  readonly cost: bigint
}

/** Cash and positions: the sum of all executions and of nothing else. Money is scaled 1e18, so that no product is rounded. */
export interface Holdings {
  cash(): bigint
  /** What the positions cost: as a sum, and with short ones counted as positive. */
  cost(): { readonly net: bigint; readonly gross: bigint }
  holding(symbol: string): Holding
  all(): Iterable<readonly [symbol: string, holding: Holding]>
  apply(symbol: string, direction: Direction, quantity: Units, price: Units): void
}

const NOTHING: Holding = { quantity: 0n, cost: 0n }

export function createHoldings(openingCash: bigint, opening: Iterable<readonly [string, Holding]> = []): Holdings {
  let cash = openingCash
  let net = 0n
  let gross = 0n
  const positions = new Map<string, Holding>()

  const set = (symbol: string, holding: Holding): void => {
    const before = positions.get(symbol) ?? NOTHING
    net += holding.cost - before.cost
    gross += absolute(holding.cost) - absolute(before.cost)
    if (holding.quantity === 0n) positions.delete(symbol)
    else positions.set(symbol, holding)
  }
  for (const [symbol, holding] of opening) set(symbol, holding)

  return {
    cash: () => cash,
    cost: () => ({ net, gross }),
    holding: (symbol) => positions.get(symbol) ?? NOTHING,
    all: () => positions,
    apply: (symbol, direction, quantity, price) => {
      cash -= direction * quantity * price
      set(symbol, after(positions.get(symbol) ?? NOTHING, direction * quantity, price))
    },
  }
}

/** The average price stays while a position shrinks; what goes through zero starts anew at the price of the trade. */
function after(before: Holding, change: Units, price: Units): Holding {
  const quantity = before.quantity + change
  if (quantity === 0n) return NOTHING
  if (before.quantity === 0n || (before.quantity > 0n) === (change > 0n)) return { quantity, cost: before.cost + change * price }
  if ((before.quantity > 0n) === (quantity > 0n)) return { quantity, cost: (before.cost * quantity) / before.quantity }
  return { quantity, cost: quantity * price }
}
