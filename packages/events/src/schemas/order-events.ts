import type { EventData } from '@sluice/core'
import { z } from 'zod'
import { describes, maybe } from './describes.ts'
import { approval, challenge, changes, denial, evaluation, execution, holds, intent, rejection, reservation } from './order-parts.ts'
import { count, decimal, text, time } from './values.ts'

type OrderEvent = Extract<keyof EventData, `order_${string}` | `execution_${string}`>

const orderId = text
const again = maybe(z.literal(true).describe('Another attempt after the first was proven never sent'))
const ids = { orderId, clientOrderId: text.describe('FIX ClOrdID 11'), brokerOrderId: text.describe('FIX OrderID 37') }
const fill = {
  orderId, execution, averagePrice: decimal.describe('FIX AvgPx 6'),
  filledQuantity: decimal.describe('FIX CumQty 14'), leavesQuantity: maybe(decimal.describe('FIX LeavesQty 151; absent for an order by value')),
}
const refused = { orderId, code: text, message: text }

/** The data of every event of an order, by type. */
export const orderEvents: { readonly [Type in OrderEvent]: z.ZodType<EventData[Type]> } = {
  order_denied: describes<EventData['order_denied']>()(z.strictObject({ orderId, intent: maybe(intent), again, denial, evaluation: maybe(evaluation) })),
  order_pending_approval: describes<EventData['order_pending_approval']>()(z.strictObject({ orderId, intent, again, challenge, evaluation })),
  order_pending_new: describes<EventData['order_pending_new']>()(z.strictObject({
    orderId, intent, again, clientOrderId: text, submitBy: time.describe('After this it is not sent any more'), evaluation, approval: maybe(approval),
  })),
  order_accepted: describes<EventData['order_accepted']>()(z.strictObject({ ...ids, intent: maybe(intent), again })),
  order_rejected: describes<EventData['order_rejected']>()(z.strictObject({ orderId, rejection })),
  order_partially_filled: describes<EventData['order_partially_filled']>()(z.strictObject(fill)),
  order_filled: describes<EventData['order_filled']>()(z.strictObject(fill)),
  order_pending_cancel: describes<EventData['order_pending_cancel']>()(z.strictObject({
    orderId, clientOrderId: text, actor: text, reason: maybe(text), waits: maybe(z.literal(true).describe('Only wanted so far')),
  })),
  order_cancel_refused: describes<EventData['order_cancel_refused']>()(z.strictObject(refused)),
  order_canceled: describes<EventData['order_canceled']>()(z.strictObject({ orderId, reason: z.enum(['withdrawn', 'requested', 'broker']) })),
  order_pending_replace: describes<EventData['order_pending_replace']>()(z.strictObject({
    orderId, clientOrderId: text, revision: count, changes, reservation, submitBy: time, actor: text, evaluation,
  })),
  order_replaced: describes<EventData['order_replaced']>()(z.strictObject({ ...ids, changes })),
  order_replace_refused: describes<EventData['order_replace_refused']>()(z.strictObject(refused)),
  order_replace_denied: describes<EventData['order_replace_denied']>()(z.strictObject({ orderId, changes, denial, actor: text, evaluation })),
  order_expired: describes<EventData['order_expired']>()(z.strictObject({ orderId })),
  order_suspended: describes<EventData['order_suspended']>()(z.strictObject({ orderId, phase: z.enum(['suspended', 'done_for_day']) })),
  order_unknown: describes<EventData['order_unknown']>()(z.strictObject({ orderId, command: z.enum(['new', 'cancel', 'replace']), reason: text })),
  execution_busted: describes<EventData['execution_busted']>()(z.strictObject({ orderId, execution, holds: maybe(holds) })),
  execution_corrected: describes<EventData['execution_corrected']>()(z.strictObject({ orderId, previous: execution, execution, holds: maybe(holds) })),
}
