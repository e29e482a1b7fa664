import { ONE } from '../../order/decimal.ts'
import { ORDER_CLASSES, ORDER_TYPES, TIMES_IN_FORCE } from '../../order/request.ts'
import type { BrokerCapabilities } from '../broker-adapter.ts'
import type { SimulatedSettings } from './simulated-options.ts'

export function capabilitiesOf(settings: SimulatedSettings): BrokerCapabilities {
  return {
    environment: 'paper',
    orderTypes: ORDER_TYPES,
    timesInForce: TIMES_IN_FORCE,
    orderClasses: ORDER_CLASSES,
    // What money buys is rarely whole units.
    notional: settings.lot < ONE,
    fractional: settings.lot < ONE,
    extendedHours: true,
    shortSelling: settings.shortSelling,
    replace: true,
    cancelByClientOrderId: true,
    positions: true,
    executions: true,
    dedupesClientOrderId: true,
    // Requests on their way die with the process, and what was booked is visible at once.
    absence: { visibilityLag: 0, historyComplete: settings.history === Number.POSITIVE_INFINITY },
    clientOrderId: { maximumLength: 64 },
  }
}
