import type { BrokerCapabilities, Instrument } from '../broker/broker-adapter.ts'
import { ONE, parseBrokerDecimal, parseDecimal } from '../order/decimal.ts'
import { InputMissing } from '../risk/input-missing.ts'
import type { OrderCandidate } from '../risk/order-candidate.ts'
import type { RiskView } from '../risk/risk-view.ts'
import type { Control } from './control.ts'
import { allow, type Decision, defineGuard, type Guard, reject } from './guard.ts'

function unsupported(what: string, observed: string, supported: string): Decision {
  return reject('CAPABILITY_UNSUPPORTED', `the broker does not take ${what}`, { limit: supported, observed })
}

const isFractional = ({ terms }: OrderCandidate): boolean => terms.quantity !== undefined && parseDecimal(terms.quantity) % ONE !== 0n

function checkCapabilities(order: OrderCandidate, can: BrokerCapabilities, view: RiskView): Decision | undefined {
  const { terms } = order
  if (!can.orderTypes.includes(terms.type)) return unsupported('this order type', terms.type, can.orderTypes.join(' '))
  if (!can.timesInForce.includes(terms.timeInForce)) return unsupported('this time in force', terms.timeInForce, can.timesInForce.join(' '))
  if (terms.orderClass !== undefined && !can.orderClasses.includes(terms.orderClass)) {
    return unsupported('this order class', terms.orderClass, can.orderClasses.join(' ') || 'none')
  }
  if (terms.notional !== undefined && !can.notional) return unsupported('orders by money; give a quantity', 'notional', 'quantity')
  if (!can.fractional && isFractional(order)) return unsupported('fractions; give a whole quantity', 'fractional', 'whole')
  if (terms.extendedHours && !can.extendedHours) return unsupported('extended hours', 'extended', 'regular')
  if (can.shortSelling) return undefined
  if (terms.side === 'sell_short') return unsupported('short sales', 'sell_short', 'buy sell')
  // What is held is known only where the books agree; the reconciliation guard denies the rest.
  if (terms.side === 'sell' && view.reconciled(order.broker) && !view.reducing(order)) {
    return unsupported('sells of more than is held and not yet on sale', 'short', 'long')
  }
  return undefined
}

/** A broker's step as a number; a step nobody can read is missing data. */
function stepOf(text: string, { symbol }: Instrument, name: string): bigint {
  const units = parseBrokerDecimal(text)?.units
  if (units === undefined || units <= 0n) throw new InputMissing(`instrument:${symbol}`, `the ${name} of ${symbol} cannot be read`)
  return units
}

function checkInstrument(order: OrderCandidate, instrument: Instrument, view: RiskView): Decision {
  const { symbol, terms } = order
  const money = view.currency()
  // What is held in other money, whoever bought it, may still be closed.
  if (money !== undefined && instrument.currency !== money && !view.reducing(order)) {
    return reject('CURRENCY_MISMATCH', `${symbol} trades in ${instrument.currency}, the account counts in ${money}, and nothing converts between them`, { limit: money, observed: instrument.currency })
  }
  if (!instrument.tradable) return reject('INSTRUMENT_NOT_TRADABLE', `${symbol} is not tradable now`)
  if (order.side === 'sell_short' && !instrument.shortable) return reject('INSTRUMENT_NOT_SHORTABLE', `${symbol} cannot be sold short`)
  if (!instrument.fractionable && (terms.notional !== undefined || isFractional(order))) {
    return reject('INSTRUMENT_NOT_FRACTIONABLE', `${symbol} trades in whole units only`, { limit: 'whole', observed: terms.quantity ?? 'notional' })
  }
  const tick = stepOf(instrument.tickSize, instrument, 'tick size')
  const prices = [terms.limitPrice, terms.stopPrice, terms.takeProfit?.limitPrice, terms.stopLoss?.stopPrice, terms.stopLoss?.limitPrice]
  const offTick = prices.find((price) => price !== undefined && parseDecimal(price) % tick !== 0n)
  if (offTick !== undefined) return reject('PRICE_OFF_TICK', `prices of ${symbol} are multiples of ${instrument.tickSize}`, { limit: instrument.tickSize, observed: offTick })
  if (terms.quantity !== undefined && parseDecimal(terms.quantity) % stepOf(instrument.lotSize, instrument, 'lot size') !== 0n) {
    return reject('QUANTITY_OFF_LOT', `quantities of ${symbol} are multiples of ${instrument.lotSize}`, { limit: instrument.lotSize, observed: terms.quantity })
  }
  return allow
}

const control: Control = {
  prevents: 'What the broker or the instrument does not take',
  sources: ['SEC 15c3-5 (c)(1)(ii)', 'RTS 6 15(1)', 'FIA order validity'],
  codes: {
    CAPABILITY_UNSUPPORTED: 'The broker does not take this kind of order: `limit` says what it takes.',
    CURRENCY_MISMATCH: 'The symbol trades in other money than the account counts in. Nothing converts money here: use an account in that currency.',
    INSTRUMENT_NOT_TRADABLE: 'The symbol does not trade now.',
    INSTRUMENT_NOT_SHORTABLE: 'The symbol cannot be sold short.',
    INSTRUMENT_NOT_FRACTIONABLE: 'The symbol trades in whole units only.',
    PRICE_OFF_TICK: 'A price is no multiple of the smallest price step.',
    QUANTITY_OFF_LOT: 'The quantity is no multiple of the smallest quantity step.',
  },
  reducing: 'held',
  tightens: {},
}

/** Always on: what the broker or the instrument would refuse is denied before it is sent, and so is what trades in other money than the account's. */
export const wellFormedGuard: Guard<null, undefined, undefined> = defineGuard({
  name: 'well-formed',
  options: null,
  control,
  check: (order, { view }) => {
    const incapable = checkCapabilities(order, view.capabilities(order.broker), view)
    if (incapable !== undefined) return incapable
    const instrument = view.instrument(order.symbol)
    return instrument === undefined ? allow : checkInstrument(order, instrument, view)
  },
})
