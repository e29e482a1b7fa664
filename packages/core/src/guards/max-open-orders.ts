import { formatDecimal, ONE } from '../order/decimal.ts'
import type { Control, LimitUse } from './control.ts'
import { type Decision, defineGuard, type Guard, mostUsed, reject, within } from './guard.ts'
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

/** A limit, and what of an order it goes by; undefined: it is for the whole account. */
interface Count { readonly name: keyof MaxOpenOrdersOptions; readonly what: string; readonly limit: Limit; readonly by: 'symbol' | 'strategy' | undefined }

const countOf = (state: OpenOrders, passes: (order: OpenOrder) => boolean): bigint => {
  let count = 0n
  for (const order of state.values()) if (passes(order)) count += ONE
  return count
}

/** Unfinished orders, unknown ones and those that wait for a code included. A replace opens none. */
export function maxOpenOrders(options: MaxOpenOrdersOptions): Guard<MaxOpenOrdersOptions, OpenOrders, undefined> {
  const counts: Count[] = []
  const read = (name: Count['name'], what: string, by: Count['by']): void => {
    const value = options[name]
    if (value !== undefined) counts.push({ name, what, limit: countOption('maxOpenOrders', name, value), by })
  }
  read('orders', 'of the account', undefined)
  read('perSymbol', 'in the symbol', 'symbol')
  read('perStrategy', 'of the strategy', 'strategy')
  if (counts.length === 0) throw invalidOption('maxOpenOrders', 'orders, perSymbol or perStrategy', 'must be given')
  return defineGuard<MaxOpenOrdersOptions, OpenOrders>({
    name: 'max-open-orders',
    options,
    control,
    withOptions: maxOpenOrders,
    usage: ({ state }) => counts.flatMap(({ name, limit, by }): LimitUse[] => {
      if (by === undefined) return [{ limit: name, maximum: limit.text, used: String(state.size) }]
      const names = new Set([...state.values()].map((open) => open[by]))
      return [...names].map((key) => ({ limit: name, [by]: key ?? '', maximum: limit.text, used: formatDecimal(countOf(state, (open) => open[by] === key)) }))
    }),
    initial: new Map(),
    apply: (state, event) => {
      followOrders(state, event)
      return state
    },
    check: (order, { view, state }): Decision => {
      const own = state.get(order.orderId)
      let shown: Decision | undefined
      for (const { what, limit, by } of counts) {
        const count = countOf(state, (open) => open !== own && (by === undefined || open[by] === order[by])) + ONE
        if (count > limit.units && !view.reducing(order)) {
          const observed = formatDecimal(count)
          return reject('OPEN_ORDERS_EXCEEDED', `it would be unfinished order ${observed} ${what}, the limit is ${limit.text}`, { limit: limit.text, observed })
        }
        shown = mostUsed(shown, within(count, limit.units, limit.text))
      }
      return shown as Decision
    },
  })
}
