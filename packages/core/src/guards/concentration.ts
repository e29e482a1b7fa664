import { divide, formatDecimal, maximum, type Units } from '../order/decimal.ts'
import type { RiskView } from '../risk/risk-view.ts'
import { moneyOf } from '../risk/valuation.ts'
import type { Control, LimitUse } from './control.ts'
import { type Decision, defineGuard, type Guard, mostUsed, reject, within } from './guard.ts'
import { brokerNumber } from './broker-number.ts'
import { invalidOption, optionalLimit } from './option.ts'

export interface ConcentrationOptions {
  /** Most money in one symbol, in percent of the account's equity. Default: no limit. */
  readonly percent?: string
  /** Most money in all symbols together, as a multiple of the account's equity. Default: no limit. */
  readonly leverage?: string
}

const control: Control = {
  prevents: 'An account that puts too much of what it is worth into one symbol, or more than it is worth into all',
  sources: ['SEC 15c3-5 (c)(1)(i)', 'RTS 6 15(4)', 'FIA concentration limits'],
  codes: {
    CONCENTRATION_EXCEEDED: 'One symbol would make too large a part of the account. Place less.',
    LEVERAGE_EXCEEDED: 'All holdings together would be too large for the equity. Place less, or close something.',
  },
  reducing: 'pass',
  tightens: { percent: 'lower', leverage: 'lower' },
}

/** Worst case of the order's symbol, and of all symbols, against the equity that the order's broker reports. */
export function concentration(options: ConcentrationOptions): Guard<ConcentrationOptions, undefined, undefined> {
  const percent = optionalLimit('concentration', 'percent', options.percent)
  const leverage = optionalLimit('concentration', 'leverage', options.leverage)
  if (percent === undefined && leverage === undefined) throw invalidOption('concentration', 'percent or leverage', 'must be given')
  const equityOf = (view: RiskView, broker: string): Units => {
    const equity = brokerNumber(view.accountValues(broker).equity, `account:${broker}`, 'equity')
    // An account worth nothing carries nothing.
    return equity > 0n ? equity : 1n
  }
  return defineGuard({
    name: 'concentration',
    options,
    control,
    withOptions: concentration,
    needs: ['account_values'],
    usage: ({ view, brokers }) => {
      // An order is held to the equity of its own broker: the poorest is nearest to the limit.
      const [first, ...others] = brokers.map((broker) => equityOf(view, broker))
      if (first === undefined) return []
      const equity = others.reduce((least, other) => (other < least ? other : least), first)
      const { gross } = view.portfolio()
      const uses: LimitUse[] = percent === undefined ? [] : view.holdings().map(({ symbol, position, workingBuy, workingSell }) => {
        const most = maximum(position + workingBuy, workingSell - position)
        return { limit: 'percent', symbol, maximum: percent.text, used: formatDecimal(divide(moneyOf(most, view.mark(symbol).ask, view.multiplier(symbol)) * 100n, equity, 'up')) }
      })
      if (leverage !== undefined) uses.push({ limit: 'leverage', maximum: leverage.text, used: formatDecimal(divide(gross, equity, 'up')) })
      return uses
    },
    check: (order, { view }): Decision => {
      const equity = equityOf(view, order.broker)
      const { gross, symbol } = view.portfolio(order)
      const share = divide(symbol * 100n, equity, 'up')
      const times = divide(gross, equity, 'up')
      if (percent !== undefined && share > percent.units && !view.reducing(order)) {
        const observed = formatDecimal(share)
        return reject('CONCENTRATION_EXCEEDED', `${order.symbol} could make ${observed} % of the equity, the limit is ${percent.text} %`, { limit: percent.text, observed })
      }
      if (leverage !== undefined && times > leverage.units && !view.reducing(order)) {
        const observed = formatDecimal(times)
        return reject('LEVERAGE_EXCEEDED', `the holdings could make ${observed} times the equity, the limit is ${leverage.text}`, { limit: leverage.text, observed })
      }
      return mostUsed(percent && within(share, percent.units, percent.text), leverage && within(times, leverage.units, leverage.text))
    },
  })
}
