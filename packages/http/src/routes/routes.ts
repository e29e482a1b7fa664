import type { Route } from '../api/call.ts'
import { approveOrder } from './approve-order.ts'
import { cancelOrder } from './cancel-order.ts'
import { changeKillSwitch } from './change-kill-switch.ts'
import { getKillSwitch } from './get-kill-switch.ts'
import { getOrder } from './get-order.ts'
import { listOrders } from './list-orders.ts'
import { listPositions } from './list-positions.ts'
import { placeOrder } from './place-order.ts'
import { preflight } from './preflight.ts'
import { replaceOrder } from './replace-order.ts'
import { streamEvents } from './stream-events.ts'

export const routes: readonly Route[] = [
  placeOrder, getOrder, replaceOrder, cancelOrder, approveOrder, listOrders, preflight, listPositions, getKillSwitch, changeKillSwitch,
  streamEvents,
]
