import { parseDecimal, type Units } from '@sluice/core'
import { DEFAULT_ASSETS, type FakeAsset, type FakeAssetOptions, makeAsset } from './fake-asset.ts'
import type { FakeHours } from './fake-hours.ts'

/** What all accounts of a fake share: what is traded, at which price, and when. */
export interface FakeVenue {
  readonly hours: FakeHours
  assets(): readonly FakeAsset[]
  /** By symbol, by id, or a pair without its slash. */
  assetOf(key: string): FakeAsset | undefined
  priceOf(symbol: string): Units
  setPrice(symbol: string, price: Units): void
  isHalted(symbol: string): boolean
  /** While it is halted orders are taken and rest. */
  setHalted(symbol: string, halted: boolean): void
  /** Tells of a price that was set, and of the end of a halt. */
  onMove(listener: (symbol: string) => void): void
}

export function createFakeVenue(hours: FakeHours, extra: readonly FakeAssetOptions[], newId: () => string): FakeVenue {
  const listings = new Map<string, { readonly asset: FakeAsset; price: Units }>()
  const byKey = new Map<string, FakeAsset>()
  for (const options of [...DEFAULT_ASSETS, ...extra]) {
    const asset = makeAsset(options, newId())
    listings.set(asset.symbol, { asset, price: parseDecimal(options.price ?? '100') })
    for (const key of [asset.id, asset.symbol, asset.symbol.replace('/', '')]) byKey.set(key, asset)
  }
  const halted = new Set<string>()
  const listeners: ((symbol: string) => void)[] = []
  const listingOf = (symbol: string) => {
    const listing = listings.get(symbol)
    if (listing === undefined) throw new RangeError(`the fake does not trade ${symbol}`)
    return listing
  }
  const move = (symbol: string): void => { for (const listener of listeners) listener(symbol) }
  return {
    hours,
    assets: () => [...listings.values()].map(({ asset }) => asset),
    assetOf: (key) => byKey.get(key),
    priceOf: (symbol) => listings.get(symbol)?.price ?? 0n,
    setPrice: (symbol, price) => {
      listingOf(symbol).price = price
      move(symbol)
    },
    isHalted: (symbol) => halted.has(symbol),
    setHalted: (symbol, on) => {
      listingOf(symbol)
      if (on) halted.add(symbol)
      else if (halted.delete(symbol)) move(symbol)
    },
    onMove: (listener) => { listeners.push(listener) },
  }
}
