// Shows a guard of your own at work: the same order a moment after the open, and a minute later.
//   node --conditions=@sluice/source examples/custom-guard/main.ts
import { type BrokerAdapter, createExecutionService, type MarketSession, simulatedBroker } from '@sluice/core'
import { quietOpen } from './quiet-open.ts'

/** The simulated market never closes: this one opened when we say. */
function openedAgo(broker: BrokerAdapter, seconds: number): BrokerAdapter {
  const session = async (_symbol: string, at: number): Promise<MarketSession> => ({ phase: 'open', since: at - seconds * 1000, until: at + 3_600_000 })
  return { ...broker, reference: { instrument: async (symbol) => broker.reference?.instrument(symbol), session } }
}

for (const seconds of [2, 60]) {
  const service = await createExecutionService({ broker: openedAgo(simulatedBroker(), seconds), guards: [quietOpen({ seconds: 30 })] })
  const order = await service.placeOrder({ symbol: 'AAPL', side: 'buy', type: 'market', quantity: '1', timeInForce: 'day' })
  const verdict = order.status === 'denied' ? `denied, ${order.denial.code}: ${order.denial.message}` : `sent, ${order.status}`
  console.log(`${seconds} s after the open: ${verdict}`)
  await service.close()
}
