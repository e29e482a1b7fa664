import { divide, formatDecimal, multiply, type Units } from '@sluice/core'
import { type FakeAsset, multiplierOf } from './fake-asset.ts'

/** What is held of one asset. */
interface FakePosition {
  readonly asset: FakeAsset
  /** Negative when short. */
  quantity: Units
  averagePrice: Units
}

/** The money and the holdings of one account. */
export interface FakeAccount {
  readonly id: string
  readonly configuration: Record<string, unknown>
  readonly positions: ReadonlyMap<string, FakePosition>
  /** Flags that a test may set: `trading_blocked`, `account_blocked`, `trade_suspended_by_user`, `shorting_enabled`, `status`, `options_trading_level`. */
  readonly flags: Record<string, unknown>
  cash(): Units
  /** Money that came or went without a trade; negative for what went. */
  addCash(amount: Units): void
  positionOf(symbol: string): Units
  /** Books a trade: signed quantity, price for one unit. A bust books it the other way round. */
  book(asset: FakeAsset, quantity: Units, price: Units): void
  /** A holding that no order explains. */
  setPosition(asset: FakeAsset, quantity: Units, averagePrice: Units): void
  toWire(priceOf: (symbol: string) => Units, reserved: Units): Record<string, unknown>
  buyingPower(priceOf: (symbol: string) => Units, reserved: Units): Units
  toWirePositions(priceOf: (symbol: string) => Units, heldOf: (symbol: string) => Units): Record<string, unknown>[]
}

export interface FakeAccountOptions {
  readonly id: string
  readonly cash: Units
  /** 1 for cash accounts, 2 for margin. */
  readonly multiplier: Units
  readonly createdAt: string
}

export function createFakeAccount({ id, cash: start, multiplier, createdAt }: FakeAccountOptions): FakeAccount {
  let cash = start
  const positions = new Map<string, FakePosition>()
  const flags: Record<string, unknown> = {
    status: 'ACTIVE', trading_blocked: false, account_blocked: false, transfers_blocked: false, trade_suspended_by_user: false, shorting_enabled: true,
    options_approved_level: 3, options_trading_level: 3,
  }
  const configuration: Record<string, unknown> = {
    trade_confirm_email: 'all', suspend_trade: false, no_shorting: false, fractional_trading: true, max_margin_multiplier: formatDecimal(multiplier),
    max_options_trading_level: 3, disable_overnight_trading: false, ptp_no_exception_entry: false,
  }
  const valueOf = (position: FakePosition, price: Units): Units => multiply(multiply(position.quantity, price, 'down'), multiplierOf(position.asset), 'down')
  const marketValue = (priceOf: (symbol: string) => Units, long: boolean): Units => {
    let sum = 0n
    for (const position of positions.values()) {
      if (position.quantity > 0n === long) sum += valueOf(position, priceOf(position.asset.symbol))
    }
    return sum
  }
  const buyingPower = (priceOf: (symbol: string) => Units, reserved: Units): Units => {
    const [long, short] = [marketValue(priceOf, true), marketValue(priceOf, false)]
    const power = multiply(cash + long + short, multiplier, 'down') - long + short - reserved
    return power < 0n ? 0n : power
  }

  return {
    id, configuration, positions, flags, buyingPower,
    cash: () => cash,
    addCash: (amount) => { cash += amount },
    positionOf: (symbol) => positions.get(symbol)?.quantity ?? 0n,
    setPosition: (asset, quantity, averagePrice) => {
      if (quantity === 0n) positions.delete(asset.symbol)
      else positions.set(asset.symbol, { asset, quantity, averagePrice })
    },
    book: (asset, quantity, price) => {
      cash -= multiply(multiply(quantity, price, 'down'), multiplierOf(asset), 'down')
      const held = positions.get(asset.symbol) ?? { asset, quantity: 0n, averagePrice: 0n }
      const after = held.quantity + quantity
      if (held.quantity === 0n || after > 0n !== held.quantity > 0n) held.averagePrice = price
      else if (quantity > 0n === held.quantity > 0n) {
        held.averagePrice = divide(multiply(held.averagePrice, held.quantity, 'down') + multiply(price, quantity, 'down'), after, 'down')
      }
      held.quantity = after
      if (after === 0n) positions.delete(asset.symbol)
      else positions.set(asset.symbol, held)
    },
    toWire: (priceOf, reserved) => {
      const [long, short] = [marketValue(priceOf, true), marketValue(priceOf, false)]
      const equity = formatDecimal(cash + long + short)
      const power = formatDecimal(buyingPower(priceOf, reserved))
      return {
        id, account_number: `PA${id.slice(0, 8).toUpperCase()}`, crypto_status: 'ACTIVE', currency: 'USD',
        buying_power: power, regt_buying_power: power, options_buying_power: power, non_marginable_buying_power: formatDecimal(cash),
        cash: formatDecimal(cash), accrued_fees: '0', portfolio_value: equity, equity, last_equity: formatDecimal(start), multiplier: formatDecimal(multiplier),
        long_market_value: formatDecimal(long), short_market_value: formatDecimal(short), initial_margin: '0', maintenance_margin: '0',
        last_maintenance_margin: '0', sma: '0', created_at: createdAt, ...flags,
        options_trading_level: Math.min(Number(flags['options_trading_level']), Number(configuration['max_options_trading_level'] ?? 3)),
      }
    },
    toWirePositions: (priceOf, heldOf) => [...positions.values()].map((position) => {
      const { asset, quantity, averagePrice } = position
      const price = priceOf(asset.symbol)
      const [value, cost] = [valueOf(position, price), valueOf(position, averagePrice)]
      const available = quantity - heldOf(asset.symbol)
      return {
        // Positions name pairs without their slash.
        asset_id: asset.id, symbol: asset.symbol.replace('/', ''), exchange: asset.exchange, asset_class: asset.class, asset_marginable: asset.class === 'us_equity',
        avg_entry_price: formatDecimal(averagePrice), qty: formatDecimal(quantity), qty_available: formatDecimal(available), side: quantity > 0n ? 'long' : 'short',
        market_value: formatDecimal(value), cost_basis: formatDecimal(cost), unrealized_pl: formatDecimal(value - cost), unrealized_plpc: '0',
        unrealized_intraday_pl: formatDecimal(value - cost), unrealized_intraday_plpc: '0', current_price: formatDecimal(price),
        lastday_price: formatDecimal(averagePrice), change_today: '0',
      }
    }),
  }
}
