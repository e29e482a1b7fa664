import { absolute, maximum, type Units } from '../order/decimal.ts'
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

interface Limits { readonly long: Units; readonly short: Units }

/**
 * Net position per symbol, worst case on both sides: what is held plus everything that unfinished orders (pending, working and
 * unknown ones) may still add on the order's side (RTS 6 article 15, FIA maximum intraday position).
 */
export function maxPosition(options: MaxPositionOptions): Guard<MaxPositionOptions, undefined, undefined> {
  const limitsOf = (of: { readonly quantity: string; readonly shortQuantity?: string }, path: string): Limits => {
    const long = decimalOption('maxPosition', `${path}quantity`, of.quantity)
    return { long, short: of.shortQuantity === undefined ? long : decimalOption('maxPosition', `${path}shortQuantity`, of.shortQuantity) }
  }
  const general = limitsOf(options, '')
  const special = new Map(Object.entries(options.symbols ?? {}).map(([symbol, of]) => [symbol, limitsOf(of, `symbols.${symbol}.`)]))
  return defineGuard({
    name: 'max-position',
    options,
    check: (order, { view }) => {
      const { long, short } = special.get(order.symbol) ?? general
      const { position, workingBuy, workingSell } = view.exposure(order)
      const buying = order.side === 'buy'
      const worst = buying ? position + workingBuy + order.quantity : workingSell + order.quantity - position
      const limit = buying ? long : short
      if (worst <= limit) return within(maximum(0n, worst), limit)
      if (view.reducing(order)) return within(absolute(position), maximum(long, short))
      const shown = within(worst, limit)
      return reject('POSITION_LIMIT_EXCEEDED', `the ${buying ? 'long' : 'short'} position in ${order.symbol} could reach ${shown.observed ?? ''}, the limit is ${shown.limit ?? ''}`, {
        limit: shown.limit ?? '', observed: shown.observed ?? '',
      })
    },
  })
}
