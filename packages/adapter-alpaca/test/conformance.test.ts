import { type BrokerExecution, formatDecimal, parseDecimal } from '@sluice/core'
import { testBrokerAdapter } from '@sluice/testkit'
import { describe } from 'vitest'
import { alpacaBroker, nodeTransport } from '../src/index.ts'
import { SpiedAgent } from './spied-agent.ts'
import { startRecordedFake } from './recorded-fake.ts'

for (const environment of ['paper', 'live'] as const) {
  describe(`Alpaca, ${environment}`, () => {
    testBrokerAdapter({
      create: async ({ clock }) => {
        const fake = await startRecordedFake({ clock, environment, fillParts: 2, rateLimit: 10_000 })
        const agent = new SpiedAgent()
        const { keyId, secretKey, url } = fake
        const open = () => alpacaBroker({
          environment, keyId, secretKey, url, transport: nodeTransport({ agent }), requestsPerMinute: 10_000, requestTimeout: 500, firstRetry: 20,
        })
        /** The fake's own id of an execution, which the adapter names by its order and what that had traded after it. */
        const truth = ({ brokerOrderId, executionId }: BrokerExecution): string => {
          let traded = 0n
          return fake.oracle.executions().filter(({ orderId }) => orderId === brokerOrderId).find(({ quantity }) => {
            traded += parseDecimal(quantity)
            return executionId === `${brokerOrderId}:${formatDecimal(traded)}`
          })?.id ?? ''
        }
        return {
          adapter: open(),
          reopen: () => Promise.resolve(open()),
          realTime: true,
          market: {
            trade: ({ brokerOrderId }, quantity) => { fake.market.trade(brokerOrderId, quantity) }, marketable: () => ({ type: 'market' }),
            refused: () => ({ symbol: 'NOPE' }),
            bust: (execution) => { fake.market.bust(truth(execution)) },
            correct: (execution, price) => { fake.market.correct(truth(execution), price) },
            external: async () => {
              const answer = await fetch(`${url}/v2/orders`, {
                method: 'POST', headers: { 'APCA-API-KEY-ID': keyId, 'APCA-API-SECRET-KEY': secretKey, 'Content-Type': 'application/json' },
                body: JSON.stringify({ symbol: 'AAPL', qty: '5', side: 'buy', type: 'limit', limit_price: '1', time_in_force: 'day' }),
              })
              return ((await answer.json()) as { readonly id: string }).id
            },
          },
          fault: {
            lateAnswer: () => { fake.faults.add({ kind: 'delay', method: 'POST', milliseconds: 900 }) },
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
