import type { BrokerCapabilities } from '@sluice/core'
import type { AlpacaSettings } from './options.ts'

export function capabilitiesOf({ environment, visibilityLag }: AlpacaSettings): BrokerCapabilities {
  return {
    environment,
    orderTypes: ['market', 'limit', 'stop', 'stop_limit', 'trailing_stop'],
    timesInForce: ['day', 'gtc', 'opg', 'cls', 'ioc', 'fok'],
    orderClasses: ['bracket', 'oco', 'oto'],
    notional: true,
    fractional: true,
    extendedHours: true,
    shortSelling: true,
    replace: true,
    // By a look-up first; a cancel is never refused because the order is not visible yet.
    cancelByClientOrderId: true,
    positions: true,
    executions: true,
    dedupesClientOrderId: true,
    absence: { visibilityLag, historyComplete: true },
    clientOrderId: { maximumLength: 48 },
  }
}
