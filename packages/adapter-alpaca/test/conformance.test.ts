import { testBrokerAdapter } from '@sluice/testkit'
import { describe } from 'vitest'
import { alpacaBroker, nodeTransport } from '../src/index.ts'
import { startFakeAlpaca } from '../src/testing/index.ts'
import { SpiedAgent } from './spied-agent.ts'

for (const environment of ['paper', 'live'] as const) {
  describe(`Alpaca, ${environment}`, () => {
    testBrokerAdapter({
      create: async ({ clock }) => {
        const fake = await startFakeAlpaca({ clock, environment, fillParts: 2, rateLimit: 10_000 })
        const agent = new SpiedAgent()
        const { keyId, secretKey, url } = fake
        const adapter = alpacaBroker({
          environment, keyId, secretKey, url, transport: nodeTransport({ agent }), requestsPerMinute: 10_000, requestTimeout: 500, firstRetry: 20,
        })
        return {
          adapter,
          realTime: true,
          market: { trade: ({ brokerOrderId }, quantity) => { fake.market.trade(brokerOrderId, quantity) }, marketable: () => ({ type: 'market' }) },
          fault: {
            loseAnswer: () => { fake.faults.add({ kind: 'reset', method: 'POST' }) },
            loseRequest: () => { fake.faults.add({ kind: 'reset', method: 'POST', effect: false }) },
            disconnect: () => { fake.stream.drop() },
            failQueries: (failing) => { if (failing) fake.faults.add({ kind: 'reset', method: 'GET', times: 10_000 }); else fake.faults.clear() },
          },
          written: (clientOrderId) => agent.wrote(`"${clientOrderId}"`),
          close: async () => {
            agent.destroy()
            await fake.close()
          },
        }
      },
    })
  })
}
