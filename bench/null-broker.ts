import type { AdapterContext, ApprovedOrder, BrokerAdapter } from '@sluice/core'

interface NullBrokerOptions {
  /** Which orders fill at once. Default none; what does not fill ends by a cancel. */
  readonly fills?: boolean | ((order: ApprovedOrder) => boolean)
}

/** A broker that costs nothing: what remains is the price of Sluice itself. `written` is called where bytes would leave. */
export function nullBroker(written: () => void, { fills = false }: NullBrokerOptions = {}): BrokerAdapter {
  let context: AdapterContext | undefined
  let orders = 0
  const time = '2026-01-02T15:00:00.000Z'
  return {
    capabilities: {
      environment: 'paper', orderTypes: ['market', 'limit'], timesInForce: ['day'], orderClasses: [], notional: false, fractional: true,
      extendedHours: false, shortSelling: true, replace: false, cancelByClientOrderId: false, positions: true, executions: true, dedupesClientOrderId: true,
      absence: { visibilityLag: 0, historyComplete: true }, clientOrderId: { maximumLength: 64 },
    },
    connect: (given) => {
      context = given
      return Promise.resolve()
    },
    submit: (order) => {
      if (!order.permit()) return Promise.resolve({ kind: 'not_sent', reason: 'no permit', retryable: true })
      written()
      orders += 1
      const brokerOrderId = `n${orders}`
      const { clientOrderId, terms: { symbol, side, quantity: lastQuantity = '0' } } = order
      if (typeof fills === 'function' ? fills(order) : fills) void context?.deliver({ kind: 'fill', execution: { executionId: `e${orders}`, brokerOrderId, clientOrderId, symbol, side, lastQuantity, lastPrice: '100', time } })
      return Promise.resolve({ kind: 'accepted', brokerOrderId })
    },
    cancel: ({ brokerOrderId }) => {
      if (brokerOrderId !== undefined) void context?.deliver({ kind: 'canceled', brokerOrderId })
      return Promise.resolve({ kind: 'accepted' })
    },
    replace: () => Promise.resolve({ kind: 'refused', code: 'UNSUPPORTED', message: 'no replaces here' }),
    lookup: () => Promise.resolve({ kind: 'indeterminate', reason: 'keeps nothing' }),
    snapshot: () => Promise.resolve({
      asOf: 0, openOrders: { status: 'present', value: [] }, executions: { status: 'present', value: [] },
      positions: { status: 'present', value: [] }, account: { status: 'unavailable', reason: 'has none' },
    }),
    marketData: {
      quote: (symbol) => Promise.resolve({ symbol, bid: '99.99', ask: '100.01', time }),
      watch: () => undefined,
    },
    close: () => Promise.resolve(),
  }
}
