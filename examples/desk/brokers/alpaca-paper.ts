// A paper account at Alpaca: play money, real quotes, and the hours of the exchange.
import { alpacaBroker } from '@sluice/adapter-alpaca'
import type { DeskBroker } from '../desk-broker.ts'

export const broker: DeskBroker = {
  title: 'Alpaca: trades on your paper account, with play money',
  strategy: false,
  open: () => {
    const { ALPACA_KEY_ID: keyId, ALPACA_SECRET_KEY: secretKey } = process.env
    if (!keyId || !secretKey) throw new Error('Set ALPACA_KEY_ID and ALPACA_SECRET_KEY to the API keys of an Alpaca paper account.')
    // Watched symbols share the 200 requests a minute with the orders.
    return alpacaBroker({ environment: 'paper', keyId, secretKey, quoteInterval: 5000 })
  },
}
