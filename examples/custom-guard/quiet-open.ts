// A guard of your own in four lines: nothing trades in the first seconds after the open.
import { allow, defineGuard, reject } from '@sluice/core'

export const quietOpen = (options: { readonly seconds: number }) => defineGuard({ name: 'quiet-open', options,
  check: (order, { view }) => view.session(order.symbol).openForSeconds < options.seconds ? reject('SESSION_JUST_OPENED', 'Wait after the open') : allow })
