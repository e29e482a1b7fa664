import type { Route } from '../api/call.ts'
import { approveOrder } from './approve-order.ts'
import { cancelOrder } from './cancel-order.ts'
import { cancelOrders } from './cancel-orders.ts'
import { changeKillSwitch } from './change-kill-switch.ts'
import { getAccount } from './get-account.ts'
import { getGuards } from './get-guards.ts'
import { getKillSwitch } from './get-kill-switch.ts'
import { getOrder } from './get-order.ts'
import { getOrderEvents } from './get-order-events.ts'
import { listOrders } from './list-orders.ts'
import { listPositions } from './list-positions.ts'
import { placeOrder } from './place-order.ts'
import { preflight } from './preflight.ts'
import { replaceOrder } from './replace-order.ts'
import { getDocument, getHealth, getReady } from './service-routes.ts'
import { streamEvents } from './stream-events.ts'

/** Every route there is. The document of the API is made from them. */
export const routes: readonly Route[] = [
  placeOrder, getOrder, replaceOrder, cancelOrder, getOrderEvents, approveOrder, listOrders, cancelOrders, preflight,
  listPositions, getAccount, getGuards, getKillSwitch, changeKillSwitch, streamEvents, getHealth, getReady, getDocument,
]
