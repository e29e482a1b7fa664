import { formatDecimal, maximum, minimum, type Units } from '../order/decimal.ts'
import type { OrderCandidate } from '../risk/order-candidate.ts'
import type { Control } from './control.ts'
import { allow, type Decision, defineGuard, type Guard, reject } from './guard.ts'
import { followOrders, type OpenOrder, type OpenOrders } from './open-orders.ts'

const control: Control = {
  prevents: 'An order that would trade with another order of the same account',
  sources: ['RTS 7 18', 'SEC Exchange Act 9(a)(1)', 'FIA self-match prevention'],
  codes: { SELF_MATCH: 'An order of the account waits on the other side at this price. Cancel it first, or choose another price.' },
  reducing: 'held',
  tightens: {},
}

/** Stops are in no book until they trigger. */
const rests = ({ type }: OpenOrder): boolean => type === 'market' || type === 'limit'

/** The most a buy may pay; undefined without a limit. */
function mostPaid({ limit, asked }: OpenOrder): Units | undefined {
  return limit === undefined ? undefined : maximum(limit, asked?.limit ?? limit)
}

/** The least a sell may take; undefined without a limit. */
function leastTaken({ limit, asked }: OpenOrder): Units | undefined {
  return limit === undefined ? undefined : minimum(limit, asked?.limit ?? limit)
}

/** Whether the order could trade with one that rests; a stop is judged as if it had triggered. */
function crosses(order: OrderCandidate, resting: OpenOrder): boolean {
  if (order.side === 'buy') {
    const least = leastTaken(resting)
    return order.limitPrice === undefined || least === undefined || order.limitPrice >= least
  }
  const most = mostPaid(resting)
  return order.limitPrice === undefined || most === undefined || order.limitPrice <= most
}

/** Own orders on the other side of the same symbol that would cross, at any broker; an unanswered replace counts at its worse price. */
export function selfMatch(): Guard<null, OpenOrders, undefined> {
  return defineGuard<null, OpenOrders>({
    name: 'self-match',
    options: null,
    control,
    initial: new Map(),
    apply: (state, event) => {
      followOrders(state, event)
      return state
    },
    check: (order, { state }): Decision => {
      for (const [orderId, resting] of state) {
        if (orderId === order.orderId || resting.symbol !== order.symbol || !rests(resting)) continue
        if ((resting.side === 'buy') === (order.side === 'buy') || !crosses(order, resting)) continue
        const limit = resting.limit === undefined ? 'market' : formatDecimal(resting.limit)
        return reject('SELF_MATCH', `it could trade with order ${orderId} of the same account`, { limit, observed: order.limitPrice === undefined ? 'market' : formatDecimal(order.limitPrice) })
      }
      return allow
    },
  })
}
