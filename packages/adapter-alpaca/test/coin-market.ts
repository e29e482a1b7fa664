import type { BrokerHarness } from '@sluice/testkit'

/** Orders for a market that never closes. */
export const coinMarket: NonNullable<BrokerHarness['market']> = {
  symbol: 'BTC/USD', quantity: '0.001',
  marketable: () => ({ type: 'market', timeInForce: 'gtc' }),
  resting: (side) => ({ type: 'limit', timeInForce: 'gtc', limitPrice: side === 'buy' ? '20000' : '900000' }),
  replacement: { limitPrice: '21000' },
}
