// The same conformance suite on a real paper account: opt in with ALPACA_KEY_ID and ALPACA_SECRET_KEY of an account that may be traded
// to pieces. It buys and sells a little BTC/USD, which trades at all hours, and leaves resting orders far from the market. Play money.
import { testBrokerAdapter } from '@sluice/testkit'
import { beforeAll, describe } from 'vitest'
import { alpacaBroker } from '../src/index.ts'
import { coinMarket } from './coin-market.ts'
import { startRecordedFake } from './recorded-fake.ts'
import { startRecording } from './recording.ts'

const { ALPACA_KEY_ID: keyId, ALPACA_SECRET_KEY: secretKey, ALPACA_RECORD: recordTo } = process.env

/** What Alpaca does for shares alone. */
const SHARES_ONLY = [
  { case: 'B38', reason: 'coins have no trailing stops' },
  ...['B40', 'B41', 'B42', 'B43'].map((id) => ({ case: id, reason: 'coins have no groups' })),
]

describe('coins on the fake, as the opt-in suite trades them', () => {
  testBrokerAdapter({
    create: async ({ clock }) => {
      const fake = await startRecordedFake({ clock, rateLimit: 10_000 })
      const adapter = alpacaBroker({ environment: 'paper', keyId: fake.keyId, secretKey: fake.secretKey, url: fake.url, requestsPerMinute: 10_000, firstRetry: 20 })
      return { adapter, realTime: true, market: coinMarket, close: () => fake.close() }
    },
    skip: SHARES_ONLY,
  })
})

describe.skipIf(keyId === undefined || secretKey === undefined)('a real paper account, with ALPACA_KEY_ID and ALPACA_SECRET_KEY', () => {
  beforeAll(() => {
    process.stdout.write(`About to trade BTC/USD on the Alpaca paper account of key ${keyId ?? ''}: market orders of 0.001, and resting orders that are left to you.${recordTo === undefined ? '' : ` What Alpaca says is written to ${recordTo}.`}\n`)
  })
  testBrokerAdapter({
    create: async () => {
      const recording = recordTo === undefined ? undefined : await startRecording(recordTo, 'wss://paper-api.alpaca.markets/stream')
      const adapter = alpacaBroker({ environment: 'paper', keyId: keyId ?? '', secretKey: secretKey ?? '', ...(recording !== undefined && { transport: recording.transport, streamUrl: recording.streamUrl }) })
      return { adapter, realTime: true, market: coinMarket, close: () => recording?.close() ?? Promise.resolve() }
    },
    skip: [
      ...SHARES_ONLY,
      { case: 'B14', reason: 'the account keeps orders of earlier cases, and the case expects one open order' },
      { case: 'B21', reason: 'the account keeps orders of earlier cases, and the case expects one open order' },
      { case: 'B36', reason: 'the account keeps orders of earlier cases, and the case expects no open order' },
    ],
  })
})
