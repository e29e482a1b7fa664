// The adapter of Alpaca, over real HTTP and WebSocket, on a fake Alpaca in this process: everything but the money and the market.
import { alpacaBroker } from '@sluice/adapter-alpaca'
import { startFakeAlpaca } from '@sluice/adapter-alpaca/testing'
import type { DeskBroker } from '../desk-broker.ts'

/** What the strategy trades, beside the shares that the fake knows. */
const ASSETS = [{ symbol: 'F', price: '11.4' }, { symbol: 'NOK', price: '4.6' }, { symbol: 'PFE', price: '25.3' }, { symbol: 'T', price: '22.7' }]

export const broker: DeskBroker = {
  title: 'Fake Alpaca in this process: its orders end with it, and each start is fresh',
  forgets: true,
  open: async () => {
    // Each watched symbol is asked for every second, which is more than the 200 requests a minute of an account.
    const fake = await startFakeAlpaca({ assets: ASSETS, rateLimit: 10_000, acceptDelay: 20, fillDelay: 120 })
    const { keyId, secretKey, url } = fake
    const adapter = alpacaBroker({ environment: 'paper', keyId, secretKey, url, dataUrl: url })
    return {
      ...adapter,
      close: async () => {
        await adapter.close()
        await fake.close()
      },
    }
  },
}
