import { formatDecimal, maximum, type Units } from '../order/decimal.ts'
import type { Control } from './control.ts'
import { defineGuard, type Guard, reject, within } from './guard.ts'
import { limitOption } from './option.ts'
import { countedOf, followValue, type ValueFlow } from './value-flow.ts'

export interface DailyNotionalOptions {
  /** Most value that an account may send in a session, buys and sells added up, in its currency. */
  readonly value: string
}

interface Memory { readonly orders: ValueFlow; sum: Units }

const control: Control = {
  prevents: 'More value sent in a session than the desk means to trade',
  sources: ['SEC 15c3-5 (c)(1)(i)', 'RTS 6 15(4)', 'FIA accumulated value per day'],
  codes: { DAILY_NOTIONAL_EXCEEDED: 'The session has sent its share of value. Only orders that reduce a position pass until the next one.' },
  reducing: 'pass',
  tightens: { value: 'lower' },
}

/** Gross value sent since the session began. Cancelled orders stay counted; a replace adds what it raises. */
export function dailyNotional(options: DailyNotionalOptions): Guard<DailyNotionalOptions, Memory, undefined> {
  const limit = limitOption('dailyNotional', 'value', options.value)
  return defineGuard<DailyNotionalOptions, Memory>({
    name: 'daily-notional',
    options,
    control,
    withOptions: dailyNotional,
    usage: ({ state }) => [{ limit: 'value', maximum: limit.text, used: formatDecimal(state.sum) }],
    initial: { orders: new Map(), sum: 0n },
    apply: (state, event) => {
      if (event.type === 'session_rolled') state.sum = 0n
      const sent = followValue(state.orders, event)
      if (sent !== undefined) state.sum += maximum(0n, sent.value)
      return state
    },
    check: (order, { view, state }) => {
      // Without a session there is nothing to count from.
      view.sessionId()
      const counted = countedOf(state.orders, order)
      const sum = state.sum + maximum(0n, view.value(order) - counted)
      if (sum <= limit.units || view.reducing(order)) return within(sum, limit.units, limit.text)
      const observed = formatDecimal(sum)
      return reject('DAILY_NOTIONAL_EXCEEDED', `the session would have sent ${observed}, the limit is ${limit.text}`, { limit: limit.text, observed })
    },
  })
}
