import { formatDecimal } from '../order/decimal.ts'
import type { Control } from './control.ts'
import { defineGuard, type Guard, reject, within } from './guard.ts'
import { decimalOption } from './option.ts'

export interface OrderValueOptions {
  /** Largest value of one order, in the instrument's currency; more is rejected. */
  readonly reject: string
}

const control: Control = {
  prevents: 'One order that moves more money than the limit',
  sources: ['RTS 6 15(1)(b)', 'SEC 15c3-5 (c)(1)(ii)', 'FIA maximum order value'],
  codes: { ORDER_VALUE_EXCEEDED: 'The order may cost more than the limit. Place less.' },
  reducing: 'held',
  tightens: { reject: 'lower' },
}

/** Value of one order at its worst price (RTS 6 article 15(1)(b), SEC 15c3-5 (c)(1)(ii)). */
export function orderValue(options: OrderValueOptions): Guard<OrderValueOptions, undefined, undefined> {
  const limit = decimalOption('orderValue', 'reject', options.reject)
  const limitText = formatDecimal(limit)
  return defineGuard({
    name: 'order-value',
    options,
    control,
    withOptions: orderValue,
    check: (order, { view }) => {
      const value = view.value(order)
      if (value <= limit) return within(value, limit, limitText)
      return reject('ORDER_VALUE_EXCEEDED', `the order may cost ${formatDecimal(value)}, the limit is ${options.reject}`, { limit: limitText, observed: formatDecimal(value) })
    },
  })
}
