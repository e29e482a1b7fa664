import { allow, defineGuard, type Guard, reject } from './guard.ts'

/** Always on: no new risk while the broker's updates may be missing or its books have not been compared with ours. */
export const reconciledGuard: Guard<null, undefined, undefined> = defineGuard({
  name: 'reconciled',
  options: null,
  check: (order, { view }) => {
    const connection = view.connection(order.broker)
    if (connection !== 'ready') return reject('STREAM_NOT_READY', 'updates from the broker are interrupted; wait until the connection is ready', { limit: 'ready', observed: connection })
    if (!view.reconciled(order.broker)) return reject('NOT_RECONCILED', 'orders and positions are being compared with the broker; try again shortly', { limit: 'reconciled', observed: 'reconciling' })
    return { ...allow, observed: connection }
  },
})
