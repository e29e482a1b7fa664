import { formatDecimal, ONE } from '../order/decimal.ts'
import type { OrderCandidate } from '../risk/order-candidate.ts'
import type { Control } from './control.ts'
import { type Decision, defineGuard, type Guard, reject, within } from './guard.ts'
import { followOrders, type OpenOrder, type OpenOrders } from './open-orders.ts'
import { countOption, invalidOption, type Limit } from './option.ts'

export interface MaxOpenOrdersOptions {
  /** Most unfinished orders of the account. Default: no limit. */
  readonly orders?: number
  /** Most unfinished orders in one symbol. Default: no limit. */
  readonly perSymbol?: number
  /** Most unfinished orders of one strategy; orders without one count together. Default: no limit. */
  readonly perStrategy?: number
}

const control: Control = {
  prevents: 'More unfinished orders than anyone can watch or sweep',
  sources: ['RTS 6 15(1)(d)', 'FIA working order limits'],
  codes: { OPEN_ORDERS_EXCEEDED: 'Too many orders are unfinished. Cancel some, or wait until they end.' },
  reducing: 'pass',
  tightens: { orders: 'lower', perSymbol: 'lower', perStrategy: 'lower' },
}

interface Count { readonly what: string; readonly limit: Limit; readonly covers: (open: OpenOrder, order: OrderCandidate) => boolean }

const countOf = (state: OpenOrders, passes: (order: OpenOrder) => boolean): bigint => {
  let count = 0n
  for (const order of state.values()) if (passes(order)) count += ONE
  return count
}

/** Unfinished orders, unknown ones and those that wait for a code included. A replace opens none. */
export function maxOpenOrders(options: MaxOpenOrdersOptions): Guard<MaxOpenOrdersOptions, OpenOrders, undefined> {
  const counts: Count[] = []
  const read = (name: keyof MaxOpenOrdersOptions, what: string, covers: Count['covers']): void => {
    const value = options[name]
    if (value !== undefined) counts.push({ what, limit: countOption('maxOpenOrders', name, value), covers })
  }
  read('orders', 'of the account', () => true)
  read('perSymbol', 'in the symbol', (open, order) => open.symbol === order.symbol)
  read('perStrategy', 'of the strategy', (open, order) => open.strategy === order.strategy)
  if (counts.length === 0) throw invalidOption('maxOpenOrders', 'orders, perSymbol or perStrategy', 'must be given')
  return defineGuard<MaxOpenOrdersOptions, OpenOrders>({
    name: 'max-open-orders',
    options,
    control,
    withOptions: maxOpenOrders,
    usage: ({ state }) => (options.orders === undefined ? [] : [{ limit: 'orders', maximum: String(options.orders), used: String(state.size) }]),
    initial: new Map(),
    apply: (state, event) => {
      followOrders(state, event)
      return state
    },
    check: (order, { view, state }): Decision => {
      const own = state.get(order.orderId)
      let shown: Decision | undefined
      for (const { what, limit, covers } of counts) {
        const count = countOf(state, (open) => open !== own && covers(open, order)) + ONE
        if (count > limit.units && !view.reducing(order)) {
          const observed = formatDecimal(count)
          return reject('OPEN_ORDERS_EXCEEDED', `it would be unfinished order ${observed} ${what}, the limit is ${limit.text}`, { limit: limit.text, observed })
        }
        shown ??= within(count, limit.units, limit.text)
      }
      return shown as Decision
    },
  })
}
