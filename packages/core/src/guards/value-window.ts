import { formatDecimal, maximum } from '../order/decimal.ts'
import { fromIso } from '../runtime/clock.ts'
import type { Control } from './control.ts'
import { defineGuard, type Guard, reject, within } from './guard.ts'
import { limitOption, numberOption } from './option.ts'
import { countedOf, flowSide, followValue, laneOf, type ValueFlow } from './value-flow.ts'
import { addTo, sumOf, sumsNow, windowOf, type WindowSums } from './window-sum.ts'

export interface ValueWindowOptions {
  /** Most value that may be sent on one symbol and side within the window, in the instrument's currency. */
  readonly value: string
  /** Seconds over which it is added up. Default 60. */
  readonly seconds?: number
}

interface Memory { readonly sums: WindowSums; readonly orders: ValueFlow }

const control: Control = {
  prevents: 'Many orders in a short time that make what one order may not: a loop that slices',
  sources: ['SEC 15c3-5 (c)(1)(ii)', 'RTS 6 15(1)(a)', 'FIA repeated value limits'],
  codes: { VALUE_WINDOW_EXCEEDED: 'Too much value was sent on this symbol and side within the window. Wait, or place less.' },
  reducing: 'pass',
  tightens: { value: 'lower', seconds: 'restart' },
  defaults: { seconds: 60 },
}

/**
 * Value sent on one symbol and side within a sliding window (SEC 15c3-5 (c)(1)(ii), "over a short period of time"). Every order that
 * is sent counts at once and stays counted when it is cancelled; a replace adds what it raises.
 */
export function valueWindow(options: ValueWindowOptions): Guard<ValueWindowOptions, Memory, undefined> {
  const limit = limitOption('valueWindow', 'value', options.value)
  const seconds = numberOption('valueWindow', 'seconds', options.seconds ?? 60)
  const length = windowOf(seconds)
  return defineGuard<ValueWindowOptions, Memory>({
    name: 'value-window',
    options,
    control,
    withOptions: valueWindow,
    usage: ({ view, state }) => sumsNow(state.sums, view.now, length).map(({ name, sum }) => {
      const [symbol = '', side] = name.split(' ')
      return { limit: 'value', symbol, side: side as 'buy' | 'sell', maximum: limit.text, used: formatDecimal(sum) }
    }),
    initial: { sums: new Map(), orders: new Map() },
    apply: (state, event) => {
      const sent = followValue(state.orders, event)
      if (sent !== undefined) addTo(state.sums, laneOf(sent.symbol, sent.side), sent.value, fromIso(event.time), length)
      return state
    },
    check: (order, { view, state }) => {
      const counted = countedOf(state.orders, order)
      const sum = maximum(0n, view.value(order) - counted) + sumOf(state.sums, laneOf(order.symbol, flowSide(order.side)), view.now, length)
      if (sum <= limit.units || view.reducing(order)) return within(sum, limit.units, limit.text)
      const observed = formatDecimal(sum)
      return reject('VALUE_WINDOW_EXCEEDED', `orders worth ${observed} on ${order.symbol} would have been sent within ${seconds} s, the limit is ${limit.text}`, { limit: limit.text, observed })
    },
  })
}
