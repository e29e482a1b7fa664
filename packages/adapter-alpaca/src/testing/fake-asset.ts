import { parseDecimal, type Units } from '@sluice/core'

/** Something the fake trades. */
export interface FakeAsset {
  readonly id: string
  readonly symbol: string
  readonly name: string
  readonly class: 'us_equity' | 'us_option' | 'crypto'
  readonly exchange: string
  readonly active: boolean
  readonly tradable: boolean
  readonly shortable: boolean
  readonly fractionable: boolean
  /** Trades at night, for orders outside regular hours. */
  readonly overnight: boolean
  /** Smallest quantity, quantity step and price step; crypto only. */
  readonly minimumOrderSize?: string
  readonly tradeIncrement?: string
  readonly priceIncrement?: string
}

/** What a test says of an asset; the rest is a plain, tradable share. */
export type FakeAssetOptions = Pick<FakeAsset, 'symbol'> & Partial<Omit<FakeAsset, 'id' | 'symbol'>> & {
  /** Price of the last trade. Default `'100'`. */
  readonly price?: string
}

export const DEFAULT_ASSETS: readonly FakeAssetOptions[] = [
  { symbol: 'AAPL', name: 'Apple Inc. Common Stock', price: '187.5', overnight: true },
  { symbol: 'MSFT', name: 'Microsoft Corporation Common Stock', price: '428.1' },
  { symbol: 'NVDA', name: 'NVIDIA Corporation Common Stock', price: '131.4' },
  { symbol: 'BRK.A', name: 'Berkshire Hathaway Inc. Class A', price: '612000', fractionable: false },
  { symbol: 'GME', name: 'GameStop Corp. Class A', price: '24.5', shortable: false },
  {
    symbol: 'BTC/USD', name: 'Bitcoin / US Dollar', class: 'crypto', exchange: 'CRYPTO', price: '64000', shortable: false,
    minimumOrderSize: '0.0001', tradeIncrement: '0.0001', priceIncrement: '1',
  },
  { symbol: 'AAPL260116C00190000', name: 'AAPL Jan 16 2026 190 Call', class: 'us_option', exchange: '', price: '4.2', fractionable: false, shortable: false },
  { symbol: 'AAPL260116C00200000', name: 'AAPL Jan 16 2026 200 Call', class: 'us_option', exchange: '', price: '1.9', fractionable: false, shortable: false },
  { symbol: 'AAPL260116P00180000', name: 'AAPL Jan 16 2026 180 Put', class: 'us_option', exchange: '', price: '3.1', fractionable: false, shortable: false },
]

export function makeAsset(options: FakeAssetOptions, id: string): FakeAsset {
  const { price: _price, ...rest } = options
  return { id, name: options.symbol, class: 'us_equity', exchange: 'NASDAQ', active: true, tradable: true, shortable: true, fractionable: true, overnight: false, ...rest }
}

/** Units of the underlying in one unit. */
export function multiplierOf(asset: FakeAsset): Units {
  return parseDecimal(asset.class === 'us_option' ? '100' : '1')
}

export function toWireAsset(asset: FakeAsset): Record<string, unknown> {
  return {
    id: asset.id, class: asset.class, exchange: asset.exchange, symbol: asset.symbol, name: asset.name, status: asset.active ? 'active' : 'inactive', tradable: asset.tradable,
    marginable: asset.class === 'us_equity', maintenance_margin_requirement: 30, shortable: asset.shortable,
    easy_to_borrow: asset.shortable, borrow_status: asset.shortable ? 'easy_to_borrow' : 'hard_to_borrow', fractionable: asset.fractionable,
    attributes: asset.overnight ? ['fractional_eh_enabled', 'overnight_tradable'] : [],
    ...(asset.minimumOrderSize !== undefined && { min_order_size: asset.minimumOrderSize }),
    ...(asset.tradeIncrement !== undefined && { min_trade_increment: asset.tradeIncrement }),
    ...(asset.priceIncrement !== undefined && { price_increment: asset.priceIncrement }),
  }
}

/** `AAPL260116C00190000` as `/v2/options/contracts` shows it. */
export function toWireContract({ active, id, name, symbol, tradable }: FakeAsset, underlyingId: string): Record<string, unknown> {
  const [, root = '', year = '', month = '', day = '', kind = '', strike = ''] = /^([A-Z]+)(\d\d)(\d\d)(\d\d)([CP])(\d{8})$/.exec(symbol) ?? []
  return {
    id, symbol, name, status: active ? 'active' : 'inactive', tradable, expiration_date: `20${year}-${month}-${day}`, root_symbol: root, underlying_symbol: root, underlying_asset_id: underlyingId,
    type: kind === 'C' ? 'call' : 'put', style: 'american', strike_price: String(Number(strike) / 1000), multiplier: '100', size: '100',
  }
}
