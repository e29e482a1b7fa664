import { formatDecimal, type Units } from '../order/decimal.ts'
import type { Control } from './control.ts'
import { type Decision, defineGuard, type Guard, mostUsed, reject, within } from './guard.ts'
import { type Limit, limitOption, optionalLimit } from './option.ts'

export interface GrossExposureOptions {
  /** Most money in longs and shorts together, in the account's currency. */
  readonly gross: string
  /** Most money in longs less shorts, or shorts less longs. Default: no limit beyond `gross`. */
  readonly net?: string
}

const control: Control = {
  prevents: 'An account that holds more in all its symbols together than its capital is meant for',
  sources: ['SEC 15c3-5 (c)(1)(i)', 'RTS 6 15(4)', 'FIA gross and net exposure limits'],
  codes: {
    GROSS_EXPOSURE_EXCEEDED: 'Longs and shorts together could exceed the limit. Place less, or close something.',
    NET_EXPOSURE_EXCEEDED: 'Longs less shorts could exceed the limit. Place less, or close something.',
  },
  reducing: 'pass',
  tightens: { gross: 'lower', net: 'lower' },
}

/** Worst case of every holding, working and unknown orders included, at fresh prices (SEC 15c3-5 (c)(1)(i)). */
export function grossExposure(options: GrossExposureOptions): Guard<GrossExposureOptions, undefined, undefined> {
  const gross = limitOption('grossExposure', 'gross', options.gross)
  const net = optionalLimit('grossExposure', 'net', options.net)
  const exceeded = (code: string, what: string, limit: Limit, units: Units): Decision => {
    const observed = formatDecimal(units)
    return reject(code, `the ${what} exposure of the account could reach ${observed}, the limit is ${limit.text}`, { limit: limit.text, observed })
  }
  return defineGuard({
    name: 'gross-exposure',
    options,
    control,
    withOptions: grossExposure,
    usage: ({ view }) => {
      const portfolio = view.portfolio()
      return [
        { limit: 'gross', maximum: gross.text, used: formatDecimal(portfolio.gross) },
        ...(net === undefined ? [] : [{ limit: 'net', maximum: net.text, used: formatDecimal(portfolio.net) }]),
      ]
    },
    check: (order, { view }): Decision => {
      const portfolio = view.portfolio(order)
      if (portfolio.gross > gross.units && !view.reducing(order)) return exceeded('GROSS_EXPOSURE_EXCEEDED', 'gross', gross, portfolio.gross)
      if (net !== undefined && portfolio.net > net.units && !view.reducing(order)) return exceeded('NET_EXPOSURE_EXCEEDED', 'net', net, portfolio.net)
      return mostUsed(within(portfolio.gross, gross.units, gross.text), net && within(portfolio.net, net.units, net.text))
    },
  })
}
