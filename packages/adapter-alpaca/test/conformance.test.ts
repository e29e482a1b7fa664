import type { BrokerExecution } from '@sluice/core'
import { testBrokerAdapter } from '@sluice/testkit'
import { describe } from 'vitest'
import { alpacaBroker, nodeTransport } from '../src/index.ts'
import type { FakeAlpaca } from '../src/testing/index.ts'
import { call, limitOrder } from './fake-client.ts'
import { startRecordedFake } from './recorded-fake.ts'
import { SpiedAgent } from './spied-agent.ts'

/** The fake's own name of a trade. */
function fakeIdOf({ oracle }: FakeAlpaca, { executionId }: BrokerExecution): string {
  return oracle.executions().find(({ cumulative, orderId }) => `${orderId}:${cumulative}` === executionId)?.id ?? ''
}

for (const environment of ['paper', 'live'] as const) {
  describe(`Alpaca, ${environment}`, () => {
    testBrokerAdapter({
      create: async ({ clock }) => {
        const fake = await startRecordedFake({ clock, environment, fillParts: 2, rateLimit: 10_000 })
        const agent = new SpiedAgent()
        const { keyId, secretKey, url } = fake
        const open = () => alpacaBroker({
          environment, keyId, secretKey, url, transport: nodeTransport({ agent }), requestsPerMinute: 10_000, requestTimeout: 500, firstRetry: 20, refusedRetry: 50,
        })
        return {
          adapter: open(),
          reopen: () => Promise.resolve(open()),
          realTime: true,
          market: {
            trade: ({ brokerOrderId }, quantity) => { fake.market.trade(brokerOrderId, quantity) }, marketable: () => ({ type: 'market' }),
            refused: () => ({ type: 'limit', limitPrice: '100', quantity: '10000000' }),
            bust: (execution) => { fake.orders.bust(fakeIdOf(fake, execution)) },
            correct: (execution, price) => { fake.orders.correct(fakeIdOf(fake, execution), price) },
            external: async () => String((await call(fake, 'POST', '/v2/orders', limitOrder('by-hand', { limit_price: '1' }))).body['id']),
          },
          fault: {
            loseAnswer: () => { fake.faults.add({ kind: 'reset', method: 'POST' }) },
            lateAnswer: () => { fake.faults.add({ kind: 'delay', milliseconds: 800, method: 'POST' }) },
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
