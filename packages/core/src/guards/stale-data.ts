import { allow, defineGuard, type Guard } from './guard.ts'

/** Always on: an order whose worst price cannot be told from fresh data is denied with `INPUT_MISSING`, unless it reduces. */
export const staleDataGuard: Guard<null, undefined, undefined> = defineGuard({
  name: 'stale-data',
  options: null,
  check: (order, { view }) => {
    view.value(order)
    // What an order by money may become is only bounded by a price.
    if (order.terms.quantity === undefined) view.mark(order.symbol)
    return allow
  },
})
