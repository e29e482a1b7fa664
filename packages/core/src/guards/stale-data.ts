import type { Control } from './control.ts'
import { allow, defineGuard, type Guard } from './guard.ts'

const control: Control = {
  prevents: 'An order measured with a price that is missing or too old',
  sources: ['RTS 6 15(1)(a)', 'RTS 6 16', 'FIA price tolerance'],
  codes: { INPUT_MISSING: 'Something that the decision needs is missing or too old: `observed` names it. Orders that provably reduce a position pass.' },
  reducing: 'pass',
  tightens: {},
}

/** Always on: an order whose worst price cannot be told from fresh data is denied with `INPUT_MISSING`, unless it reduces. */
export const staleDataGuard: Guard<null, undefined, undefined> = defineGuard({
  name: 'stale-data',
  options: null,
  control,
  check: (order, { view }) => {
    view.value(order)
    // What an order by money may become is only bounded by a price.
    if (order.terms.quantity === undefined) view.mark(order.symbol)
    return allow
  },
})
