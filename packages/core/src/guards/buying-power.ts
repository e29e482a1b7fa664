import { formatDecimal, maximum, ONE, parseSigned, type Units } from '../order/decimal.ts'
import type { Execution, StoredEvent } from '../order/event.ts'
import { InputMissing } from '../risk/input-missing.ts'
import { signOf } from '../risk/order-candidate.ts'
import { symbolKey } from '../risk/pair-name.ts'
import type { DatedAccountValues, RiskView } from '../risk/risk-view.ts'
import { moneyOf } from '../risk/valuation.ts'
import { fromIso } from '../runtime/clock.ts'
import { brokerNumber } from './broker-number.ts'
import type { Control } from './control.ts'
import { type Decision, defineGuard, type Guard, reject, within } from './guard.ts'
import { decimalOption } from './option.ts'
import { followValue, type ValueFlow, valueLeft } from './value-flow.ts'

export interface BuyingPowerOptions {
  /** Money to keep untouched, in the account's currency. Default `0`. */
  readonly keep?: string
}

/** A trade that used buying power. */
interface Charge { readonly at: number; readonly broker: string; readonly value: Units }

interface Memory {
  readonly orders: ValueFlow
  /** What is held, by broker and symbol, to tell a sale from a short one. */
  readonly held: Map<string, Units>
  /** Oldest first. */
  charges: Charge[]
}

const control: Control = {
  prevents: 'Orders that together need more money than the broker lends, while its own number lags behind',
  sources: ['SEC 15c3-5 (c)(1)(i)', 'RTS 6 15(4)', 'FIA credit limits'],
  codes: { BUYING_POWER_EXCEEDED: 'The account does not have the money for this order beside those on their way. Place less, or wait.' },
  reducing: 'pass',
  tightens: { keep: 'higher' },
  defaults: { keep: '0' },
}

/** Clocks of brokers differ from ours by less; a trade this close to the broker's word counts beside it. */
const MARGIN = 5000
/** How long trades are remembered: account values must not be older. */
const REMEMBERED = 3_600_000

/** The units of a trade that used buying power: all of a buy, and of a sale what was not held. */
function used(state: Memory, { broker, symbol, side, lastQuantity }: Execution): Units {
  const key = symbolKey(broker, symbol)
  const before = state.held.get(key) ?? 0n
  const quantity = parseSigned(lastQuantity)
  state.held.set(key, before + signOf(side) * quantity)
  return side === 'buy' ? quantity : maximum(0n, quantity - maximum(0n, before))
}

function follow(state: Memory, event: StoredEvent): void {
  if (event.type === 'order_partially_filled' || event.type === 'order_filled') {
    const { execution, orderId } = event.data
    const multiplier = state.orders.get(orderId)?.multiplier ?? ONE
    const value = moneyOf(used(state, execution), parseSigned(execution.lastPrice), multiplier)
    const at = fromIso(event.time)
    if (value > 0n) state.charges.push({ at, broker: execution.broker, value })
    while ((state.charges[0]?.at ?? at) < at - REMEMBERED) state.charges.shift()
  } else if (event.type === 'position_changed' && event.data.source !== 'fill') {
    state.held.set(symbolKey(event.data.broker, event.data.symbol), parseSigned(event.data.quantity))
  } else if (event.type === 'execution_busted' || event.type === 'execution_corrected') {
    // What was charged stays charged until the broker's next word.
    const { execution } = event.data
    const before = event.type === 'execution_corrected' ? event.data.previous : execution
    const key = symbolKey(execution.broker, execution.symbol)
    const now = event.type === 'execution_corrected' ? parseSigned(execution.lastQuantity) : 0n
    state.held.set(key, (state.held.get(key) ?? 0n) + signOf(execution.side) * (now - parseSigned(before.lastQuantity)))
  }
  followValue(state.orders, event)
}

/** Value of unfinished orders at a broker that may still use buying power, without one order. */
function reserved(state: Memory, broker: string, exceptOrder: string): Units {
  let sum = 0n
  const onSale = new Map<string, { quantity: Units; value: Units }>()
  for (const [orderId, order] of state.orders) {
    if (order.broker !== broker || orderId === exceptOrder) continue
    const left = valueLeft(order)
    if (order.side === 'buy') {
      sum += left.value
      continue
    }
    const other = onSale.get(order.symbol) ?? { quantity: 0n, value: 0n }
    onSale.set(order.symbol, { quantity: other.quantity + left.quantity, value: other.value + left.value })
  }
  // Sales of what is held bring money; together they must not go beyond it.
  for (const [symbol, { quantity, value }] of onSale) if (quantity > maximum(0n, state.held.get(symbolKey(broker, symbol)) ?? 0n)) sum += value
  return sum
}

/** What of a broker's buying power is taken without its knowing: reserved, or filled since it was asked. */
function takenFrom(state: Memory, broker: string, askedAt: number, exceptOrder: string): Units {
  let taken = reserved(state, broker, exceptOrder)
  for (const { at, broker: name, value } of state.charges) if (name === broker && at >= askedAt - MARGIN) taken += value
  return taken
}

/** @throws InputMissing when trades since the broker was asked may be forgotten */
function freshValues(view: RiskView, broker: string): DatedAccountValues {
  const values = view.accountValues(broker)
  if (view.now - values.askedAt > REMEMBERED - MARGIN) throw new InputMissing(`account:${broker}`, `the account values of ${broker} are too old`)
  return values
}

const powerOf = (broker: string, { buyingPower: text }: DatedAccountValues): Units => brokerNumber(text, `account:${broker}`, 'buying power')

/**
 * The broker's buying power less everything of ours that is reserved, and less what was filled since the broker was asked (PROTOCOL
 * E3). Orders that the broker counts already are taken off twice: its number says less, never more, than there is.
 */
export function buyingPower(options: BuyingPowerOptions = {}): Guard<BuyingPowerOptions, Memory, undefined> {
  const keep = decimalOption('buyingPower', 'keep', options.keep ?? '0')
  return defineGuard<BuyingPowerOptions, Memory>({
    name: 'buying-power',
    options,
    control,
    withOptions: (changed) => buyingPower(changed),
    needs: ['account_values'],
    // One row for each broker: nothing taken at one helps at another.
    usage: ({ view, state, brokers }) => brokers.map((broker) => {
      const values = freshValues(view, broker)
      return {
        limit: 'buyingPower', ...(brokers.length > 1 && { broker }), maximum: formatDecimal(maximum(0n, powerOf(broker, values) - keep)),
        used: formatDecimal(takenFrom(state, broker, values.askedAt, '')),
      }
    }),
    initial: { orders: new Map(), held: new Map(), charges: [] },
    apply: (state, event) => {
      follow(state, event)
      return state
    },
    check: (order, { view, state }): Decision => {
      const { broker } = order
      const values = freshValues(view, broker)
      const instrument = view.instrument(order.symbol)
      if (instrument !== undefined && instrument.currency !== values.currency) {
        throw new InputMissing(`rate:${instrument.currency}/${values.currency}`, `${order.symbol} trades in ${instrument.currency}, the account counts in ${values.currency}`)
      }
      const limit = maximum(0n, powerOf(broker, values) - takenFrom(state, broker, values.askedAt, order.orderId) - keep)
      const reducing = view.reducing(order)
      // The order's own reservation is left out above, so that a replace needs all of its new terms.
      const need = reducing ? 0n : view.value(order)
      if (need <= limit) return within(need, limit)
      const measured = { limit: formatDecimal(limit), observed: formatDecimal(need) }
      return reject('BUYING_POWER_EXCEEDED', `the order needs ${measured.observed}, ${measured.limit} are left`, measured)
    },
  })
}
