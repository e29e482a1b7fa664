import type { BrokerCapabilities } from '../broker/broker-adapter.ts'
import { ONE, parseDecimal, type Units } from '../order/decimal.ts'
import type { OrderCandidate } from '../risk/order-candidate.ts'
import { allow, type Decision, defineGuard, type Guard, reject } from './guard.ts'

function unsupported(what: string, observed: string, supported: string): Decision {
  return reject('CAPABILITY_UNSUPPORTED', `the broker does not take ${what}`, { limit: supported, observed })
}

function checkCapabilities({ terms, quantity }: OrderCandidate, can: BrokerCapabilities): Decision | undefined {
  if (!can.orderTypes.includes(terms.type)) return unsupported('this order type', terms.type, can.orderTypes.join(' '))
  if (!can.timesInForce.includes(terms.timeInForce)) return unsupported('this time in force', terms.timeInForce, can.timesInForce.join(' '))
  if (terms.orderClass !== undefined && !can.orderClasses.includes(terms.orderClass)) {
    return unsupported('this order class', terms.orderClass, can.orderClasses.join(' ') || 'none')
  }
  if (terms.notional !== undefined && !can.notional) return unsupported('orders by money; give a quantity', 'notional', 'quantity')
  if (terms.notional === undefined && quantity % ONE !== 0n && !can.fractional) return unsupported('fractions; give a whole quantity', 'fractional', 'whole')
  if (terms.extendedHours && !can.extendedHours) return unsupported('extended hours', 'extended', 'regular')
  if (terms.side === 'sell_short' && !can.shortSelling) return unsupported('short sales', 'sell_short', 'buy sell')
  return undefined
}

function offStep(value: Units | undefined, step: string): boolean {
  return value !== undefined && value % parseDecimal(step) !== 0n
}

/** Always on: what the broker or the instrument would refuse is denied before it is sent. */
export const wellFormedGuard: Guard<null, undefined, undefined> = defineGuard({
  name: 'well-formed',
  options: null,
  check: (order, { view }) => {
    const incapable = checkCapabilities(order, view.capabilities(order.broker))
    if (incapable !== undefined) return incapable
    const instrument = view.instrument(order.symbol)
    if (instrument === undefined) return allow
    if (!instrument.tradable) return reject('INSTRUMENT_NOT_TRADABLE', `${order.symbol} is not tradable now`)
    if (order.side === 'sell_short' && !instrument.shortable) return reject('INSTRUMENT_NOT_SHORTABLE', `${order.symbol} cannot be sold short`)
    if (offStep(order.limitPrice, instrument.tickSize) || offStep(order.stopPrice, instrument.tickSize)) {
      return reject('PRICE_OFF_TICK', `prices of ${order.symbol} are multiples of ${instrument.tickSize}`, { limit: instrument.tickSize, observed: order.terms.limitPrice ?? order.terms.stopPrice ?? '' })
    }
    if (order.terms.quantity !== undefined && offStep(parseDecimal(order.terms.quantity), instrument.lotSize)) {
      return reject('QUANTITY_OFF_LOT', `quantities of ${order.symbol} are multiples of ${instrument.lotSize}`, { limit: instrument.lotSize, observed: order.terms.quantity })
    }
    return allow
  },
})
