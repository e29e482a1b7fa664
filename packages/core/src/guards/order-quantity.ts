import { formatDecimal, maximum, parseDecimal } from '../order/decimal.ts'
import type { Control } from './control.ts'
import { defineGuard, type Guard, reject, within } from './guard.ts'
import { bySymbol, limitOption } from './option.ts'

export interface OrderQuantityOptions {
  /** Most units of one order; more is rejected. */
  readonly quantity: string
  /** Other limits for single symbols. */
  readonly symbols?: Readonly<Record<string, { readonly quantity: string }>>
}

const control: Control = {
  prevents: 'One order of more units than the limit',
  sources: ['RTS 6 15(1)(c)', 'SEC 15c3-5 (c)(1)(ii)', 'FIA maximum order size'],
  codes: { ORDER_QUANTITY_EXCEEDED: 'The order has more units than the limit. Place less.' },
  reducing: 'held',
  tightens: { quantity: 'lower', symbols: 'symbols' },
}

/** Units of one order, or the most an order by money may become (RTS 6 article 15(1)(c)). */
export function orderQuantity(options: OrderQuantityOptions): Guard<OrderQuantityOptions, undefined, undefined> {
  const limitOf = bySymbol(limitOption('orderQuantity', 'quantity', options.quantity), options.symbols, ({ quantity }, path) => limitOption('orderQuantity', `${path}quantity`, quantity))
  return defineGuard({
    name: 'order-quantity',
    options,
    control,
    withOptions: orderQuantity,
    check: (order, { view }) => {
      const { terms } = order
      // What money becomes is only bounded by a price.
      if (terms.quantity === undefined) view.mark(order.symbol)
      const quantity = terms.quantity === undefined ? order.quantity : maximum(order.quantity, parseDecimal(terms.quantity))
      const limit = limitOf(order.symbol)
      if (quantity <= limit.units) return within(quantity, limit.units, limit.text)
      const observed = formatDecimal(quantity)
      return reject('ORDER_QUANTITY_EXCEEDED', `the order has ${observed} units of ${order.symbol}, the limit is ${limit.text}`, { limit: limit.text, observed })
    },
  })
}
