import { absolute, formatDecimal, maximum, type Units } from '../order/decimal.ts'
import type { Control } from './control.ts'
import { defineGuard, type Guard, reject, within } from './guard.ts'
import { decimalOption } from './option.ts'

export interface MaxPositionOptions {
  /** Largest position in units of the instrument, long or short. */
  readonly quantity: string
  /** Largest short position; default the same as `quantity`. `'0'` forbids shorts. */
  readonly shortQuantity?: string
  /** Other limits for single symbols. */
  readonly symbols?: Readonly<Record<string, { readonly quantity: string; readonly shortQuantity?: string }>>
}

const control: Control = {
  prevents: 'A position larger than the limit, long or short, whatever fills first',
  sources: ['SEC 15c3-5 (c)(1)(i)', 'RTS 6 15(4)', 'FIA maximum intraday position'],
  codes: { POSITION_LIMIT_EXCEEDED: 'The position could grow beyond its limit. Place less, or wait until working orders end.' },
  reducing: 'pass',
  tightens: { quantity: 'lower', shortQuantity: 'lower', symbols: 'symbols' },
  defaults: { shortQuantity: '=quantity' },
}

interface Limit { readonly units: Units; readonly text: string }
interface Limits { readonly long: Limit; readonly short: Limit }

/**
 * Net position per symbol, worst case on both sides: what is held plus everything that unfinished orders (pending, working and
 * unknown ones) may still add on the order's side (RTS 6 article 15, FIA maximum intraday position).
 */
export function maxPosition(options: MaxPositionOptions): Guard<MaxPositionOptions, undefined, undefined> {
  const limitsOf = (of: { readonly quantity: string; readonly shortQuantity?: string }, path: string): Limits => {
    const limitOf = (option: string, value: string): Limit => {
      const units = decimalOption('maxPosition', `${path}${option}`, value)
      return { units, text: formatDecimal(units) }
    }
    const long = limitOf('quantity', of.quantity)
    return { long, short: of.shortQuantity === undefined ? long : limitOf('shortQuantity', of.shortQuantity) }
  }
  const general = limitsOf(options, '')
  const special = new Map(Object.entries(options.symbols ?? {}).map(([symbol, of]) => [symbol, limitsOf(of, `symbols.${symbol}.`)]))
  return defineGuard({
    name: 'max-position',
    options,
    control,
    withOptions: maxPosition,
    usage: ({ view }) => view.holdings().map(({ symbol, position, workingBuy, workingSell }) => {
      const { long, short } = special.get(symbol) ?? general
      const up = position + workingBuy
      const down = workingSell - position
      return up >= down
        ? { limit: 'quantity', symbol, side: 'buy' as const, maximum: long.text, used: formatDecimal(up) }
        : { limit: 'shortQuantity', symbol, side: 'sell' as const, maximum: short.text, used: formatDecimal(down) }
    }),
    check: (order, { view }) => {
      const { long, short } = special.get(order.symbol) ?? general
      const { position, workingBuy, workingSell } = view.exposure(order)
      const buying = order.side === 'buy'
      const worst = buying ? position + workingBuy + order.quantity : workingSell + order.quantity - position
      const limit = buying ? long : short
      if (worst <= limit.units) return within(maximum(0n, worst), limit.units, limit.text)
      if (view.reducing(order)) return within(absolute(position), maximum(long.units, short.units))
      const measured = { limit: limit.text, observed: formatDecimal(worst) }
      return reject('POSITION_LIMIT_EXCEEDED', `the ${buying ? 'long' : 'short'} position in ${order.symbol} could reach ${measured.observed}, the limit is ${measured.limit}`, measured)
    },
  })
}
