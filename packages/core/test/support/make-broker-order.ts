import type { BrokerOrder } from '../../src/broker/broker-adapter.ts'

/** A resting limit order as a broker shows it. */
export function makeBrokerOrder(overrides: Partial<BrokerOrder> = {}): BrokerOrder {
  return {
    clientOrderId: undefined, brokerOrderId: 'B1', symbol: 'AAPL', side: 'buy', type: 'limit', quantity: '10', notional: undefined, limitPrice: '90', stopPrice: undefined,
    timeInForce: 'day', status: 'new', filledQuantity: '0', averagePrice: undefined, executions: undefined, createdAt: '2026-01-05T15:00:00.000Z', updatedAt: '2026-01-05T15:00:00.000Z',
    ...overrides,
  }
}
