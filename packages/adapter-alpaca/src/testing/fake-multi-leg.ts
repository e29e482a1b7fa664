import { formatDecimal, multiply, ONE, type Units } from '@sluice/core'
import type { FakeAsset } from './fake-asset.ts'
import type { FakeBooks } from './fake-books.ts'
import { checkLevel, underlyingOf } from './fake-option-rules.ts'
import type { FakeIntent, FakeOrder, FakeSide, FakeTerms } from './fake-order.ts'
import { forbidden, unprocessable } from './fake-refusal.ts'
import { checkAccount, type FakeRuleView, reservedOf } from './fake-rules.ts'
import type { FakeVenue } from './fake-venue.ts'

interface FakeLegTerms {
  readonly symbol: string
  readonly ratio: Units
  readonly side: FakeSide
  readonly intent: FakeIntent | undefined
}

/** What fixes a multi-leg order. */
export interface FakeMultiLegTerms {
  readonly clientOrderId: string
  readonly type: string
  readonly timeInForce: string
  readonly quantity: Units | undefined
  /** Positive: what it may cost. Negative: what it must bring in. */
  readonly limitPrice: Units | undefined
  readonly legs: readonly FakeLegTerms[]
}

/** The parent of legs is an order for no asset. */
const NO_ASSET: FakeAsset = {
  id: '', symbol: '', name: '', class: 'us_option', exchange: '', active: true, tradable: true, shortable: false, fractionable: false, overnight: false,
}

const divisor = (left: Units, right: Units): Units => (right === 0n ? left : divisor(right, left % right))

/** What one of the order costs now. */
function netOf(venue: FakeVenue, legs: readonly { readonly side: FakeSide; readonly symbol: string; readonly ratio: Units }[]): Units {
  return legs.reduce((sum, { side, symbol, ratio }) => sum + (side === 'buy' ? 1n : -1n) * multiply(venue.priceOf(symbol), ratio, 'down'), 0n)
}

const legTerms = ({ legs }: FakeOrder) => legs.map(({ asset, ratio = ONE, side }) => ({ symbol: asset.symbol, ratio, side }))

/** The parent's price: the sum of its legs', those that are sold taken off. */
export function netPriceOf({ venue }: Pick<FakeBooks, 'venue'>, order: FakeOrder): Units {
  return netOf(venue, legTerms(order))
}

/** Every leg trades with its parent, in its ratio, at its own price. */
export function tradeLegs({ account, ledger, newId, venue }: FakeBooks, parent: FakeOrder, quantity: Units, at: string): void {
  for (const leg of parent.legs) {
    const size = multiply(quantity, leg.ratio ?? ONE, 'down')
    const price = venue.priceOf(leg.asset.symbol)
    leg.filled += size
    leg.filledValue += multiply(size, price, 'up')
    leg.status = parent.status
    leg.updatedAt = at
    if (parent.status === 'filled') leg.filledAt = at
    account.book(leg.asset, leg.side === 'buy' ? size : -size, price)
    ledger.add(leg, size, price, at, newId())
  }
}

/**
 * What Alpaca looks at before it takes a multi-leg order.
 * @throws FakeRefusal
 */
export function checkMultiLeg(terms: FakeMultiLegTerms, view: FakeRuleView): void {
  const { legs, limitPrice, quantity, timeInForce, type } = terms
  const { account, venue } = view
  checkAccount(view)
  if (legs.length < 2 || legs.length > 4) throw unprocessable('mleg orders must have at least 2 legs and at most 4 legs')
  if (quantity === undefined || quantity % ONE !== 0n) throw unprocessable('qty must be integer for options trading')
  if (timeInForce !== 'day') throw unprocessable('invalid time in force')
  if (type !== 'market' && type !== 'limit') throw unprocessable('invalid order type for options trading')
  if (type === 'limit' && limitPrice === undefined) throw unprocessable('limit price is required for limit orders')
  if (type === 'market' && limitPrice !== undefined) throw unprocessable('limit price is only valid for limit orders')
  if (limitPrice !== undefined && limitPrice % (ONE / 100n) !== 0n) throw unprocessable('invalid limit price')
  if (type === 'market' && venue.hours.phase() !== 'open') throw unprocessable('options market orders are only allowed during market hours')
  const assets = legs.map(({ symbol }) => {
    const asset = venue.assetOf(symbol)
    if (asset === undefined) throw unprocessable(`asset not found for ${symbol}`)
    return asset
  })
  if (new Set(assets).size !== legs.length) throw unprocessable('leg symbols must be unique')
  legs.forEach(({ intent, ratio }, index) => {
    if (intent === undefined) throw unprocessable(`leg.${index} position intent is required`)
    if (ratio <= 0n || ratio % ONE !== 0n) throw unprocessable(`leg.${index} ratio_qty must be a positive integer`)
  })
  if (legs.map(({ ratio }) => ratio).reduce(divisor, 0n) !== ONE) throw unprocessable('leg ratio quantities must be relatively prime')
  const [first, ...others] = assets.map((asset) => (asset.class === 'us_option' ? underlyingOf(asset.symbol) : asset.symbol))
  for (const other of others) if (other !== first) throw unprocessable(`underlying asset mismatch: ${first ?? ''} != ${other}`)
  if (assets.some((asset) => asset.class !== 'us_option')) throw unprocessable('equity legs are allowed only with a corresponding amount of call contracts')
  checkLevel(account, 3, 'account not eligible to trade spreads or uncovered contracts')
  for (const [root, uncovered] of uncoveredOf(legs)) if (uncovered > 0n) throw forbidden('account not eligible to trade uncovered option contracts', { symbol: root })
  const cost = multiply(multiply(limitPrice ?? netOf(venue, legs), quantity, 'up'), 100n * ONE, 'up')
  const available = account.cash() - reservedOf(view)
  if (cost > available) throw forbidden(`insufficient options buying power (required: ${formatDecimal(cost)}, available: ${formatDecimal(available)})`)
}

/** By underlying and right: contracts opened short beyond those opened long. */
function uncoveredOf(legs: readonly FakeLegTerms[]): Map<string, Units> {
  const open = new Map<string, Units>()
  for (const { intent, ratio, symbol } of legs) {
    const key = `${underlyingOf(symbol)} ${symbol.at(-9) ?? ''}`
    if (intent === 'sell_to_open') open.set(key, (open.get(key) ?? 0n) + ratio)
    else if (intent === 'buy_to_open') open.set(key, (open.get(key) ?? 0n) - ratio)
  }
  return open
}

/** Puts a parent and its legs into the books. */
export function makeMultiLeg({ make, newId, venue }: FakeBooks, { clientOrderId, legs, limitPrice, quantity = ONE, type }: FakeMultiLegTerms): FakeOrder {
  const common = {
    type: type as FakeTerms['type'], timeInForce: 'day', orderClass: 'mleg', extendedHours: false, notional: undefined, stopPrice: undefined, trailPrice: undefined, trailPercent: undefined,
    takeProfit: undefined, stopLoss: undefined,
  } as const
  // The net price counts what is paid as positive: the whole is a buy of it, whatever its legs do.
  const parent = make({ ...common, clientOrderId, asset: NO_ASSET, side: 'buy', quantity, limitPrice, intent: undefined }, 'pending_new')
  parent.legs = legs.map(({ intent, ratio, side, symbol }) => make({
    ...common, clientOrderId: newId(), asset: venue.assetOf(symbol) ?? NO_ASSET, side, quantity: multiply(quantity, ratio, 'down'), limitPrice: undefined, intent, ratio,
  }, 'pending_new', parent))
  return parent
}
