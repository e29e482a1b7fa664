import type { EventType, StoredEvent } from '@sluice/core'
import { z } from 'zod'
import { component } from '../registry.ts'
import { text, time } from './values.ts'

/** Complete because it must have every key. */
const types: Readonly<Record<EventType, true>> = {
  order_denied: true, order_pending_approval: true, order_pending_new: true, order_accepted: true, order_rejected: true,
  order_partially_filled: true, order_filled: true, order_pending_cancel: true, order_cancel_refused: true, order_canceled: true,
  order_pending_replace: true, order_replaced: true, order_replace_refused: true, order_expired: true, order_suspended: true,
  order_unknown: true, execution_busted: true, execution_corrected: true, position_changed: true, limit_warning: true,
  kill_switch_changed: true, session_rolled: true, anomaly_detected: true,
}

/** A durable fact. Its data grows with the versions of the service: readers must bear members they do not know. */
export const storedEvent: z.ZodType<StoredEvent> = component('StoredEvent', z.object({
  id: text.describe('account:sequence'),
  account: text,
  sequence: z.int().min(1).describe('Starts at 1 and has no gaps'),
  time,
  type: z.enum(Object.keys(types) as [EventType, ...EventType[]]),
  data: z.looseObject({}).describe('By type; decisions carry every value the guards read'),
})) as unknown as z.ZodType<StoredEvent>
