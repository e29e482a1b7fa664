import { formatDecimal, maximum, type Units } from '../order/decimal.ts'
import { InputMissing } from '../risk/input-missing.ts'
import type { Control } from './control.ts'
import { allow, type Decision, defineGuard, type Guard, reject, within } from './guard.ts'
import { limitOption } from './option.ts'

export interface ShortSellingOptions {
  /** Units that may be sold short, by symbol: what was located. Default: none of any. */
  readonly located?: Readonly<Record<string, string>>
}

const control: Control = {
  prevents: 'A sale of what is neither held nor located',
  sources: ['SEC Regulation SHO 203(b)', 'SEC 15c3-5 (c)(1)(ii)', 'RTS 6 15(4)'],
  codes: { SHORT_NOT_LOCATED: 'The order would sell more than is held and located. Sell less, or locate more.' },
  reducing: 'pass',
  tightens: { located: 'lower' },
}

/** Sells beyond what is held at the order's own broker, worst case over everything that is on sale, against what was located there. */
export function shortSelling(options: ShortSellingOptions = {}): Guard<ShortSellingOptions, undefined, undefined> {
  const located = new Map<string, Units>(Object.entries(options.located ?? {}).map(([symbol, quantity]) => [symbol, limitOption('shortSelling', `located.${symbol}`, quantity).units]))
  return defineGuard({
    name: 'short-selling',
    options,
    control,
    withOptions: (changed) => shortSelling(changed),
    check: (order, { view }): Decision => {
      if (order.side === 'buy' || view.reducing(order)) return allow
      if (!view.reconciled(order.broker)) throw new InputMissing(`position:${order.symbol}`, `what is held of ${order.symbol} is not known now`)
      const { position, workingSell } = view.exposure(order, order.broker)
      const short = maximum(0n, workingSell + order.quantity - position)
      const limit = located.get(order.symbol) ?? 0n
      if (short <= limit) return within(short, limit)
      const measured = { limit: formatDecimal(limit), observed: formatDecimal(short) }
      return reject('SHORT_NOT_LOCATED', `${measured.observed} ${order.symbol} would be short, ${measured.limit} are located`, measured)
    },
  })
}
